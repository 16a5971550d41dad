//! What can be put into the output, and how it becomes bytes.
//!
//! Copies are of fixed sizes wherever they can be: in WebAssembly a copy whose length is known only at run time leaves the
//! sandbox, and costs more than the text of a number.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use eunomia_component::digits::{TEN_8, ZEROS, eight_digits, eight_nibbles, short};
use eunomia_component::text::{Style, each_character, escape, plain};

use crate::bytes::{Bool, Text};

/// A value that [`Output::put`](super::Output::put) takes: text, characters, integers, `bool`, and the wrappers [`Hex`] and
/// [`Json`]. Types of one's own become one by putting their parts.
///
/// ```
/// use eunomia::Output;
/// use eunomia::output::Put;
///
/// struct Range(u64, u64);
///
/// impl Put for Range {
///     fn put_into(&self, output: &mut Output) {
///         output.put(self.0).put("-").put(self.1);
///     }
/// }
///
/// let mut output = Output::new();
/// assert_eq!(output.put(Range(4, 7)).buffer(), b"4-7");
/// # output.buffer().clear();
/// ```
pub trait Put {
    /// Add the value to the output.
    fn put_into(&self, output: &mut super::Output);
}

/// A number in hexadecimal, in small letters and without `0x`, as `{:x}` shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hex(pub u64);

/// Text as a string of JSON, in its quotes.
///
/// What JSON does not have as it is, and control characters, are escaped; what is not UTF-8 becomes `�`: whatever a process
/// calls itself, the line stays one.
///
/// ```
/// use eunomia::output::Json;
/// use eunomia::{Output, Text};
///
/// let comm: Text<16> = "a \"b\"\n".into();
/// let mut output = Output::new();
/// assert_eq!(output.put(Json(&comm)).buffer(), br#""a \"b\"\n""#);
/// # output.buffer().clear();
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Json<T>(pub T);

impl<T: Put + ?Sized> Put for &T {
    fn put_into(&self, output: &mut super::Output) {
        (**self).put_into(output);
    }
}

impl Put for str {
    fn put_into(&self, output: &mut super::Output) {
        append(&mut output.buffer, self.as_bytes());
    }
}

impl Put for String {
    fn put_into(&self, output: &mut super::Output) {
        self.as_str().put_into(output);
    }
}

impl Put for Cow<'_, str> {
    fn put_into(&self, output: &mut super::Output) {
        (**self).put_into(output);
    }
}

impl Put for char {
    fn put_into(&self, output: &mut super::Output) {
        self.encode_utf8(&mut [0; 4]).put_into(output);
    }
}

impl Put for bool {
    fn put_into(&self, output: &mut super::Output) {
        if *self { "true" } else { "false" }.put_into(output);
    }
}

impl Put for Bool {
    fn put_into(&self, output: &mut super::Output) {
        self.get().put_into(output);
    }
}

/// The text before the first NUL; what is not UTF-8 shows as `�`.
impl<const N: usize> Put for Text<N> {
    fn put_into(&self, output: &mut super::Output) {
        lossy(&mut output.buffer, self.to_bytes());
    }
}

impl Put for Hex {
    fn put_into(&self, output: &mut super::Output) {
        // With the first digit at the top, both halves are stored whole.
        let digits = 16 - ((self.0 | 1).leading_zeros() / 4) as usize;
        let shifted = self.0 << (64 - 4 * digits);
        let end = output.buffer.len() + digits;
        store(&mut output.buffer, eight_nibbles((shifted >> 32) as u32));
        store(&mut output.buffer, eight_nibbles(shifted as u32));
        output.buffer.truncate(end);
    }
}

impl<T: AsRef<[u8]>> Put for Json<T> {
    fn put_into(&self, output: &mut super::Output) {
        quoted(&mut output.buffer, self.0.as_ref());
    }
}

macro_rules! put_integers {
    ($wide:ty, $write:ident: $($integer:ty)*) => {$(
        impl Put for $integer {
            fn put_into(&self, output: &mut super::Output) {
                $write(&mut output.buffer, *self as $wide);
            }
        }
    )*};
}

put_integers!(u64, unsigned: u8 u16 u32 u64 usize);
put_integers!(i64, signed: i8 i16 i32 i64 isize);

