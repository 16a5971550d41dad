//! What goes into the output by `put` is what `format!` would have shown.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;

use super::{Hex, Json, Output, Put};
use crate::{Bool, Text};

/// What a tool would have written.
fn put(fill: impl FnOnce(&mut Output)) -> String {
    let mut output = Output::new();
    fill(&mut output);
    // Taken, because there is no host here that a drop could flush to.
    String::from_utf8(core::mem::take(output.buffer())).unwrap()
}

fn shown(value: impl Put) -> String {
    put(|output| {
        output.put("|").put(value).put("|");
    })
}

/// Numbers of each length in decimal, in hexadecimal, and around the places where the way of writing changes.
fn numbers() -> impl Iterator<Item = u64> {
    let tens = (0..20).map(|power| 10_u64.pow(power));
    let twos = (0..64).map(|power| 1_u64 << power);
    let edges = tens
        .chain(twos)
        .flat_map(|edge| [edge - 1, edge, edge + 1, edge.wrapping_mul(7)]);
    edges.chain([u64::MAX])
}

#[test]
fn numbers_look_as_format_shows_them() {
    for number in numbers() {
        assert_eq!(shown(number), format!("|{number}|"));
        let signed = number.cast_signed();
        assert_eq!(shown(signed), format!("|{signed}|"));
        assert_eq!(shown(signed.wrapping_neg()), format!("|{}|", signed.wrapping_neg()));
        assert_eq!(shown(Hex(number)), format!("|{number:x}|"));
    }
    assert_eq!(shown(u8::MAX), "|255|");
    assert_eq!(shown(i16::MIN), "|-32768|");
    assert_eq!(shown(-1_isize), "|-1|");
    assert_eq!(
        (shown(true), shown(Bool(0))),
        ("|true|".to_owned(), "|false|".to_owned())
    );
}

#[test]
fn text_of_every_length_arrives_whole() {
    let letters: String = ('a'..='z').cycle().take(300).collect();
    for length in 0..=letters.len() {
        let text = &letters[..length];
        assert_eq!(shown(text), format!("|{text}|"));
        assert_eq!(shown(Json(text)), format!("|\"{text}\"|"));
        assert_eq!(shown(Text::<301>::from(text)), format!("|{text}|"));
    }
    assert_eq!(shown('é'), "|é|");
}

#[test]
fn text_of_a_record_ends_at_its_nul() {
    for length in 0..=40 {
        let mut bytes = [b'x'; 40];
        if let Some(rest) = bytes.get_mut(length..) {
            // What lies after the first NUL is of no meaning, whatever it is.
            rest.iter_mut().zip([0, 1, 0xff, 0]).for_each(|(to, from)| *to = from);
        }
        assert_eq!(shown(Text(bytes)), format!("|{}|", "x".repeat(length)));
        assert_eq!(shown(Json(&Text(bytes))), format!("|\"{}\"|", "x".repeat(length)));
    }
    assert_eq!(shown(Text(*b"caf\xc3\xa9\xff!")), "|café\u{fffd}!|");
}

/// Text as it may come from processes that wish harm: at each place of a word, and after it.
#[test]
fn json_is_one_line_that_reads_back() {
    let hostile = [
        ("\"", "\\\""),
        ("\\", "\\\\"),
        ("\n\r\t\u{8}\u{c}", "\\n\\r\\t\\b\\f"),
        ("\u{1}\u{1b}[2J\u{7f}", "\\u0001\\u001b[2J\\u007f"),
        ("é€😀", "é€😀"),
        ("\u{9b}1m", "\\u009b1m"),
    ];
    for (text, escaped) in hostile {
        for before in 0..20 {
            let (text, escaped) = ("a".repeat(before) + text + "end", "a".repeat(before) + escaped + "end");
            assert_eq!(shown(Json(&text)), format!("|\"{escaped}\"|"));
        }
    }
    assert_eq!(
        shown(Json(b"\xff\xe2\x82|\xed\xa0\x80")),
        "|\"\u{fffd}\u{fffd}|\u{fffd}\u{fffd}\u{fffd}\"|"
    );
}

#[test]
fn columns_are_as_wide_as_format_makes_them() {
    for width in [0, 1, 5, 7, 16, 100] {
        for text in ["", "sh", "kworker/u8:2", "名前"] {
            let columns = put(|output| {
                output.put_left(text, width).put_right(text, width);
            });
            assert_eq!(columns, format!("{text:<width$}{text:>width$}"));
        }
        for number in [0, -1, 4711, i32::MIN] {
            let columns = put(|output| {
                output.put_left(number, width).put_right(number, width);
            });
            assert_eq!(columns, format!("{number:<width$}{number:>width$}"));
        }
    }
}
