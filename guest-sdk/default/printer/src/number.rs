//! Numbers as text, without `core::fmt`.
//!
//! Eight decimal digits are made at once in one 64-bit word and stored whole.

use eunomia_component::digits::{self, TEN_8, ZEROS, eight_digits, eight_nibbles};

use crate::write::{Window, put, put_word};

/// The most bytes that an integer of 64 bits takes.
pub(crate) const MOST_64: usize = 20;
/// The most bytes that an integer of 128 bits takes.
pub(crate) const MOST_128: usize = 40;
/// The most bytes that an address takes.
pub(crate) const MOST_HEX: usize = 18;
/// The most bytes that a floating-point number takes.
pub(crate) const MOST_FLOAT: usize = 24;

/// Write a number below 10^8.
#[inline(always)]
fn short(out: &mut Window, at: usize, value: u64) -> usize {
    let (word, length) = digits::short(value);
    put_word(out, at, word);
    at + length
}

/// Write eight digits, zeros included.
#[inline(always)]
fn padded(out: &mut Window, at: usize, value: u64) -> usize {
    put_word(out, at, eight_digits(value) | ZEROS);
    at + 8
}

/// Write an unsigned number and return where the row goes on.
#[inline(always)]
pub(crate) fn unsigned(out: &mut Window, at: usize, value: u64) -> usize {
    if value < TEN_8 {
        short(out, at, value)
    } else {
        long(out, at, value)
    }
}

#[inline(always)]
fn long(out: &mut Window, at: usize, value: u64) -> usize {
    let (high, low) = (value / TEN_8, value % TEN_8);
    let at = if high < TEN_8 {
        short(out, at, high)
    } else {
        longest(out, at, high)
    };
    padded(out, at, low)
}

/// Write what is above the last eight digits of a number above 10^16.
#[cold]
#[inline(never)]
fn longest(out: &mut Window, at: usize, value: u64) -> usize {
    let at = short(out, at, value / TEN_8);
    padded(out, at, value % TEN_8)
}

/// Write a signed number.
#[inline(always)]
pub(crate) fn signed(out: &mut Window, at: usize, value: i64) -> usize {
    put(out, at, [b'-']);
    unsigned(out, at + usize::from(value < 0), value.unsigned_abs())
}

/// Write a number of 128 bits.
#[inline(never)]
pub(crate) fn unsigned_128(out: &mut Window, at: usize, value: u128) -> usize {
    const TEN_16: u64 = TEN_8 * TEN_8;
    let Ok(value) = u64::try_from(value) else {
        let at = unsigned_128(out, at, value / u128::from(TEN_16));
        let low = (value % u128::from(TEN_16)) as u64;
        let at = padded(out, at, low / TEN_8);
        return padded(out, at, low % TEN_8);
    };
    unsigned(out, at, value)
}

/// Write a signed number of 128 bits.
#[inline(never)]
pub(crate) fn signed_128(out: &mut Window, at: usize, value: i128) -> usize {
    put(out, at, [b'-']);
    unsigned_128(out, at + usize::from(value < 0), value.unsigned_abs())
}

/// Write an address: `0x` and its digits without leading zeros.
#[inline(never)]
pub(crate) fn address(out: &mut Window, at: usize, value: u64) -> usize {
    put(out, at, *b"0x");
    let digits = 16 - ((value | 1).leading_zeros() / 4) as usize;
    // With the first digit at the top, the two halves are always stored whole.
    let shifted = value << (64 - 4 * digits);
    put_word(out, at + 2, eight_nibbles((shifted >> 32) as u32));
    put_word(out, at + 10, eight_nibbles(shifted as u32));
    at + 2 + digits
}

/// Write `true` or `false`.
#[inline(always)]
pub(crate) fn boolean(out: &mut Window, at: usize, value: bool) -> usize {
    put(out, at, if value { *b"true    " } else { *b"false   " });
    at + 5 - usize::from(value)
}

/// Write a floating-point number as the shortest text that reads back as the same number. JSON has no NaN and no
/// infinities; there they are `null`.
#[inline(never)]
pub(crate) fn float(out: &mut Window, at: usize, value: impl zmij::Float, json: bool) -> usize {
    let mut buffer = zmij::Buffer::new();
    let text = match buffer.format(value) {
        "NaN" | "inf" | "-inf" if json => "null",
        text => text,
    };
    let mut padded = [0; MOST_FLOAT];
    for (place, byte) in padded.iter_mut().zip(text.as_bytes()) {
        *place = *byte;
    }
    put(out, at, padded);
    at + text.len()
}
