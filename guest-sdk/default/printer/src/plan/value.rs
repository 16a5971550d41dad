//! Which steps show a value of which type.

use super::{DEEPEST, Field, Planner, Steps};
use crate::layout::{Enumerator, Kind};
use crate::names::Names;
use crate::number::{MOST_64, MOST_128, MOST_FLOAT, MOST_HEX};
use crate::op::{Bits, Value};
use crate::printer::Error;
use crate::text::Style;
use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;

impl Planner<'_> {
    pub(super) fn field(&mut self, field: &Field, style: Style, steps: &mut Steps) -> Result<(), Error> {
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
                self.quoted(json && ty.size == 16, steps, place, value, most)
            }
            Kind::Char if ty.size == 1 => self.push(steps, place, Value::Signed1, MOST_64),
            Kind::Bool if ty.size == 1 => self.push(steps, place, Value::Bool, MOST_64),
            Kind::Ptr if ty.size == 8 => self.quoted(json, steps, place, Value::Address, MOST_HEX),
            Kind::Char | Kind::Bool => Err(steps.error(format!("a char or bool of {} bytes; both have 1", ty.size))),
            Kind::Ptr => Err(steps.error(format!("a pointer of {} bytes; it has 8", ty.size))),
            Kind::Float if ty.size == 4 => self.push(steps, place, Value::Float4 { json }, MOST_FLOAT),
            Kind::Float if ty.size == 8 => self.push(steps, place, Value::Float8 { json }, MOST_FLOAT),
            Kind::Enum { signed, values } => {
                if !matches!(ty.size, 1 | 2 | 4 | 8) {
                    return Err(steps.error(format!("an enumeration of {} bytes: 1, 2, 4 and 8 are known", ty.size)));
                }
                let (names, most) = self.names(index, *signed, values, ty.size, style);
                let value = match ty.size {
                    4 => Value::Enum4 { names },
                    size => Value::Enum {
                        size: size as u8,
                        names,
                    },
                };
                self.push(steps, place, value, most)
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
            let value = Value::Text { count, style };
            let most = style.widest().saturating_mul(count as usize);
            return self.quoted(style == Style::Quoted, steps, place, value, most);
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

    /// A value between quotes, or not.
    fn quoted(&mut self, quotes: bool, steps: &mut Steps, place: u32, value: Value, most: usize) -> Result<(), Error> {
        let quote: &[u8] = if quotes { b"\"" } else { b"" };
        steps.text(quote);
        self.push(steps, place, value, most)?;
        steps.text(quote);
        Ok(())
    }

    fn names(&mut self, ty: u32, signed: bool, values: &[Enumerator], size: u32, style: Style) -> (u32, usize) {
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
