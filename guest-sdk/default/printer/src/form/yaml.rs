//! JSON as YAML 1.2.
//!
//! Structs become block mappings. Arrays stay in the flow style, and texts between double quotes: JSON is YAML there, so every
//! reader gives back the values that the JSON has. Two things differ from JSON: characters that some readers take for line
//! breaks or refuse are written by their numbers, and so that readers of YAML 1.1 agree as well, an exponent follows a
//! fraction and has a sign.

use alloc::vec::Vec;

/// Words that YAML 1.1 does not read as strings.
const NO_STRINGS: [&str; 9] = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];

/// Add a line of JSON as one document.
pub(super) fn show(line: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(b"---");
    let mut rest = line.trim_ascii();
    if rest == b"{}" {
        out.extend_from_slice(b" {}\n");
        return;
    }
    let mut depth = 0_usize;
    while let Some((byte, after)) = rest.split_first() {
        rest = match byte {
            b'{' if after.starts_with(b"}") => {
                out.extend_from_slice(b" {}");
                after.get(1..).unwrap_or_default()
            }
            b'{' => {
                depth += 1;
                key(after, depth, out)
            }
            b'}' => {
                depth = depth.saturating_sub(1);
                after
            }
            b',' => key(after, depth, out),
            _ => {
                out.push(b' ');
                value(rest, out)
            }
        };
    }
    out.push(b'\n');
}

/// Add the name of a member on a line of its own, and give back what follows its colon.
fn key<'a>(json: &'a [u8], depth: usize, out: &mut Vec<u8>) -> &'a [u8] {
    out.push(b'\n');
    out.resize(out.len() + 2 * depth.saturating_sub(1), b' ');
    let (text, rest) = string(json);
    let inside = text.get(1..text.len().saturating_sub(1)).unwrap_or_default();
    let is_name = inside
        .first()
        .is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'_')
        && inside
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_.".contains(byte))
        && !NO_STRINGS
            .iter()
            .any(|word| inside.eq_ignore_ascii_case(word.as_bytes()));
    if is_name {
        out.extend_from_slice(inside);
    } else {
        put_string(text, out);
    }
    out.push(b':');
    rest.strip_prefix(b":").unwrap_or(rest)
}

/// Add a value that is no struct, and give back what follows it.
fn value<'a>(json: &'a [u8], out: &mut Vec<u8>) -> &'a [u8] {
    let mut depth = 0_usize;
    let mut rest = json;
    while let Some((byte, after)) = rest.split_first() {
        match byte {
            b'"' => {
                let (text, after) = string(rest);
                put_string(text, out);
                rest = after;
                continue;
            }
            b'[' | b'{' => depth += 1,
            b']' | b'}' if depth > 0 => depth -= 1,
            b',' | b'}' | b']' if depth == 0 => break,
            b',' | b':' => {}
            _ => {
                let ends = |byte: &u8| b",:]}".contains(byte);
                let end = rest.iter().position(ends).unwrap_or(rest.len());
                let (number, after) = rest.split_at_checked(end).unwrap_or((rest, &[]));
                put_number(number, out);
                rest = after;
                continue;
            }
        }
        out.push(*byte);
        if matches!(byte, b',' | b':') {
            out.push(b' ');
        }
        rest = after;
    }
    rest
}

/// The string that JSON begins with, quotes included, and what follows it.
fn string(json: &[u8]) -> (&[u8], &[u8]) {
    let mut end = 1;
    while let Some(byte) = json.get(end) {
        end += match byte {
            b'"' => break,
            b'\\' => 2,
            _ => 1,
        };
    }
    json.split_at_checked(end + 1).unwrap_or((json, &[]))
}

fn put_string(text: &[u8], out: &mut Vec<u8>) {
    let mut rest = text;
    while let Some((byte, after)) = rest.split_first() {
        let (written, length): (&[u8], usize) = match rest {
            [0xe2, 0x80, 0xa8, ..] => (b"\\u2028", 3),
            [0xe2, 0x80, 0xa9, ..] => (b"\\u2029", 3),
            [0xef, 0xbb, 0xbf, ..] => (b"\\uFEFF", 3),
            [0xef, 0xbf, 0xbe, ..] => (b"\\uFFFE", 3),
            [0xef, 0xbf, 0xbf, ..] => (b"\\uFFFF", 3),
            _ => {
                out.push(*byte);
                rest = after;
                continue;
            }
        };
        out.extend_from_slice(written);
        rest = rest.get(length..).unwrap_or_default();
    }
}

/// A number, `true`, `false` or `null`.
fn put_number(number: &[u8], out: &mut Vec<u8>) {
    let exponent = number.iter().position(|byte| *byte == b'e').filter(|place| *place > 0);
    let is_number = number
        .first()
        .is_some_and(|byte| byte.is_ascii_digit() || *byte == b'-');
    let Some((mantissa, [_, exponent @ ..])) = exponent
        .filter(|_| is_number)
        .and_then(|at| number.split_at_checked(at))
    else {
        out.extend_from_slice(number);
        return;
    };
    out.extend_from_slice(mantissa);
    if !mantissa.contains(&b'.') {
        out.extend_from_slice(b".0");
    }
    out.push(b'e');
    if exponent.first().is_some_and(u8::is_ascii_digit) {
        out.push(b'+');
    }
    out.extend_from_slice(exponent);
}
