//! A single value of a record, as a filter and a sort look at it.

use super::{Field, Planner};
use crate::layout::{Enumerator, Kind, Type};
use crate::op::{Bits, Op, Value, bit_values, load};
use crate::printer::Error;
use alloc::vec::Vec;
use core::fmt;
use eunomia_component::text::before_nul;

/// Where a value is and how its bytes are read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scalar {
    offset: u32,
    read: Read,
}

#[derive(Debug, Clone, Copy)]
enum Read {
    Integer { size: u8, signed: bool },
    Bits { shift: u8, width: u8, signed: bool },
    Bool,
    Float4,
    Float8,
    Text { count: u32 },
}

/// What a value is compared with.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Shown<'a> {
    /// Integers, and pointers.
    Number,
    /// Numbers, and `true` and `false`.
    Bool,
    /// Numbers, and these names.
    Names {
        /// Whether the values are signed.
        signed: bool,
        /// As the layout has them.
        values: &'a [Enumerator],
    },
    /// Floating-point numbers; whether of 4 bytes only.
    Float {
        /// Whether it is of 4 bytes.
        narrow: bool,
    },
    /// Texts.
    Text,
}

/// A whole number of 128 bits and a sign, and two that are beyond all of them. The order is that of the numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Integer {
    /// The bits above the lower 128: 0 or -1 for numbers.
    above: i8,
    below: u128,
}

impl Integer {
    /// Less than every number.
    pub(crate) const LEAST: Self = Self { above: -2, below: 0 };
    /// More than every number.
    pub(crate) const MOST: Self = Self { above: 1, below: 0 };

    /// The value of the same bits, if it is one above the greatest of a signed type with these limits.
    pub(crate) fn with_same_bits(self, least: Self, greatest: Self) -> Option<Self> {
        let most = greatest.below.wrapping_mul(2).wrapping_add(1);
        let is_so = least < Self::from(0_u128) && self > greatest && self.above == 0 && self.below <= most;
        let value = self.below.wrapping_sub(most).wrapping_sub(1);
        is_so.then(|| (value as i128).into())
    }

    /// The nearest floating-point number.
    pub(crate) fn to_float(self) -> f64 {
        match self.above {
            0 => self.below as f64,
            -1 => self.below as i128 as f64,
            above => f64::from(above) * f64::INFINITY,
        }
    }
}

impl fmt::Display for Integer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.above {
            0 => self.below.fmt(f),
            -1 => (self.below as i128).fmt(f),
            _ => f.write_str("a number of more than 128 bits"),
        }
    }
}

impl From<u128> for Integer {
    fn from(value: u128) -> Self {
        Self { above: 0, below: value }
    }
}

impl From<i128> for Integer {
    fn from(value: i128) -> Self {
        Self {
            above: if value < 0 { -1 } else { 0 },
            below: value as u128,
        }
    }
}

/// How a member is read and what it is compared with; none if it is no single value.
pub(crate) fn scalar<'a>(
    layout: &'a [Type],
    root: u32,
    source: &str,
    field: &Field,
) -> Result<Option<(Scalar, Shown<'a>)>, Error> {
    let mut planner = Planner::new(layout);
    let kind = &planner.find(field.ty, field.name)?.kind;
    let shown = match kind {
        Kind::Int { .. } | Kind::Char | Kind::Ptr => Shown::Number,
        Kind::Bool => Shown::Bool,
        Kind::Enum { signed, values } => Shown::Names {
            signed: *signed,
            values,
        },
        Kind::Float => Shown::Float { narrow: false },
        Kind::Array { element, .. } if matches!(planner.find(*element, field.name)?.kind, Kind::Char) => Shown::Text,
        Kind::Array { .. } | Kind::Struct(_) | Kind::Union(_) | Kind::Opaque => return Ok(None),
    };
    // The step that would show it has been checked against the record.
    let mut steps = planner.begin(root, source)?;
    planner.bare(field, &mut steps)?;
    let ops: Vec<Op> = planner.end(steps, root)?.ops;
    let is_signed = matches!(shown, Shown::Names { signed: true, .. });
    let step = ops.iter().find_map(|op| Some((op.offset, read(op.value, is_signed)?)));
    Ok(step.map(|(offset, read)| {
        let shown = match read {
            Read::Float4 => Shown::Float { narrow: true },
            _ => shown,
        };
        (Scalar { offset, read }, shown)
    }))
}

