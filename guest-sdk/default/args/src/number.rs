//! Whole numbers as C writes them.

use alloc::format;
use alloc::string::String;

use crate::shape::Width;

/// A whole number: whether it is negative, and its magnitude. Wide enough for every type of C.
pub(crate) type Whole = (bool, u128);

/// Reads decimal, hexadecimal (`0x1f`) and octal (`0o17`, `017`) numbers with or without a sign.
pub(crate) fn whole(text: &str) -> Option<Whole> {
    let (negative, magnitude) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let bytes = magnitude.as_bytes();
    let (digits, radix) = match bytes {
        [b'0', b'x' | b'X', ..] => (magnitude.get(2..)?, 16),
        [b'0', b'o' | b'O', ..] => (magnitude.get(2..)?, 8),
        [b'0', _, ..] => (magnitude.get(1..)?, 8),
        _ => (magnitude, 10),
    };
    // The standard library would take a second sign.
    if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    Some((negative, u128::from_str_radix(digits, radix).ok()?))
}

/// Whether a number is in the range of a type.
pub(crate) fn fits((negative, magnitude): Whole, width: Width) -> bool {
    let (below, above) = width.magnitudes();
    magnitude <= if negative { below } else { above }
}

/// The number in decimal digits, as JSON takes it.
pub(crate) fn decimal((negative, magnitude): Whole) -> String {
    let sign = if negative && magnitude != 0 { "-" } else { "" };
    format!("{sign}{magnitude}")
}

/// The number that the bytes of an integer are, in the byte order of this machine. None for more than 16 bytes.
pub(crate) fn from_bytes(bytes: &[u8], signed: bool) -> Option<Whole> {
    let (size, bits) = (bytes.len(), u32::try_from(bytes.len()).ok()? * 8);
    if size == 0 || size > 16 {
        return None;
    }
    let mut raw = 0u128;
    for (index, byte) in bytes.iter().enumerate() {
        let place = if cfg!(target_endian = "little") {
            index
        } else {
            size - 1 - index
        };
        raw |= u128::from(*byte) << (place * 8);
    }
    let negative = signed && raw >> (bits - 1) & 1 == 1;
    if negative {
        let all = u128::MAX >> (128 - bits);
        return Some((true, raw.wrapping_neg() & all));
    }
    Some((false, raw))
}
