//! From a layout to the steps of a row, once.
//!
//! A layout is hostile: its indices may point anywhere or in circles, its sizes may lie, and few types may describe
//! very many values. What a plan reads lies within its root type; how deep, how many steps and how long a row is bounded.

use crate::layout::{Kind, Member, Type};
use crate::names::Names;
use crate::number::{MOST_64, MOST_128, MOST_FLOAT, MOST_HEX};
use crate::op::{Bits, LEAD, Op, Tables, Value};
use crate::printer::Error;
use crate::text::{Style, name};
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// Types within types. C allows 63 levels of nested declarators; nobody reads a row of that depth.
const DEEPEST: usize = 32;
/// Steps of all sources together: a struct of 2,000 members, or a union of unions, needs fewer.
const MOST_OPS: usize = 1 << 16;
/// The longest row, in bytes. A record cannot be longer than its ring buffer, and a row is seldom longer than its record.
const LONGEST_ROW: usize = 4 << 20;

/// The steps that print one value of a type.
#[derive(Debug)]
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
    ty: u32,
    /// From the start of the struct that is shown.
    bit_offset: u64,
    bit_width: u32,
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

/// A list of steps while it is made.
#[derive(Debug)]
pub(crate) struct Steps {
    ops: Vec<Op>,
    /// Text that the next step begins with.
    text: Vec<u8>,
    /// The column of the next step.
    column: u32,
    /// The most bytes so far.
    most: usize,
    /// Where in the record's type this is, for errors.
    path: String,
    depth: usize,
    /// How many bytes there are to read.
    limit: u64,
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
        Ok(Steps::new(source.to_string(), limit, 0))
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
            type_name: ty.name.clone(),
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

