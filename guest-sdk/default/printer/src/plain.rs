//! How much of a text can be copied as it is.

use crate::text::Style;

/// How many of these bytes come before the first that has to be looked at: a control byte or DEL, one outside ASCII, and
/// in a JSON string the quote and the backslash.
#[cfg(target_family = "wasm")]
#[inline]
#[target_feature(enable = "simd128")]
pub(crate) fn plain(chunk: &[u8; 16], style: Style) -> usize {
    use core::arch::wasm32::{i8x16_bitmask, i8x16_eq, i8x16_lt, i8x16_splat, v128_or};

    let chunk = bytemuck::cast(*chunk);
    // As signed bytes, those outside ASCII are the smallest.
    let control = v128_or(i8x16_lt(chunk, i8x16_splat(0x20)), i8x16_eq(chunk, i8x16_splat(0x7f)));
    // Vectors of run-time values: a branch would cost more than to look for DEL three times.
    let (quote, backslash) = match style {
        Style::Bare => (0x7f, 0x7f),
        Style::Quoted => (b'"' as i8, b'\\' as i8),
    };
    let special = v128_or(
        i8x16_eq(chunk, i8x16_splat(quote)),
        i8x16_eq(chunk, i8x16_splat(backslash)),
    );
    let found = v128_or(control, special);
    (u32::from(i8x16_bitmask(found)) | 1 << 16).trailing_zeros() as usize
}

/// The same with words as vectors of bytes.
#[cfg(not(target_family = "wasm"))]
#[inline(always)]
pub(crate) fn plain(chunk: &[u8; 16], style: Style) -> usize {
    let chunk = u128::from_le_bytes(*chunk);
    match eunomia_component::text::plain(chunk as u64, style) {
        8 => 8 + eunomia_component::text::plain((chunk >> 64) as u64, style),
        plain => plain,
    }
}
