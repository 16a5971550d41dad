//! Text of records: hostile input that must neither break JSON nor reach a terminal as a command.

use crate::plain::plain;
use crate::write::put_far;
use alloc::string::String;
use alloc::vec::Vec;
pub(crate) use eunomia_component::text::Style;
use eunomia_component::text::{each_character, escape};

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
