//! Numbers as text, without `core::fmt`.
//!
//! Eight decimal digits are made at once in one 64-bit word and stored whole; the leading zeros are shifted away first.

use crate::write::{Window, put, put_word};

/// The most bytes that an integer of 64 bits takes.
pub(crate) const MOST_64: usize = 20;
/// The most bytes that an integer of 128 bits takes.
pub(crate) const MOST_128: usize = 40;
/// The most bytes that an address takes.
pub(crate) const MOST_HEX: usize = 18;
/// The most bytes that a floating-point number takes.
pub(crate) const MOST_FLOAT: usize = 24;

const TEN_8: u64 = 100_000_000;
const ZEROS: u64 = 0x3030_3030_3030_3030;

/// The eight digits of a number below 10^8 as the bytes of a word, the first digit lowest.
///
/// Halves, then quarters, then single digits: each step divides all parts at once by multiplying with a reciprocal that
/// is exact for the range.
#[inline(always)]
fn eight_digits(value: u64) -> u64 {
    let high = (value * 3_518_437_209) >> 45;
    let fours = high | (value - high * 10_000) << 32;
    let high = ((fours * 10_486) >> 20) & 0x0000_007f_0000_007f;
    let twos = high | (fours - high * 100) << 16;
    let high = ((twos * 103) >> 10) & 0x000f_000f_000f_000f;
    high | (twos - high * 10) << 8
}

/// Write a number below 10^8.
#[inline(always)]
fn short(out: &mut Window, at: usize, value: u64) -> usize {
    let digits = eight_digits(value);
    // The bit set in the last digit keeps one zero of a zero.
    let leading = (digits | 1 << 56).trailing_zeros() & !7;
    put_word(out, at, (digits | ZEROS) >> leading);
    at + 8 - (leading / 8) as usize
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

/// The eight hexadecimal digits of a number as the bytes of a word, the first digit lowest.
fn eight_nibbles(value: u32) -> u64 {
    let spread = u64::from(value.swap_bytes());
    let spread = (spread | spread << 16) & 0x0000_ffff_0000_ffff;
    let spread = (spread | spread << 8) & 0x00ff_00ff_00ff_00ff;
    let nibbles = (spread >> 4 | spread << 8) & 0x0f0f_0f0f_0f0f_0f0f;
    let letters = (nibbles + 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101;
    nibbles + ZEROS + letters * u64::from(b'a' - b'0' - 10)
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
