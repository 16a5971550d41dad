//! The steps of a row, and how they are run.

use crate::names::Names;
use crate::number::{address, float, signed, signed_128, unsigned, unsigned_128};
use crate::text::{Style, text};
use crate::write::{pad, put, put_padded};
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
    /// A character array of this length.
    Bare(u32),
    /// The same in JSON; the quotes are text of this step and the next.
    Quoted(u32),
    /// An enumeration: its size in bytes, and the place of its names.
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
fn load<const N: usize>(record: &[u8], offset: u32) -> [u8; N] {
    record
        .get(offset as usize..)
        .and_then(<[u8]>::first_chunk::<N>)
        .copied()
        .unwrap_or([0; N])
}

#[inline(always)]
fn bytes(record: &[u8], offset: u32, length: u32) -> &[u8] {
    record
        .get(offset as usize..)
        .and_then(|rest| rest.get(..length as usize))
        .unwrap_or_default()
}

/// Write one record, or one element, by its steps.
#[inline(always)]
pub(crate) fn run(tables: &Tables, ops: &[Op], record: &[u8], out: &mut [u8], place: Place) -> Place {
    let Place { mut at, mut start } = place;
    for op in ops {
        if op.column != 0 {
            at = pad(out, at, start, op.column as usize);
        }
        put(out, at, op.lead);
        at += op.lead_length as usize;
        let offset = op.offset;
        at = match op.value {
            Value::Nothing => at,
            Value::Unsigned1 => unsigned(out, at, u8::from_ne_bytes(load(record, offset)).into()),
            Value::Unsigned2 => unsigned(out, at, u16::from_ne_bytes(load(record, offset)).into()),
            Value::Unsigned4 => unsigned(out, at, u32::from_ne_bytes(load(record, offset)).into()),
            Value::Unsigned8 => unsigned(out, at, u64::from_ne_bytes(load(record, offset))),
            Value::Unsigned16 => unsigned_128(out, at, u128::from_ne_bytes(load(record, offset))),
            Value::Signed1 => signed(out, at, i8::from_ne_bytes(load(record, offset)).into()),
            Value::Signed2 => signed(out, at, i16::from_ne_bytes(load(record, offset)).into()),
            Value::Signed4 => signed(out, at, i32::from_ne_bytes(load(record, offset)).into()),
            Value::Signed8 => signed(out, at, i64::from_ne_bytes(load(record, offset))),
            Value::Signed16 => signed_128(out, at, i128::from_ne_bytes(load(record, offset))),
            Value::Bool => boolean(out, at, load(record, offset) != [0]),
            Value::Address => address(out, at, u64::from_ne_bytes(load(record, offset))),
            Value::Float4 { json } => {
                let value = f32::from_ne_bytes(load(record, offset));
                if value.is_finite() {
                    float(out, at, value)
                } else {
                    not_finite(out, at, value.into(), json)
                }
            }
            Value::Float8 { json } => {
                let value = f64::from_ne_bytes(load(record, offset));
                if value.is_finite() {
                    float(out, at, value)
                } else {
                    not_finite(out, at, value, json)
                }
            }
            Value::Bare(length) => {
                let (at, beyond) = text(out, at, bytes(record, offset, length), Style::Bare);
                start += beyond;
                at
            }
            Value::Quoted(length) => {
                let (at, beyond) = text(out, at, bytes(record, offset, length), Style::Quoted);
                start += beyond;
                at
            }
            Value::Enum { size, names } => {
                let value = match size {
                    1 => u8::from_ne_bytes(load(record, offset)).into(),
                    2 => u16::from_ne_bytes(load(record, offset)).into(),
                    4 => u32::from_ne_bytes(load(record, offset)).into(),
                    _ => u64::from_ne_bytes(load(record, offset)),
                };
                enumeration(tables, names, out, at, value)
            }
            Value::Bits { shift, width, shown } => bits(tables, record, op, shift, width, shown, out, at),
            Value::Each { block, count, stride } => {
                let place = each(
                    tables,
                    block,
                    bytes_from(record, offset),
                    count,
                    stride,
                    out,
                    Place { at, start },
                );
                start = place.start;
                place.at
            }
        };
    }
    Place { at, start }
}

#[inline(always)]
fn bytes_from(record: &[u8], offset: u32) -> &[u8] {
    record.get(offset as usize..).unwrap_or_default()
}

#[inline(always)]
fn boolean(out: &mut [u8], at: usize, value: bool) -> usize {
    put(out, at, if value { *b"true    " } else { *b"false   " });
    at + 5 - usize::from(value)
}

#[cold]
fn not_finite(out: &mut [u8], at: usize, value: f64, json: bool) -> usize {
    let (text, length) = match (json, value.is_nan(), value > 0.0) {
        (true, _, _) => (*b"null", 4),
        (false, true, _) => (*b"NaN ", 3),
        (false, false, true) => (*b"inf ", 3),
        (false, false, false) => (*b"-inf", 4),
    };
    put(out, at, text);
    at + length
}

/// The name of a value, or its number where it has none.
#[inline(always)]
fn enumeration(tables: &Tables, names: u32, out: &mut [u8], at: usize, value: u64) -> usize {
    let Some(names) = tables.names.get(names as usize) else {
        return at;
    };
    let value = names.extend(value);
    match names.find(value) {
        Some((text, length)) => put_padded(out, at, text, length),
        None if names.is_signed() => signed(out, at, value as i64),
        None => unsigned(out, at, value),
    }
}

#[inline(never)]
#[expect(
    clippy::too_many_arguments,
    reason = "as a struct they would have to be stored first"
)]
fn bits(
    tables: &Tables,
    record: &[u8],
    op: &Op,
    shift: u8,
    width: u8,
    shown: Bits,
    out: &mut [u8],
    at: usize,
) -> usize {
    // 64 bits that begin inside a byte end in a ninth.
    let length = (u32::from(shift) + u32::from(width)).div_ceil(8);
    let whole = bytes(record, op.offset, length)
        .iter()
        .rev()
        .fold(0_u128, |whole, &byte| whole << 8 | u128::from(byte));
    let unused = 64 - u32::from(width);
    let value = (whole >> shift) as u64;
    let value = value << unused >> unused;
    let extended = (value as i64) << unused >> unused;
    match shown {
        Bits::Unsigned => unsigned(out, at, value),
        Bits::Signed => signed(out, at, extended),
        Bits::Bool => boolean(out, at, value != 0),
        Bits::Enum(names) => {
            let is_signed = tables.names.get(names as usize).is_some_and(Names::is_signed);
            enumeration(tables, names, out, at, if is_signed { extended as u64 } else { value })
        }
    }
}

/// Write the elements of an array, each with a comma after it, and make the last comma the closing bracket.
#[inline(never)]
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
        put(out, place.at, *b",");
        place.at += 1;
        rest = bytes_from(rest, stride);
    }
    put(out, place.at - usize::from(count > 0), *b"]");
    place.at += usize::from(count == 0);
    place
}

/// `run`, once more in the program: an element may itself hold arrays.
#[inline(never)]
fn run_element(tables: &Tables, ops: &[Op], element: &[u8], out: &mut [u8], place: Place) -> Place {
    run(tables, ops, element, out, place)
}
