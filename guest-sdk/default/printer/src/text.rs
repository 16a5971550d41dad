//! Text of records: hostile input that must neither break JSON nor reach a terminal as a command.

use crate::write::{put, put_word};
use alloc::string::String;
use alloc::vec::Vec;

/// Where a text stands, which decides what has to be escaped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// A column of a table.
    Bare,
    /// Between the quotes of a JSON string.
    Quoted,
}

impl Style {
    /// The most bytes that one byte of input becomes.
    pub(crate) fn widest(self) -> usize {
        match self {
            Self::Bare => 4,
            Self::Quoted => 6,
        }
    }
}

const ONES: u64 = 0x0101_0101_0101_0101;
const TOPS: u64 = ONES << 7;

/// The top bit of each byte that cannot be copied as it is: control bytes, DEL, everything outside ASCII, and in a JSON
/// string the quote and the backslash.
///
/// Carries and borrows go upwards from a byte that is marked itself, so the lowest mark is always right, and only the
/// lowest is looked at.
#[inline(always)]
fn marks(word: u64, style: Style) -> u64 {
    let plain = word | word.wrapping_add(ONES) | word.wrapping_sub(ONES * 0x20);
    let marks = match style {
        Style::Bare => plain,
        Style::Quoted => {
            let quote = (word ^ (ONES * b'"' as u64)).wrapping_sub(ONES);
            let backslash = (word ^ (ONES * b'\\' as u64)).wrapping_sub(ONES);
            plain | quote | backslash
        }
    };
    marks & TOPS
}

/// Write a character array up to its first NUL. Returns where the row goes on, and by how many bytes that is more than
/// the columns it takes.
#[inline(always)]
pub(crate) fn text(out: &mut [u8], at: usize, field: &[u8], style: Style) -> (usize, usize) {
    let (words, rest) = field.as_chunks::<8>();
    let mut here = at;
    for word in words {
        let word = u64::from_le_bytes(*word);
        put_word(out, here, word);
        let marks = marks(word, style);
        if marks != 0 {
            return stop(out, at, here, word, marks, field, style);
        }
        here += 8;
    }
    if rest.is_empty() {
        return (here, 0);
    }
    // The last bytes as a word of their own; the zeros that fill it end the text.
    let word = match field.last_chunk::<8>() {
        Some(last) => u64::from_le_bytes(*last) >> (64 - 8 * rest.len()),
        None => rest.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte)),
    };
    put_word(out, here, word);
    stop(out, at, here, word, marks(word, style), field, style)
}

/// End at the NUL that the lowest mark stands for, or else write what cannot be copied.
#[inline(always)]
fn stop(out: &mut [u8], at: usize, here: usize, word: u64, marks: u64, field: &[u8], style: Style) -> (usize, usize) {
    let marked = marks.trailing_zeros() & !7;
    let end = here + (marked / 8) as usize;
    if word >> marked & 0xff == 0 {
        return (end, 0);
    }
    escaped(out, end, field.get(end - at..).unwrap_or_default(), style)
}

/// Write the rest of a text character by character.
#[cold]
#[inline(never)]
fn escaped(out: &mut [u8], at: usize, field: &[u8], style: Style) -> (usize, usize) {
    let mut here = at;
    let mut beyond = 0;
    let end = field.iter().position(|&byte| byte == 0).unwrap_or(field.len());
    each_character(field.get(..end).unwrap_or_default(), |character| {
        let (bytes, length) = escape(character, style);
        put(out, here, bytes);
        here += length;
        if character >= '\u{a0}' {
            beyond += length - 1;
        }
    });
    (here, beyond)
}

/// Call for each character, and for each run of bytes that is not UTF-8 once with U+FFFD.
fn each_character(bytes: &[u8], mut call: impl FnMut(char)) {
    for chunk in bytes.utf8_chunks() {
        chunk.valid().chars().for_each(&mut call);
        if !chunk.invalid().is_empty() {
            call(char::REPLACEMENT_CHARACTER);
        }
    }
}

/// A character as it may be shown, and how many of the bytes that is.
fn escape(character: char, style: Style) -> ([u8; 8], usize) {
    let letter = match character {
        '\n' => b'n',
        '\r' => b'r',
        '\t' => b't',
        '\x08' if style == Style::Quoted => b'b',
        '\x0c' if style == Style::Quoted => b'f',
        '"' | '\\' if style == Style::Quoted => character as u8,
        '\0'..='\x1f' | '\x7f'..='\u{9f}' => return escape_number(character as u8, style),
        _ => {
            let mut bytes = [0; 8];
            let length = character.encode_utf8(&mut bytes).len();
            return (bytes, length);
        }
    };
    ([b'\\', letter, 0, 0, 0, 0, 0, 0], 2)
}

/// A control character by its number: `\x1b`, and `\u001b` in JSON. U+0080 to U+009F are control characters too, which
/// some terminals obey.
fn escape_number(code: u8, style: Style) -> ([u8; 8], usize) {
    let digit = |nibble: u8| if nibble < 10 { b'0' + nibble } else { b'a' + nibble - 10 };
    let (high, low) = (digit(code >> 4), digit(code & 15));
    if style == Style::Bare && code < 0x80 {
        ([b'\\', b'x', high, low, 0, 0, 0, 0], 4)
    } else {
        ([b'\\', b'u', b'0', b'0', high, low, 0, 0], 6)
    }
}

/// A name of the layout, escaped as text of records is.
pub(crate) fn name(name: &str, style: Style) -> Vec<u8> {
    let mut escaped = Vec::with_capacity(name.len());
    each_character(name.as_bytes(), |character| {
        let (bytes, length) = escape(character, style);
        escaped.extend(bytes.iter().take(length));
    });
    escaped
}

/// A name for people, as it stands in a sentence: escaped, and cut where nobody would read on.
pub(crate) fn label(name: &str) -> String {
    const LONGEST: usize = 64;
    let mut label = String::new();
    for character in name.chars().take(LONGEST) {
        let (bytes, length) = escape(character, Style::Bare);
        label.push_str(
            bytes
                .get(..length)
                .and_then(|bytes| core::str::from_utf8(bytes).ok())
                .unwrap_or_default(),
        );
    }
    label
}
