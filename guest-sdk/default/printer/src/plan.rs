//! From a layout to the steps of a row, once.
//!
//! A layout is hostile: its indices may point anywhere or in circles, its sizes may lie, and few types may describe
//! very many values. What a plan reads lies within its root type; how deep, how many steps and how long a row is bounded.

mod member;
mod merge;
mod scalar;
mod steps;
mod value;

use crate::layout::{Kind, Member, Type};
use crate::op::{Op, Tables};
use crate::printer::Error;
use crate::text::{Style, label, name};
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
pub(crate) use member::{describe, find};
pub(crate) use scalar::{Integer, Scalar, Shown, scalar};
pub(crate) use steps::Steps;

/// Types within types. C allows 63 levels of nested declarators; nobody reads a row of that depth.
const DEEPEST: usize = 32;
/// Steps of all sources together: a struct of 2,000 members, or a union of unions, needs fewer.
const MOST_OPS: usize = 1 << 16;

/// The steps that print one value of a type.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    /// The steps, the end of the line included.
    pub(crate) ops: Vec<Op>,
    /// The most bytes that a row takes.
    pub(crate) most: usize,
    /// The bytes that a record has to have.
    pub(crate) size: u32,
    /// The name of the type, for people.
    pub(crate) type_name: String,
}

/// A member as it is shown: those of anonymous structs stand beside those of the outer struct.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field<'a> {
    pub(crate) name: &'a str,
    pub(crate) ty: u32,
    /// From the start of the struct that is shown.
    pub(crate) bit_offset: u64,
    pub(crate) bit_width: u32,
}

/// What has been made for all plans so far.
#[derive(Debug)]
pub(crate) struct Planner<'a> {
    layout: &'a [Type],
    tables: Tables,
    /// Which names have been made, by type and by whether they are quoted.
    named: BTreeMap<(u32, bool), u32>,
    /// How many steps may still be made.
    left: usize,
}

impl<'a> Planner<'a> {
    pub(crate) fn new(layout: &'a [Type]) -> Self {
        Self {
            layout,
            tables: Tables::default(),
            named: BTreeMap::new(),
            left: MOST_OPS,
        }
    }

    pub(crate) fn into_tables(self) -> Tables {
        self.tables
    }

    /// Steps for a record of this type, which may read what the type holds.
    pub(crate) fn begin(&self, root: u32, source: &str) -> Result<Steps, Error> {
        let limit = u64::from(self.find(root, source)?.size);
        Ok(Steps::new(label(source), limit, 0))
    }

    /// The members of a record; of a record that is no struct, one named `value`.
    pub(crate) fn columns(&mut self, root: u32, steps: &Steps) -> Result<Vec<Field<'a>>, Error> {
        match &self.find(root, &steps.path)?.kind {
            Kind::Struct(members) | Kind::Union(members) => self.fields(members, steps),
            _ => Ok(alloc::vec![Field {
                name: "value",
                ty: root,
                bit_offset: 0,
                bit_width: 0
            }]),
        }
    }

    /// The plan that the steps make, once no more are added.
    pub(crate) fn end(&mut self, mut steps: Steps, root: u32) -> Result<Plan, Error> {
        self.flush(&mut steps)?;
        let ty = self.find(root, &steps.path)?;
        Ok(Plan {
            ops: steps.ops,
            most: steps.most,
            size: ty.size,
            type_name: label(&ty.name),
        })
    }

    /// Begin the next value at this column, `gap` columns after the one before it.
    pub(crate) fn column(&mut self, column: usize, gap: usize, steps: &mut Steps) -> Result<(), Error> {
        // What closes the value before belongs to that value.
        self.flush(steps)?;
        steps.column = u32::try_from(column).map_err(|_| steps.too_many())?;
        steps.most = steps.most.saturating_add(gap);
        Ok(())
    }

    /// A value that stands in a column of its own: text and 128-bit integers without quotes.
    pub(crate) fn bare(&mut self, field: &Field, steps: &mut Steps) -> Result<(), Error> {
        steps.within(field.name, |steps| self.field(field, Style::Bare, steps))
    }

    /// A value as JSON text.
    pub(crate) fn json(&mut self, field: &Field, steps: &mut Steps) -> Result<(), Error> {
        steps.within(field.name, |steps| self.field(field, Style::Quoted, steps))
    }

    /// An object of these members.
    pub(crate) fn object(&mut self, fields: &[Field], steps: &mut Steps) -> Result<(), Error> {
        steps.text(b"{");
        for (place, field) in fields.iter().enumerate() {
            steps.text(if place == 0 { b"\"" } else { b",\"" });
            steps.text(&name(field.name, Style::Quoted));
            steps.text(b"\":");
            steps.check_length()?;
            self.json(field, steps)?;
        }
        steps.text(b"}");
        Ok(())
    }

    /// The type at a place of the layout.
    pub(crate) fn find(&self, ty: u32, path: &str) -> Result<&'a Type, Error> {
        let count = self.layout.len();
        self.layout
            .get(ty as usize)
            .ok_or_else(|| Error::Other(format!("{path}: its type is number {ty} of a layout of {count} types")))
    }

    /// Members, with those of anonymous structs and unions in their place. What else has no name is padding.
    pub(crate) fn fields(&mut self, members: &'a [Member], steps: &Steps) -> Result<Vec<Field<'a>>, Error> {
        let mut fields = Vec::new();
        self.gather(members, 0, steps.depth, steps, &mut fields)?;
        Ok(fields)
    }

    fn gather(
        &mut self,
        members: &'a [Member],
        base: u64,
        depth: usize,
        steps: &Steps,
        fields: &mut Vec<Field<'a>>,
    ) -> Result<(), Error> {
        if depth > DEEPEST {
            return Err(steps.too_deep());
        }
        for member in members {
            // Each member counts, shown or not: a layout of empty structs has no end otherwise.
            self.count(&steps.path)?;
            let bit_offset = base + u64::from(member.bit_offset);
            if !member.name.is_empty() {
                let Member { ty, bit_width, .. } = *member;
                fields.push(Field {
                    name: &member.name,
                    ty,
                    bit_offset,
                    bit_width,
                });
            } else if let Kind::Struct(inner) | Kind::Union(inner) = &self.find(member.ty, &steps.path)?.kind {
                self.gather(inner, bit_offset, depth + 1, steps, fields)?;
            }
        }
        Ok(())
    }

    /// Take one of the members that all plans together may have.
    pub(crate) fn count(&mut self, path: &str) -> Result<(), Error> {
        self.left = self.left.checked_sub(1).ok_or_else(|| too_many(path))?;
        Ok(())
    }
}

fn too_many(path: &str) -> Error {
    Error::Other(format!(
        "{path}: the types have more than {MOST_OPS} members, counted as often as they are shown"
    ))
}
