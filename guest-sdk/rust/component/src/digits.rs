//! Digits of numbers, eight at once in one 64-bit word, without `core::fmt`.
//!
//! Formatting is most of what a tool does for an event. What `core::fmt` makes digit by digit, through a table of functions,
//! is here a few multiplications, and one store of eight bytes.

/// The first number that eight decimal digits are too few for.
pub const TEN_8: u64 = 100_000_000;

/// Eight times the character `0`, to be added to digits.
pub const ZEROS: u64 = 0x3030_3030_3030_3030;

/// The eight digits of a number below [`TEN_8`] as the bytes of a word, the first digit lowest: `0` to `9`, no characters yet.
///
/// Halves, then quarters, then single digits: each step divides all parts at once by multiplying with a reciprocal that
/// is exact for the range.
///
/// ```
/// use eunomia_component::digits::{ZEROS, eight_digits};
/// assert_eq!(&(eight_digits(4096) | ZEROS).to_le_bytes(), b"00004096");
/// ```
#[inline(always)]
pub fn eight_digits(value: u64) -> u64 {
    let high = (value * 3_518_437_209) >> 45;
    let fours = high | (value - high * 10_000) << 32;
    let high = ((fours * 10_486) >> 20) & 0x0000_007f_0000_007f;
    let twos = high | (fours - high * 100) << 16;
    let high = ((twos * 103) >> 10) & 0x000f_000f_000f_000f;
    high | (twos - high * 10) << 8
}

/// The characters of a number below [`TEN_8`] without leading zeros, and how many there are; the bytes after them are to be
/// written over.
///
/// ```
/// use eunomia_component::digits::short;
/// let (word, length) = short(4096);
/// assert_eq!(&word.to_le_bytes()[..length], b"4096");
/// ```
#[inline(always)]
pub fn short(value: u64) -> (u64, usize) {
    let digits = eight_digits(value);
    // The bit set in the last digit keeps one zero of a zero.
    let leading = (digits | 1 << 56).trailing_zeros() & !7;
    ((digits | ZEROS) >> leading, 8 - (leading / 8) as usize)
}

/// The eight hexadecimal digits of a number as the characters of a word, the first lowest.
///
/// ```
/// use eunomia_component::digits::eight_nibbles;
/// assert_eq!(&eight_nibbles(0xc0ffee).to_le_bytes(), b"00c0ffee");
/// ```
#[inline]
pub fn eight_nibbles(value: u32) -> u64 {
    let spread = u64::from(value.swap_bytes());
    let spread = (spread | spread << 16) & 0x0000_ffff_0000_ffff;
    let spread = (spread | spread << 8) & 0x00ff_00ff_00ff_00ff;
    let nibbles = (spread >> 4 | spread << 8) & 0x0f0f_0f0f_0f0f_0f0f;
    let letters = (nibbles + 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101;
    nibbles + ZEROS + letters * u64::from(b'a' - b'0' - 10)
}
