//! Text of records: hostile input that must neither break JSON nor reach a terminal as a command.

use crate::plain::plain;
use crate::write::put_far;
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

/// Write the text of a character array of `count` bytes at the beginning of `field`, up to its first NUL. Returns where
/// the row goes on, and by how many bytes that is more than the columns it takes.
///
/// `field` goes on past the array, nearly always: the bytes there are stored but do not count.
#[inline(always)]
pub(crate) fn text(out: &mut [u8], at: usize, field: &[u8], count: usize, style: Style) -> (usize, usize) {
    let mut done = 0;
    while let Some(chunk) = field.get(done..).and_then(<[u8]>::first_chunk::<16>) {
        put_far(out, at + done, *chunk);
        let plain = plain(chunk, style);
        if done + plain >= count {
            return (at + count, 0);
        }
        if let Some(byte) = chunk.get(plain) {
            done += plain;
            if *byte == 0 {
                return (at + done, 0);
            }
            return escaped(out, at + done, field, done, count, style);
        }
        done += 16;
    }
    escaped(out, at + done, field, done, count, style)
}

/// Write the rest of a text character by character.
#[cold]
#[inline(never)]
fn escaped(out: &mut [u8], at: usize, field: &[u8], done: usize, count: usize, style: Style) -> (usize, usize) {
    let rest = field.get(done..count).unwrap_or_default();
    let mut here = at;
    let mut beyond = 0;
    let end = rest.iter().position(|&byte| byte == 0).unwrap_or(rest.len());
    each_character(rest.get(..end).unwrap_or_default(), |character| {
        let (bytes, length) = escape(character, style);
        put_far(out, here, bytes);
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