/// Add the eight bytes of a word.
#[inline(always)]
fn store(buffer: &mut Vec<u8>, word: u64) {
    buffer.extend_from_slice(&word.to_le_bytes());
}

/// Add a number below 10^8.
#[inline(always)]
fn store_short(buffer: &mut Vec<u8>, value: u64) {
    let (word, length) = short(value);
    let end = buffer.len() + length;
    store(buffer, word);
    buffer.truncate(end);
}

#[inline(never)]
fn unsigned(buffer: &mut Vec<u8>, value: u64) {
    if value < TEN_8 {
        return store_short(buffer, value);
    }
    let (high, low) = (value / TEN_8, value % TEN_8);
    if high < TEN_8 {
        store_short(buffer, high);
    } else {
        store_short(buffer, high / TEN_8);
        store(buffer, eight_digits(high % TEN_8) | ZEROS);
    }
    store(buffer, eight_digits(low) | ZEROS);
}

fn signed(buffer: &mut Vec<u8>, value: i64) {
    if value < 0 {
        buffer.push(b'-');
    }
    unsigned(buffer, value.unsigned_abs());
}

/// What is longer than this is left to the library's copy.
const SHORT: usize = 128;

/// Add bytes of any number: most are few, and a loop would look at the clock of the run each time round.
#[inline(never)]
pub(super) fn append(buffer: &mut Vec<u8>, bytes: &[u8]) {
    match *bytes {
        [] => {}
        [one] => buffer.push(one),
        [one, two] => buffer.extend_from_slice(&[one, two]),
        [one, two, three] => buffer.extend_from_slice(&[one, two, three]),
        [..] if bytes.len() < 8 => pieces::<4>(buffer, bytes),
        [..] if bytes.len() < 16 => pieces::<8>(buffer, bytes),
        [..] if bytes.len() <= SHORT => pieces::<16>(buffer, bytes),
        [..] => buffer.extend_from_slice(bytes),
    }
}

/// Add `N` bytes or more, in pieces of which the last overlaps the one before it.
#[inline(always)]
fn pieces<const N: usize>(buffer: &mut Vec<u8>, bytes: &[u8]) {
    let Some(last) = bytes.last_chunk::<N>() else { return };
    let end = buffer.len() + bytes.len();
    for piece in bytes.as_chunks::<N>().0 {
        buffer.extend_from_slice(piece);
    }
    buffer.truncate(end - N);
    buffer.extend_from_slice(last);
}

#[inline(never)]
fn lossy(buffer: &mut Vec<u8>, bytes: &[u8]) {
    if bytes.is_ascii() {
        return append(buffer, bytes);
    }
    each_character(bytes, |character| {
        append(buffer, character.encode_utf8(&mut [0; 4]).as_bytes());
    });
}

#[inline(never)]
fn quoted(buffer: &mut Vec<u8>, bytes: &[u8]) {
    let mut done = 0;
    buffer.push(b'"');
    loop {
        let (word, length) = word_at(bytes, done);
        let plain = plain(word, Style::Quoted).min(length);
        let end = buffer.len() + plain;
        store(buffer, word);
        buffer.truncate(end);
        done += plain;
        if plain < length {
            break escaped(buffer, bytes.get(done..).unwrap_or_default());
        }
        if length < 8 {
            break;
        }
    }
    buffer.push(b'"');
}

/// The eight bytes at a place as a word, the first lowest, and how many there are; above them are zeros.
#[inline(always)]
fn word_at(bytes: &[u8], place: usize) -> (u64, usize) {
    let rest = bytes.get(place..).unwrap_or_default();
    if let Some(word) = rest.first_chunk() {
        return (u64::from_le_bytes(*word), 8);
    }
    let missing = 64 - 8 * rest.len();
    let word = match bytes.last_chunk() {
        // The bytes before them are shifted away.
        Some(last) => u64::from_le_bytes(*last).checked_shr(missing as u32).unwrap_or(0),
        None => rest.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)),
    };
    (word, rest.len())
}

/// Add the rest of a text of JSON character by character.
#[cold]
fn escaped(buffer: &mut Vec<u8>, bytes: &[u8]) {
    each_character(bytes, |character| {
        let (bytes, length) = escape(character, Style::Quoted);
        append(buffer, bytes.get(..length).unwrap_or_default());
    });
}
