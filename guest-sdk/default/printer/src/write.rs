//! Writing into bytes that were reserved beforehand.
//!
//! A copy whose length is known only at run time is a library call in WebAssembly, and a check of the capacity at each
//! write is a branch. So a row reserves the most that it can need, and everything here stores a fixed number of bytes
//! and then counts only those that belong to the row; the next store covers the rest.

/// The most that a store may go past what it counts.
pub(crate) const SLACK: usize = 64;

/// Store all `N` bytes at `at`. What does not fit is not stored: the reservation has to be large enough.
#[inline(always)]
pub(crate) fn put<const N: usize>(out: &mut [u8], at: usize, bytes: [u8; N]) {
    if let Some(place) = out.get_mut(at..).and_then(<[u8]>::first_chunk_mut::<N>) {
        *place = bytes;
    }
}

/// Store 8 bytes, the lowest first.
#[inline(always)]
pub(crate) fn put_word(out: &mut [u8], at: usize, word: u64) {
    put(out, at, word.to_le_bytes());
}

/// Copy text that is followed by at least 15 more bytes, and return where the row goes on.
#[inline(always)]
pub(crate) fn put_padded(out: &mut [u8], at: usize, text: &[u8], length: usize) -> usize {
    let mut done = 0;
    while done < length {
        let Some(chunk) = text.get(done..).and_then(<[u8]>::first_chunk::<16>) else {
            break;
        };
        put(out, at + done, *chunk);
        done += 16;
    }
    at + length
}

/// Write spaces until `column`, and at least one. `start` is where the row's first column would be.
#[inline(always)]
pub(crate) fn pad(out: &mut [u8], at: usize, start: usize, column: usize) -> usize {
    let missing = (start + column).saturating_sub(at).max(1);
    put(out, at, [b' '; 16]);
    if missing > 16 {
        return pad_far(out, at, missing);
    }
    at + missing
}

#[cold]
#[inline(never)]
fn pad_far(out: &mut [u8], at: usize, missing: usize) -> usize {
    for chunk in (16..missing).step_by(16) {
        put(out, at + chunk, [b' '; 16]);
    }
    at + missing
}
