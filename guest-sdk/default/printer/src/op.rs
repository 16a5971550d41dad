//! The steps of a row, and how they are run.

use crate::names::Names;
use crate::number::{address, boolean, float, signed, signed_128, unsigned, unsigned_128};
use crate::text::{Style, text};
use crate::write::{put, put_all, put_far, window};
use alloc::vec::Vec;

/// How much text one step can write before its value.
pub(crate) const LEAD: usize = 16;

/// One step: spaces to a column, then a fixed text, then a value.
#[derive(Debug, Clone)]
pub(crate) struct Op {
    /// The column of the value; 0 where nothing is to be filled.
    pub(crate) column: u32,
    /// How much of `lead` counts.
    pub(crate) lead_length: u32,
    /// Where the value is, in bytes from the start of the record or of the element.
    pub(crate) offset: u32,
    /// What to write.
    pub(crate) value: Value,
    /// The text before it: brackets, commas, a JSON key.
    pub(crate) lead: [u8; LEAD],
}

/// What a step writes after its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Value {
    /// Nothing.
    Nothing,
    /// Integers, by size in bytes.
    Unsigned1,
    Unsigned2,
    Unsigned4,
    Unsigned8,
    Unsigned16,
    Signed1,
    Signed2,
    Signed4,
    Signed8,
    Signed16,
    /// `true` or `false`.
    Bool,
    /// An address.
    Address,
    /// Floating point, by size in bytes, and whether in JSON, which has no NaN and no infinities.
    Float4 {
        json: bool,
    },
    Float8 {
        json: bool,
    },
    /// A character array of this length; its quotes are text of this step and the next.
    Text {
        count: u32,
        style: Style,
    },
    /// An enumeration of 4 bytes, as most are: the place of its names.
    Enum4 {
        names: u32,
    },
    /// An enumeration of another size.
    Enum {
        size: u8,
        names: u32,
    },
    /// A bitfield whose first bit is this one of its first byte.
    Bits {
        shift: u8,
        width: u8,
        shown: Bits,
    },
    /// Elements, separated by commas: the place of the element's steps, how many, and their distance in bytes.
    Each {
        block: u16,
        count: u32,
        stride: u32,
    },
}

/// How the bits of a bitfield are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bits {
    Unsigned,
    Signed,
    Bool,
    Enum(u32),
}

/// All that the steps of a printer refer to.
#[derive(Debug, Default)]
pub(crate) struct Tables {
    /// The steps of array elements.
    pub(crate) blocks: Vec<Vec<Op>>,
    /// The names of enumerations.
    pub(crate) names: Vec<Names>,
}

/// Where a row stands: the next byte, and the byte of its first column, which moves where a character is more than a byte.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub(crate) at: usize,
    pub(crate) start: usize,
}

/// The bytes at an offset. A plan reads only what its type holds, and a record is as long as its type.
#[inline(always)]
pub(crate) fn load<const N: usize>(record: &[u8], offset: u32) -> [u8; N] {
    from(record, offset).first_chunk::<N>().copied().unwrap_or([0; N])
}

#[inline(always)]
fn from(record: &[u8], offset: u32) -> &[u8] {
    record.get(offset as usize..).unwrap_or_default()
}

/// Write one record, or one element, by its steps. `record` may go on past it: the bytes there are never shown.
#[inline(always)]
pub(crate) fn run(tables: &Tables, ops: &[Op], record: &[u8], out: &mut [u8], mut place: Place) -> Place {
    for op in ops {
        place = step(tables, op, record, out, place);
    }
    place
}

#[inline(always)]
fn step(tables: &Tables, op: &Op, record: &[u8], out: &mut [u8], place: Place) -> Place {
    let Place { mut at, start } = place;
    if op.column != 0 {
        at = pad(out, at, start, op.column as usize);
    }
    let Some(window) = window(out, at) else {
        return place;
    };
    put(window, 0, op.lead);
    let mut here = op.lead_length as usize;
    let offset = op.offset;
    let mut negative = |value: i64| {
        put(window, here, [b'-']);
        here += usize::from(value < 0);
        value.unsigned_abs()
    };
    // Integers share the rest, which is long; what is seldom seen is a call away. Both leave registers to the others.
    let value = match op.value {
        Value::Unsigned1 => u8::from_ne_bytes(load(record, offset)).into(),
        Value::Unsigned2 => u16::from_ne_bytes(load(record, offset)).into(),
        Value::Unsigned4 => u32::from_ne_bytes(load(record, offset)).into(),
        Value::Unsigned8 => u64::from_ne_bytes(load(record, offset)),
        Value::Signed1 => negative(i8::from_ne_bytes(load(record, offset)).into()),
        Value::Signed2 => negative(i16::from_ne_bytes(load(record, offset)).into()),
        Value::Signed4 => negative(i32::from_ne_bytes(load(record, offset)).into()),
        Value::Signed8 => negative(i64::from_ne_bytes(load(record, offset))),
        Value::Nothing => return Place { at: at + here, start },
        Value::Bool => {
            let written = boolean(window, here, load(record, offset) != [0]);
            return Place {
                at: at + written,
                start,
            };
        }
        Value::Text { count, style } => {
            let (at, beyond) = text(out, at + here, from(record, offset), count as usize, style);
            return Place {
                at,
                start: start + beyond,
            };
        }
        Value::Enum4 { names } => {
            let value = u32::from_ne_bytes(load(record, offset)).into();
            let at = enumeration(tables, names, out, at + here, value);
            return Place { at, start };
        }
        _ => return seldom(tables, op, record, out, Place { at: at + here, start }),
    };
    Place {
        at: at + unsigned(window, here, value),
        start,
    }
}

