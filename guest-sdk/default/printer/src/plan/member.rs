//! The member that a user's name stands for.

use super::{Field, Planner, Steps};
use crate::layout::{Kind, Type};
use crate::nearest::nearest;
use crate::printer::Error;
use crate::text::label;
use crate::usage::{Refusal, listed};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// The member of a record of type `root` that `path` names: `pid`, `addr.port`, `args[2]`.
///
/// A name that no member of the record has, but one of its structs, stands for that one: `pid` for `key.pid`.
pub(crate) fn find<'a>(layout: &'a [Type], root: u32, source: &str, path: &'a str) -> Result<Field<'a>, Refusal> {
    // Each search may look at as many members as a plan may.
    let mut search = Search {
        planner: Planner::new(layout),
        steps: Steps::new(label(source), 0, 0),
        path,
    };
    let (name, mut rest) = segment(path).ok_or_else(|| search.malformed())?;
    let mut field = search.first(root, name)?;
    while !rest.is_empty() {
        let here = path.get(..path.len() - rest.len()).unwrap_or_default();
        (field, rest) = if let Some(index) = rest.strip_prefix('[') {
            let (index, after) = index.split_once(']').ok_or_else(|| search.malformed())?;
            (search.element(&field, here, index)?, after)
        } else {
            let after = rest.strip_prefix('.').and_then(segment);
            let (name, after) = after.ok_or_else(|| search.malformed())?;
            (search.inner(&field, here, name)?, after)
        };
    }
    Ok(Field { name: path, ..field })
}

/// The name that a path begins with, and what follows it.
fn segment(path: &str) -> Option<(&str, &str)> {
    let end = path.find(['.', '[', ']']).unwrap_or(path.len());
    path.split_at_checked(end).filter(|(name, _)| !name.is_empty())
}

struct Search<'a> {
    planner: Planner<'a>,
    steps: Steps,
    path: &'a str,
}

impl<'a> Planner<'a> {
    /// The members to show: those that are named, in that order, or all.
    ///
    /// Each source has to have each of them: so every object has the same members and a table one header, whatever
    /// comes next.
    pub(crate) fn chosen(&mut self, root: u32, source: &str, names: &'a [String]) -> Result<Vec<Field<'a>>, Error> {
        const MOST: usize = 256;
        if names.is_empty() {
            let steps = self.begin(root, source)?;
            return self.columns(root, &steps);
        }
        if names.len() > MOST {
            let what = format!("{} names; at most {MOST} are read", names.len());
            return Err(Refusal::new(what).of("fields"));
        }
        let mut fields: Vec<Field<'a>> = Vec::with_capacity(names.len());
        for name in names {
            if fields.iter().any(|field| field.name == name) {
                return Err(Refusal::new(format!("{} is named twice", label(name))).of("fields"));
            }
            fields.push(find(self.layout, root, source, name).map_err(|refusal| refusal.of("fields"))?);
        }
        Ok(fields)
    }
}

impl<'a> Search<'a> {
    /// A member of the record, or the only one of that name of its structs.
    fn first(&mut self, root: u32, name: &str) -> Result<Field<'a>, Refusal> {
        let fields = self.planner.columns(root, &self.steps)?;
        if let Some(field) = fields.iter().find(|field| field.name == name) {
            return Ok(*field);
        }
        let mut found: Vec<(String, Field<'a>)> = Vec::new();
        let (mut nested, mut inside): (Vec<String>, Vec<&str>) = (Vec::new(), Vec::new());
        for outer in &fields {
            for inner in self.members(outer)? {
                let dotted = format!("{}.{}", outer.name, inner.name);
                if inner.name == name {
                    found.push((dotted, inner));
                } else {
                    nested.push(dotted);
                    inside.push(inner.name);
                }
            }
        }
        match found.as_slice() {
            [] => {
                let source = &self.steps.path;
                let names = fields.iter().map(|field| field.name);
                let what = format!(
                    "{source} has no member {}: it has {}",
                    label(name),
                    listed(names.clone())
                );
                let near = nearest(name, names.chain(inside).chain(nested.iter().map(String::as_str)));
                Err(Refusal::Usage {
                    what,
                    hint: near.map(meant),
                })
            }
            [(_, field)] => Ok(*field),
            several => Err(Refusal::with_hint(
                format!("{} has several members {}", self.steps.path, label(name)),
                format!(
                    "name one: {}",
                    listed(several.iter().map(|(dotted, _)| dotted.as_str()))
                ),
            )),
        }
    }

