//! Writing into bytes that were reserved beforehand.
//!
//! A copy whose length is known only at run time is a library call in WebAssembly, and a check of the capacity at each
//! write is a branch. So a row reserves the most that it can need, each step takes a window of fixed size from that, and
//! everything stores a fixed number of bytes of which only some count; the next store covers the rest.

/// What a step can write to without looking at the length of the row.
pub(crate) const WINDOW: usize = 128;
/// Stores begin below this place of a window; it is a power of two, so that a mask keeps them there.
const BEGIN: usize = 64;

/// The bytes from where a row stands.
pub(crate) type Window = [u8; WINDOW];

/// The window at a place of the row; none if the row's reservation was too small, which is a mistake.
#[inline(always)]
pub(crate) fn window(out: &mut [u8], at: usize) -> Option<&mut Window> {
    out.get_mut(at..)?.first_chunk_mut()
}

/// Store `N` bytes at a place of a window. The mask leaves no check: a place is always below `BEGIN`.
#[inline(always)]
pub(crate) fn put<const N: usize>(window: &mut Window, at: usize, bytes: [u8; N]) {
    const { assert!(BEGIN + N <= WINDOW) };
    debug_assert!(at < BEGIN);
    if let Some(place) = window
        .get_mut(at & (BEGIN - 1)..)
        .and_then(<[u8]>::first_chunk_mut::<N>)
    {
        *place = bytes;
    }
}

/// Store 8 bytes, the lowest first.
#[inline(always)]
pub(crate) fn put_word(window: &mut Window, at: usize, word: u64) {
    put(window, at, word.to_le_bytes());
}

/// Store `N` bytes at any place of the row.
#[inline(always)]
pub(crate) fn put_far<const N: usize>(out: &mut [u8], at: usize, bytes: [u8; N]) {
    if let Some(place) = out.get_mut(at..).and_then(<[u8]>::first_chunk_mut::<N>) {
        *place = bytes;
    }
}

/// Copy text of any length, and return where the row goes on.
#[inline(never)]
pub(crate) fn put_all(out: &mut [u8], at: usize, text: &[u8]) -> usize {
    if let Some(place) = out.get_mut(at..).and_then(|rest| rest.get_mut(..text.len())) {
        place.copy_from_slice(text);
    }
    at + text.len()
}