/// The steps whose values are seldom seen, or cost so much that a call does not matter. The text before is written.
#[inline(never)]
fn seldom(tables: &Tables, op: &Op, record: &[u8], out: &mut [u8], place: Place) -> Place {
    let Place { at, start } = place;
    let offset = op.offset;
    let Some(window) = window(out, at) else {
        return place;
    };
    let written = match op.value {
        Value::Unsigned16 => unsigned_128(window, 0, u128::from_ne_bytes(load(record, offset))),
        Value::Signed16 => signed_128(window, 0, i128::from_ne_bytes(load(record, offset))),
        Value::Address => address(window, 0, u64::from_ne_bytes(load(record, offset))),
        Value::Float4 { json } => float(window, 0, f32::from_ne_bytes(load(record, offset)), json),
        Value::Float8 { json } => float(window, 0, f64::from_ne_bytes(load(record, offset)), json),
        Value::Enum { size, names } => {
            let value = match size {
                1 => u8::from_ne_bytes(load(record, offset)).into(),
                2 => u16::from_ne_bytes(load(record, offset)).into(),
                _ => u64::from_ne_bytes(load(record, offset)),
            };
            enumeration(tables, names, out, at, value) - at
        }
        Value::Bits { shift, width, shown } => bits(tables, from(record, offset), shift, width, shown, out, at) - at,
        Value::Each { block, count, stride } => {
            return each(tables, block, from(record, offset), count, stride, out, place);
        }
        _ => 0,
    };
    Place {
        at: at + written,
        start,
    }
}

/// Write spaces until `column`, and at least one. `start` is where the row's first column would be.
#[inline(always)]
fn pad(out: &mut [u8], at: usize, start: usize, column: usize) -> usize {
    let missing = (start + column).saturating_sub(at).max(1);
    put_far(out, at, [b' '; 16]);
    if missing > 16 {
        pad_far(out, at, missing)
    } else {
        at + missing
    }
}

#[cold]
#[inline(never)]
fn pad_far(out: &mut [u8], at: usize, missing: usize) -> usize {
    for chunk in (16..missing).step_by(16) {
        put_far(out, at + chunk, [b' '; 16]);
    }
    at + missing
}

/// The name of a value, or its number where it has none.
#[inline(always)]
fn enumeration(tables: &Tables, names: u32, out: &mut [u8], at: usize, value: u64) -> usize {
    let Some(names) = tables.names.get(names as usize) else {
        return at;
    };
    let value = names.extend(value);
    if let Some(name) = names.short(value) {
        put_far(out, at, name.text);
        return at + usize::from(name.length);
    }
    enumeration_far(names, out, at, value)
}

#[inline(never)]
fn enumeration_far(names: &Names, out: &mut [u8], at: usize, value: u64) -> usize {
    if let Some(name) = names.find(value) {
        return put_all(out, at, name);
    }
    match window(out, at) {
        Some(window) if names.is_signed() => at + signed(window, 0, value as i64),
        Some(window) => at + unsigned(window, 0, value),
        None => at,
    }
}

/// The bits of a bitfield, and the same with its highest bit as the sign.
pub(crate) fn bit_values(from: &[u8], shift: u8, width: u8) -> (u64, i64) {
    // 64 bits that begin inside a byte end in a ninth.
    let length = (usize::from(shift) + usize::from(width)).div_ceil(8);
    let bytes = from.iter().take(length).rev();
    let whole = bytes.fold(0_u128, |whole, &byte| whole << 8 | u128::from(byte));
    let unused = 64 - u32::from(width);
    let value = ((whole >> shift) as u64) << unused >> unused;
    (value, (value << unused) as i64 >> unused)
}

fn bits(tables: &Tables, from: &[u8], shift: u8, width: u8, shown: Bits, out: &mut [u8], at: usize) -> usize {
    let (value, extended) = bit_values(from, shift, width);
    let Some(window) = window(out, at) else {
        return at;
    };
    match shown {
        Bits::Unsigned => at + unsigned(window, 0, value),
        Bits::Signed => at + signed(window, 0, extended),
        Bits::Bool => at + boolean(window, 0, value != 0),
        Bits::Enum(names) => {
            let is_signed = tables.names.get(names as usize).is_some_and(Names::is_signed);
            enumeration(tables, names, out, at, if is_signed { extended as u64 } else { value })
        }
    }
}

/// Write the elements of an array, each with a comma after it, and make the last comma the closing bracket.
fn each(
    tables: &Tables,
    block: u16,
    mut rest: &[u8],
    count: u32,
    stride: u32,
    out: &mut [u8],
    mut place: Place,
) -> Place {
    let Some(ops) = tables.blocks.get(usize::from(block)) else {
        return place;
    };
    for _ in 0..count {
        place = run_element(tables, ops, rest, out, place);
        put_far(out, place.at, *b",");
        place.at += 1;
        rest = from(rest, stride);
    }
    put_far(out, place.at - usize::from(count > 0), *b"]");
    place.at += usize::from(count == 0);
    place
}

/// `run`, once more in the program: an element may itself hold arrays.
#[inline(never)]
fn run_element(tables: &Tables, ops: &[Op], element: &[u8], out: &mut [u8], place: Place) -> Place {
    run(tables, ops, element, out, place)
}