    /// The member of a struct, which is called `outer` so far.
    fn inner(&mut self, field: &Field<'a>, outer: &str, name: &str) -> Result<Field<'a>, Refusal> {
        let fields = self.members(field)?;
        if let Some(field) = fields.iter().find(|field| field.name == name) {
            return Ok(*field);
        }
        let (outer, unknown) = (label(outer), label(name));
        if fields.is_empty() {
            let what = format!("{outer} is {} and has no member {unknown}", self.described(field)?);
            return Err(Refusal::new(what));
        }
        let names = fields.iter().map(|field| field.name);
        let near = nearest(name, names.clone()).map(|near| meant(&format!("{outer}.{near}")));
        let what = format!("{outer} has no member {unknown}: it has {}", listed(names));
        Err(Refusal::Usage { what, hint: near })
    }

    /// The element of an array, which is called `array` so far.
    fn element(&mut self, field: &Field<'a>, array: &str, index: &str) -> Result<Field<'a>, Refusal> {
        let array = label(array);
        let kind = &self.planner.find(field.ty, &self.steps.path)?.kind;
        let Kind::Array { element, count } = kind else {
            let what = format!("{array} is {} and has no elements", self.described(field)?);
            return Err(Refusal::new(what));
        };
        let index = match index.parse::<u32>() {
            Ok(index) if index < *count => index,
            Ok(index) => {
                let what = format!("{array} has no element {index}: it has {count}, and the first is {array}[0]");
                return Err(Refusal::new(what));
            }
            Err(_) => return Err(self.malformed()),
        };
        let size = self.planner.find(*element, &self.steps.path)?.size;
        Ok(Field {
            name: field.name,
            ty: *element,
            bit_offset: field.bit_offset + 8 * u64::from(index) * u64::from(size),
            bit_width: 0,
        })
    }

    /// The members of a struct or union, none of anything else.
    fn members(&mut self, field: &Field<'a>) -> Result<Vec<Field<'a>>, Refusal> {
        let kind = &self.planner.find(field.ty, &self.steps.path)?.kind;
        let (Kind::Struct(members) | Kind::Union(members)) = kind else {
            return Ok(Vec::new());
        };
        let mut fields = self.planner.fields(members, &self.steps)?;
        for inner in &mut fields {
            inner.bit_offset += field.bit_offset;
        }
        Ok(fields)
    }

    fn described(&self, field: &Field) -> Result<String, Refusal> {
        Ok(describe(self.planner.layout, field)?)
    }

    fn malformed(&self) -> Refusal {
        let what = match self.path {
            "" => "the name of a member is missing".to_string(),
            path => format!("{} names no member", label(path)),
        };
        Refusal::with_hint(
            what,
            "a dot leads into a struct, as in addr.port, and [2] to the third element of an array".to_string(),
        )
    }
}

fn meant(name: &str) -> String {
    format!("did you mean {}?", label(name))
}

/// What a member is, for people: `an integer of 4 bytes`.
pub(crate) fn describe(layout: &[Type], field: &Field) -> Result<String, Error> {
    let ty = Planner::new(layout).find(field.ty, field.name)?;
    if field.bit_width > 0 {
        return Ok(format!("a bitfield of {} bits", field.bit_width));
    }
    let size = match ty.size {
        1 => "1 byte".to_string(),
        size => format!("{size} bytes"),
    };
    Ok(match &ty.kind {
        Kind::Int { signed: true } => format!("a signed integer of {size}"),
        Kind::Int { signed: false } => format!("an unsigned integer of {size}"),
        Kind::Char => "a char, a signed number of 1 byte".to_string(),
        Kind::Bool => "a bool".to_string(),
        Kind::Float => format!("a floating-point number of {size}"),
        Kind::Enum { .. } => "an enumeration".to_string(),
        Kind::Ptr => "a pointer".to_string(),
        Kind::Array { element, count } => match Planner::new(layout).find(*element, field.name)?.kind {
            Kind::Char => format!("text of up to {size}"),
            _ => format!("an array of {count} elements"),
        },
        Kind::Struct(_) => "a struct".to_string(),
        Kind::Union(_) => "a union".to_string(),
        Kind::Opaque => "nothing that could be shown".to_string(),
    })
}
