//! From what was typed to JSON text, by type.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use eunomia_component::Value as _;
use eunomia_component::types::{Enumeration, Signedness};

use crate::json::Json;
use crate::number::{self, Whole};
use crate::shape::{Precision, Shape, Width};

/// Why a value does not fit; to stand behind "takes".
pub(crate) type Misfit = String;

/// What `text` is as a value of this type, as JSON text.
pub(crate) fn from_text(shape: &Shape<'_>, text: &str) -> Result<String, Misfit> {
    let misfit = || shape.takes();
    match shape {
        Shape::Integer(width) => integer(text, *width).ok_or_else(misfit),
        Shape::Character => character(text).ok_or_else(misfit),
        Shape::Bool => boolean(text).map(|value| value.to_json()).ok_or_else(misfit),
        Shape::Float(precision) => float(text, *precision).ok_or_else(misfit),
        Shape::Enumeration(enumeration, width) => enumerator(enumeration, *width, text).ok_or_else(misfit),
        Shape::Text(room) if text.len() < *room => Ok(text.to_json()),
        Shape::Text(_) => Err(format!("{}; this has {}", shape.takes(), text.len())),
        Shape::List(element, count) => list(shape, *count, text.split(','), |text| from_text(element, text)),
    }
}

/// What a value of a package is as a value of this type. A package may write as a string what a person would type.
pub(crate) fn from_json(shape: &Shape<'_>, value: &Json) -> Result<String, Misfit> {
    match (shape, value) {
        (_, Json::Number(text)) => from_text(shape, text),
        (_, Json::String(text)) => from_text(shape, text),
        (_, Json::Bool(value)) => from_text(shape, &value.to_string()),
        (Shape::List(element, count), Json::Array(values)) => {
            list(shape, *count, values.iter(), |value| from_json(element, value))
        }
        (Shape::Text(room), Json::Array(values)) => {
            list(shape, *room, values.iter(), |value| from_json(&Shape::Character, value))
        }
        _ => Err(shape.takes()),
    }
}

/// What a person would type for these bytes; none if they are zero, or do not belong to this type.
pub(crate) fn from_bytes(shape: &Shape<'_>, bytes: &[u8]) -> Option<String> {
    if bytes.iter().all(|byte| *byte == 0) {
        return None;
    }
    shown(shape, bytes)
}

/// Whether a bool's bytes are true.
pub(crate) fn is_true(bytes: &[u8]) -> bool {
    bytes.iter().any(|byte| *byte != 0)
}

/// Reads what a flag was given.
pub(crate) fn boolean(text: &str) -> Option<bool> {
    match text {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

fn integer(text: &str, width: Width) -> Option<String> {
    number::whole(text)
        .filter(|number| number::fits(*number, width))
        .map(number::decimal)
}

fn character(text: &str) -> Option<String> {
    match text.as_bytes() {
        // A digit is the number, as it is in a package.
        [b'0'..=b'9'] => Some(text.to_string()),
        [0..0x80] => Some(text.to_json()),
        // Whether `char` is signed depends on the machine that the program was compiled for.
        _ => [true, false]
            .into_iter()
            .find_map(|signed| integer(text, Width { bits: 8, signed })),
    }
}

fn float(text: &str, precision: Precision) -> Option<String> {
    let number: f64 = text.parse().ok()?;
    let holds = match precision {
        Precision::Single => (number as f32).is_finite(),
        Precision::Double => number.is_finite(),
    };
    holds.then(|| zmij::Buffer::new().format_finite(number).to_string())
}

/// The fewest digits that read back as this number; whole ones without a fraction.
fn decimal(number: impl zmij::Float) -> String {
    let mut buffer = zmij::Buffer::new();
    let text = buffer.format(number);
    text.strip_suffix(".0").unwrap_or(text).to_string()
}

fn enumerator(enumeration: &Enumeration, width: Width, text: &str) -> Option<String> {
    if enumeration.values.iter().any(|value| value.name == text) {
        return Some(text.to_json());
    }
    integer(text, width)
}

fn list<T>(
    shape: &Shape<'_>,
    count: usize,
    values: impl Iterator<Item = T>,
    convert: impl Fn(T) -> Result<String, Misfit>,
) -> Result<String, Misfit> {
    let mut converted = Vec::new();
    let mut total = 0usize;
    for value in values {
        total += 1;
        // What is too much is only counted.
        if total <= count {
            converted.push(convert(value).map_err(|_| shape.takes())?);
        }
    }
    if total > count {
        return Err(format!("{}; this has {total}", shape.takes()));
    }
    Ok(format!("[{}]", converted.join(",")))
}

fn shown(shape: &Shape<'_>, bytes: &[u8]) -> Option<String> {
    match shape {
        Shape::Integer(width) => number::from_bytes(bytes, width.signed).map(number::decimal),
        Shape::Character => number::from_bytes(bytes, true).map(number::decimal),
        Shape::Bool => Some(is_true(bytes).to_string()),
        Shape::Float(Precision::Single) => Some(decimal(f32::from_ne_bytes(bytes.try_into().ok()?))),
        Shape::Float(Precision::Double) => Some(decimal(f64::from_ne_bytes(bytes.try_into().ok()?))),
        Shape::Enumeration(enumeration, width) => {
            let value = number::from_bytes(bytes, width.signed)?;
            let known = enumeration
                .values
                .iter()
                .find(|known| is(enumeration, known.value, value));
            Some(known.map_or_else(|| number::decimal(value), |known| known.name.clone()))
        }
        Shape::Text(_) => {
            let text = bytes.split(|byte| *byte == 0).next()?;
            core::str::from_utf8(text).ok().map(ToString::to_string)
        }
        Shape::List(element, count) => {
            let each = bytes.len().checked_div(*count).filter(|each| *each > 0)?;
            let elements: Option<Vec<String>> = bytes.chunks_exact(each).map(|bytes| shown(element, bytes)).collect();
            Some(elements?.join(","))
        }
    }
}

/// Whether an enumerator's 64 bits are this value.
fn is(enumeration: &Enumeration, bits: u64, (negative, magnitude): Whole) -> bool {
    let known = match enumeration.signedness {
        Signedness::Unsigned => (false, u128::from(bits)),
        Signedness::Signed => (bits.cast_signed() < 0, u128::from(bits.cast_signed().unsigned_abs())),
    };
    known == (negative, magnitude)
}