    fn find(&self, ty: u32, path: &str) -> Result<&'a Type, Error> {
        let count = self.layout.len();
        self.layout
            .get(ty as usize)
            .ok_or_else(|| Error::Other(format!("{path}: its type is number {ty} of a layout of {count} types")))
    }

    /// Members, with those of anonymous structs and unions in their place. What else has no name is padding.
    fn fields(&mut self, members: &'a [Member], steps: &Steps) -> Result<Vec<Field<'a>>, Error> {
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

    fn field(&mut self, field: &Field, style: Style, steps: &mut Steps) -> Result<(), Error> {
        if field.bit_width > 0 {
            return self.bitfield(field, style, steps);
        }
        if !field.bit_offset.is_multiple_of(8) {
            return Err(steps.error(format!("it begins at bit {} but is no bitfield", field.bit_offset)));
        }
        self.value(field.ty, field.bit_offset / 8, style, steps)
    }

    fn bitfield(&mut self, field: &Field, style: Style, steps: &mut Steps) -> Result<(), Error> {
        let ty = self.find(field.ty, &steps.path)?;
        let width = field.bit_width;
        let offset = steps.place(
            field.bit_offset / 8,
            (field.bit_offset % 8 + u64::from(width)).div_ceil(8),
        )?;
        if width > 64 || u64::from(width) > 8 * u64::from(ty.size) {
            return Err(steps.error(format!(
                "a bitfield of {width} bits is declared with a type of {} bytes",
                ty.size
            )));
        }
        let (shown, most) = match &ty.kind {
            Kind::Int { signed: false } => (Bits::Unsigned, MOST_64),
            Kind::Int { signed: true } | Kind::Char => (Bits::Signed, MOST_64),
            Kind::Bool => (Bits::Bool, MOST_64),
            Kind::Enum { signed, values } => {
                let (names, most) = self.names(field.ty, *signed, values, ty.size, style);
                (Bits::Enum(names), most)
            }
            _ => return Err(steps.error("a bitfield is an integer or an enumeration".to_string())),
        };
        let shift = (field.bit_offset % 8) as u8;
        self.push(
            steps,
            offset,
            Value::Bits {
                shift,
                width: width as u8,
                shown,
            },
            most,
        )
    }

    fn value(&mut self, index: u32, offset: u64, style: Style, steps: &mut Steps) -> Result<(), Error> {
        let ty = self.find(index, &steps.path)?;
        if steps.depth > DEEPEST {
            return Err(steps.too_deep());
        }
        let place = steps.place(offset, u64::from(ty.size))?;
        let json = style == Style::Quoted;
        match &ty.kind {
            Kind::Int { signed } => {
                let (value, most) = integer(ty.size, *signed).ok_or_else(|| {
                    steps.error(format!("an integer of {} bytes: 1, 2, 4, 8 and 16 are known", ty.size))
                })?;
                let quoted = json && ty.size == 16;
                steps.text(if quoted { b"\"" } else { b"" });
                self.push(steps, place, value, most)?;
                steps.text(if quoted { b"\"" } else { b"" });
                Ok(())
            }
            Kind::Char => self.sized(steps, ty, 1, place, Value::Signed1, MOST_64),
            Kind::Bool => self.sized(steps, ty, 1, place, Value::Bool, MOST_64),
            Kind::Ptr => {
                steps.text(if json { b"\"" } else { b"" });
                self.sized(steps, ty, 8, place, Value::Address, MOST_HEX)?;
                steps.text(if json { b"\"" } else { b"" });
                Ok(())
            }
            Kind::Float if ty.size == 4 => self.push(steps, place, Value::Float4 { json }, MOST_FLOAT),
            Kind::Float if ty.size == 8 => self.push(steps, place, Value::Float8 { json }, MOST_FLOAT),
            Kind::Enum { signed, values } => {
                if !matches!(ty.size, 1 | 2 | 4 | 8) {
                    return Err(steps.error(format!("an enumeration of {} bytes: 1, 2, 4 and 8 are known", ty.size)));
                }
                let (names, most) = self.names(index, *signed, values, ty.size, style);
                self.push(
                    steps,
                    place,
                    Value::Enum {
                        size: ty.size as u8,
                        names,
                    },
                    most,
                )
            }
            Kind::Array { element, count } => self.array(*element, *count, offset, style, steps),
            Kind::Struct(members) | Kind::Union(members) => {
                let fields: Vec<Field> = self
                    .fields(members, steps)?
                    .into_iter()
                    .map(|field| Field {
                        bit_offset: 8 * offset + field.bit_offset,
                        ..field
                    })
                    .collect();
                self.object(&fields, steps)
            }
            Kind::Float | Kind::Opaque => {
                steps.text(if json { b"null" } else { b"-" });
                self.flush(steps)
            }
        }
    }

    fn array(&mut self, element: u32, count: u32, offset: u64, style: Style, steps: &mut Steps) -> Result<(), Error> {
        let ty = self.find(element, &steps.path)?;
        let place = steps.place(offset, u64::from(ty.size) * u64::from(count))?;
        if let Kind::Char = ty.kind {
            let value = if style == Style::Bare {
                Value::Bare(count)
            } else {
                Value::Quoted(count)
            };
            steps.text(if style == Style::Bare { b"" } else { b"\"" });
            self.push(steps, place, value, style.widest().saturating_mul(count as usize))?;
            steps.text(if style == Style::Bare { b"" } else { b"\"" });
            return Ok(());
        }
        // Elements without bytes would make a row as long as the layout likes.
        let count = if ty.size == 0 { 0 } else { count };

        let mut inner = Steps::new(format!("{}[]", steps.path), u64::from(ty.size), steps.depth + 1);
        self.value(element, 0, Style::Quoted, &mut inner)?;
        self.flush(&mut inner)?;
        let block = u16::try_from(self.tables.blocks.len()).map_err(|_| steps.too_many())?;
        let most = (inner.most + 1).saturating_mul(count as usize).saturating_add(2);
        self.tables.blocks.push(inner.ops);
        steps.text(b"[");
        self.push(
            steps,
            place,
            Value::Each {
                block,
                count,
                stride: ty.size,
            },
            most,
        )
    }

    /// A value whose size is given by its kind.
    fn sized(
        &mut self,
        steps: &mut Steps,
        ty: &Type,
        size: u32,
        place: u32,
        value: Value,
        most: usize,
    ) -> Result<(), Error> {
        if ty.size != size {
            return Err(steps.error(format!("a {} of {} bytes; it has {size}", describe(&ty.kind), ty.size)));
        }
        self.push(steps, place, value, most)
    }

    fn names(
        &mut self,
        ty: u32,
        signed: bool,
        values: &[crate::layout::Enumerator],
        size: u32,
        style: Style,
    ) -> (u32, usize) {
        let next = self.tables.names.len() as u32;
        let names = *self.named.entry((ty, style == Style::Quoted)).or_insert_with(|| {
            self.tables.names.push(Names::new(values, signed, size, style));
            next
        });
        (
            names,
            self.tables.names.get(names as usize).map_or(MOST_64, Names::most),
        )
    }

    /// Add a step, and as many before it as the text takes that does not fit into it.
    fn push(&mut self, steps: &mut Steps, offset: u32, value: Value, most: usize) -> Result<(), Error> {
        let text = core::mem::take(&mut steps.text);
        let mut chunks = text.chunks(LEAD).peekable();
        loop {
            self.count(&steps.path)?;
            let chunk = chunks.next().unwrap_or_default();
            let last = chunks.peek().is_none();
            let mut lead = [b' '; LEAD];
            for (place, byte) in lead.iter_mut().zip(chunk) {
                *place = *byte;
            }
            steps.ops.push(Op {
                column: core::mem::take(&mut steps.column),
                lead_length: chunk.len() as u32,
                offset,
                value: if last { value } else { Value::Nothing },
                lead,
            });
            if last {
                break;
            }
        }
        steps.most = steps.most.saturating_add(text.len()).saturating_add(most);
        steps.check_length()
    }

    /// Make a step of text that no value follows.
    fn flush(&mut self, steps: &mut Steps) -> Result<(), Error> {
        if steps.text.is_empty() {
            Ok(())
        } else {
            self.push(steps, 0, Value::Nothing, 0)
        }
    }

    fn count(&mut self, path: &str) -> Result<(), Error> {
        self.left = self.left.checked_sub(1).ok_or_else(|| too_many(path))?;
        Ok(())
    }
}

impl Steps {
    fn new(path: String, limit: u64, depth: usize) -> Self {
        Self {
            ops: Vec::new(),
            text: Vec::new(),
            column: 0,
            most: 0,
            path,
            depth,
            limit,
        }
    }

    /// Write this before the next value.
    pub(crate) fn text(&mut self, text: &[u8]) {
        self.text.extend_from_slice(text);
    }

    /// Go into a member.
    fn within(&mut self, name: &str, inside: impl FnOnce(&mut Self) -> Result<(), Error>) -> Result<(), Error> {
        let length = self.path.len();
        self.path.push('.');
        self.path.push_str(name);
        self.depth += 1;
        inside(self)?;
        self.depth -= 1;
        self.path.truncate(length);
        Ok(())
    }

    /// An offset at which this many bytes can be read.
    fn place(&self, offset: u64, size: u64) -> Result<u32, Error> {
        if offset + size > self.limit {
            let (end, limit) = (offset + size, self.limit);
            return Err(self.error(format!("it ends at byte {end} of a type of {limit} bytes")));
        }
        u32::try_from(offset).map_err(|_| self.error(format!("it begins at byte {offset}")))
    }

    fn check_length(&self) -> Result<(), Error> {
        let most = self.most.saturating_add(self.text.len());
        if most > LONGEST_ROW {
            return Err(self.error(format!(
                "up to here a row may take {most} bytes; at most {LONGEST_ROW} are printed"
            )));
        }
        Ok(())
    }

    fn error(&self, what: String) -> Error {
        Error::Other(format!("{}: {what}", self.path))
    }

    fn too_deep(&self) -> Error {
        self.error(format!(
            "types are nested more than {DEEPEST} deep, or contain themselves"
        ))
    }

    fn too_many(&self) -> Error {
        too_many(&self.path)
    }
}

fn too_many(path: &str) -> Error {
    Error::Other(format!(
        "{path}: the types have more than {MOST_OPS} members, counted as often as they are shown"
    ))
}

fn integer(size: u32, signed: bool) -> Option<(Value, usize)> {
    Some(match (size, signed) {
        (1, false) => (Value::Unsigned1, MOST_64),
        (2, false) => (Value::Unsigned2, MOST_64),
        (4, false) => (Value::Unsigned4, MOST_64),
        (8, false) => (Value::Unsigned8, MOST_64),
        (16, false) => (Value::Unsigned16, MOST_128),
        (1, true) => (Value::Signed1, MOST_64),
        (2, true) => (Value::Signed2, MOST_64),
        (4, true) => (Value::Signed4, MOST_64),
        (8, true) => (Value::Signed8, MOST_64),
        (16, true) => (Value::Signed16, MOST_128),
        _ => return None,
    })
}

fn describe(kind: &Kind) -> &'static str {
    match kind {
        Kind::Char => "char",
        Kind::Bool => "bool",
        _ => "pointer",
    }
}