fn read(value: Value, names_are_signed: bool) -> Option<Read> {
    let integer = |size, signed| Read::Integer { size, signed };
    Some(match value {
        Value::Unsigned1 => integer(1, false),
        Value::Unsigned2 => integer(2, false),
        Value::Unsigned4 => integer(4, false),
        Value::Unsigned8 | Value::Address => integer(8, false),
        Value::Unsigned16 => integer(16, false),
        Value::Signed1 => integer(1, true),
        Value::Signed2 => integer(2, true),
        Value::Signed4 => integer(4, true),
        Value::Signed8 => integer(8, true),
        Value::Signed16 => integer(16, true),
        Value::Enum4 { .. } => integer(4, names_are_signed),
        Value::Enum { size, .. } => integer(size, names_are_signed),
        Value::Bool => Read::Bool,
        Value::Float4 { .. } => Read::Float4,
        Value::Float8 { .. } => Read::Float8,
        Value::Text { count, .. } => Read::Text { count },
        Value::Bits { shift, width, shown } => match shown {
            Bits::Bool => Read::Bits {
                shift,
                width,
                signed: false,
            },
            Bits::Unsigned | Bits::Signed => Read::Bits {
                shift,
                width,
                signed: shown == Bits::Signed,
            },
            Bits::Enum(_) => Read::Bits {
                shift,
                width,
                signed: names_are_signed,
            },
        },
        Value::Nothing | Value::Each { .. } => return None,
    })
}

impl Scalar {
    /// The least and the greatest value of an integer, a pointer, an enumeration or a bool.
    pub(crate) fn limits(&self) -> (Integer, Integer) {
        let (bits, is_signed) = match self.read {
            Read::Integer { size, signed } => (u32::from(size) * 8, signed),
            Read::Bits { width, signed, .. } => (u32::from(width), signed),
            Read::Bool => (1, false),
            Read::Float4 | Read::Float8 | Read::Text { .. } => (128, true),
        };
        // Of a type that the layout is not believed about there may be no bits at all.
        let unused = 128_u32.saturating_sub(bits).min(127);
        if is_signed {
            ((i128::MIN >> unused).into(), (i128::MAX >> unused).into())
        } else {
            (0_u128.into(), (u128::MAX >> unused).into())
        }
    }

    /// The value of an integer, a pointer, an enumeration or a bool, which is 0 or 1.
    pub(crate) fn integer(&self, record: &[u8]) -> Integer {
        let at = self.offset;
        let unsigned = |value: u64| Integer::from(u128::from(value));
        let signed = |value: i64| Integer::from(i128::from(value));
        match self.read {
            Read::Integer { size, signed: false } => match size {
                1 => unsigned(u8::from_ne_bytes(load(record, at)).into()),
                2 => unsigned(u16::from_ne_bytes(load(record, at)).into()),
                4 => unsigned(u32::from_ne_bytes(load(record, at)).into()),
                8 => unsigned(u64::from_ne_bytes(load(record, at))),
                _ => Integer::from(u128::from_ne_bytes(load(record, at))),
            },
            Read::Integer { size, signed: true } => match size {
                1 => signed(i8::from_ne_bytes(load(record, at)).into()),
                2 => signed(i16::from_ne_bytes(load(record, at)).into()),
                4 => signed(i32::from_ne_bytes(load(record, at)).into()),
                8 => signed(i64::from_ne_bytes(load(record, at))),
                _ => Integer::from(i128::from_ne_bytes(load(record, at))),
            },
            Read::Bits {
                shift,
                width,
                signed: is_signed,
            } => {
                let (value, extended) = bit_values(record.get(at as usize..).unwrap_or_default(), shift, width);
                if is_signed { signed(extended) } else { unsigned(value) }
            }
            Read::Bool => unsigned(u64::from(load(record, at) != [0_u8])),
            Read::Float4 | Read::Float8 | Read::Text { .. } => unsigned(0),
        }
    }

    /// The bytes of the array that a text is in.
    pub(crate) fn text_size(&self) -> usize {
        match self.read {
            Read::Text { count } => count as usize,
            _ => 0,
        }
    }

    /// The value of a floating-point number.
    pub(crate) fn float(&self, record: &[u8]) -> f64 {
        match self.read {
            Read::Float4 => f32::from_ne_bytes(load(record, self.offset)).into(),
            _ => f64::from_ne_bytes(load(record, self.offset)),
        }
    }

    /// A text, up to its first NUL.
    pub(crate) fn text<'a>(&self, record: &'a [u8]) -> &'a [u8] {
        let Read::Text { count } = self.read else {
            return &[];
        };
        let rest = record.get(self.offset as usize..).unwrap_or_default();
        before_nul(rest.get(..count as usize).unwrap_or(rest))
    }
}
