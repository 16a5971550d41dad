//! Numbers in memory: integers of any width and place, booleans, floats, enums.

use serde_json::{Number, Value};

use super::{expected, names};
use crate::error::Error;
use crate::types::{Type, TypeKind};

/// A whole number: whether it is negative, and its magnitude.
pub(super) type Whole = (bool, u128);

pub(super) fn whole(text: &str) -> Option<Whole> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some((negative, digits.parse().ok()?))
}

pub(super) fn integer(value: &Value, ty: &Type) -> Result<Whole, Error> {
    match value {
        Value::Number(number) => whole(&number.to_string()),
        // As such integers are printed: most JSON readers would round them.
        Value::String(text) if ty.size == 16 => whole(text),
        _ => None,
    }
    .ok_or_else(|| expected(value, &format!("a whole number ({})", ty.name)))
}

pub(super) fn write_integer(target: &mut [u8], number: Whole, signed: bool, ty: &Type) -> Result<(), Error> {
    write_checked(target, number, signed, 0, ty.size * 8, &ty.name)
}

/// Checks that `number` fits into `bits` bits, and writes it `offset` bits into `target`.
pub(super) fn write_checked(
    target: &mut [u8],
    (negative, magnitude): Whole,
    signed: bool,
    offset: u32,
    bits: u32,
    name: &str,
) -> Result<(), Error> {
    let all = u128::MAX >> (128 - bits.clamp(1, 128));
    let (lowest, highest) = if signed { (all / 2 + 1, all / 2) } else { (0, all) };
    if magnitude > if negative { lowest } else { highest } {
        let (sign, minus) = (if negative { "-" } else { "" }, if lowest == 0 { "" } else { "-" });
        return Err(Error::value(format!(
            "{sign}{magnitude} is out of range: {name} of {bits} bits takes {minus}{lowest} to {highest}"
        )));
    }
    let raw = if negative { magnitude.wrapping_neg() } else { magnitude };
    write_bits(target, raw, offset, bits)
}

/// Writes the low `bits` bits of `raw`, `offset` bits into `target`, in the host's order of bytes and bits.
pub(super) fn write_bits(target: &mut [u8], raw: u128, offset: u32, bits: u32) -> Result<(), Error> {
    for bit in 0..bits {
        let (position, shift) = if cfg!(target_endian = "little") {
            (offset + bit, (offset + bit) % 8)
        } else {
            let position = offset + bits - 1 - bit;
            (position, 7 - position % 8)
        };
        let byte = target
            .get_mut((position / 8) as usize)
            .ok_or_else(|| Error::value("the member lies outside its struct"))?;
        let set = u8::from(bit < 128 && raw >> bit & 1 == 1);
        *byte = *byte & !(1 << shift) | set << shift;
    }
    Ok(())
}

pub(super) fn write_character(target: &mut [u8], value: &Value, ty: &Type) -> Result<(), Error> {
    let number = match value {
        Value::String(text) => match text.as_bytes() {
            [byte @ 0..0x80] => (false, u128::from(*byte)),
            _ => return Err(expected(value, "one ASCII character or a number")),
        },
        _ => integer(value, ty)?,
    };
    // Whether `char` is signed depends on the machine it was compiled for: both ranges are meant.
    if number.0 {
        write_integer(target, number, true, ty)
    } else {
        write_integer(target, number, false, ty)
    }
}

pub(super) fn boolean(value: &Value) -> Result<bool, Error> {
    match value {
        Value::Bool(value) => Some(*value),
        Value::Number(number) => match number.as_u64() {
            Some(0) => Some(false),
            Some(1) => Some(true),
            _ => None,
        },
        _ => None,
    }
    .ok_or_else(|| expected(value, "true or false"))
}

pub(super) fn write_float(target: &mut [u8], value: &Value) -> Result<(), Error> {
    let number = value
        .as_number()
        .and_then(Number::as_f64)
        .ok_or_else(|| expected(value, "a number that a double can hold"))?;
    if let Some(bytes) = target.as_mut_array::<8>() {
        *bytes = number.to_ne_bytes();
    } else if let Some(bytes) = target.as_mut_array::<4>() {
        let single = number as f32;
        if single.is_infinite() {
            return Err(expected(value, "a number that a float can hold"));
        }
        *bytes = single.to_ne_bytes();
    } else {
        return Err(Error::value(format!("a float of {} bytes can't be set", target.len())));
    }
    Ok(())
}

pub(super) fn enumerator(value: &Value, values: &[(String, u64)], ty: &Type) -> Result<Whole, Error> {
    let Value::String(name) = value else {
        return integer(value, ty).map_err(|_| expected(value, &names(values.iter().map(|(name, _)| name))));
    };
    let (_, bits) = values
        .iter()
        .find(|(known, _)| known == name)
        .ok_or_else(|| expected(value, &names(values.iter().map(|(name, _)| name))))?;
    let TypeKind::Enum { signed: true, .. } = ty.kind else {
        return Ok((false, u128::from(*bits)));
    };
    let signed = bits.cast_signed();
    Ok((signed < 0, u128::from(signed.unsigned_abs())))
}
