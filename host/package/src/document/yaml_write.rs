//! A tree as YAML, in the block style that people edit.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::yaml_scalar::is_special;

/// The document, with a newline at its end; the same for the same tree every time.
pub(crate) fn to_yaml(document: &Map<String, Value>) -> String {
    let mut text = String::new();
    mapping(&mut text, document, 0);
    text
}

/// Entries from where the text stands: the first of them continues a line.
fn mapping(text: &mut String, entries: &Map<String, Value>, indent: usize) {
    for (place, (key, value)) in entries.iter().enumerate() {
        if place > 0 {
            spaces(text, indent);
        }
        self::key(text, key, indent);
        match value {
            Value::Object(inner) if !inner.is_empty() => {
                text.push('\n');
                spaces(text, indent + 2);
                mapping(text, inner, indent + 2);
            }
            Value::Array(inner) if !inner.is_empty() => {
                text.push('\n');
                spaces(text, indent);
                list(text, inner, indent);
            }
            _ => {
                text.push(' ');
                scalar(text, value);
            }
        }
    }
}

/// A key with its colon. Readers look no further than 1024 characters for that (YAML 1.2.2, section 7.4.2), unless a question mark announces a key.
fn key(text: &mut String, key: &str, indent: usize) {
    const LONGEST: usize = 1000;
    let start = text.len();
    string(text, key);
    if text.len() - start > LONGEST {
        text.insert_str(start, "? ");
        text.push('\n');
        spaces(text, indent);
    }
    text.push(':');
}

fn list(text: &mut String, values: &[Value], indent: usize) {
    for (place, value) in values.iter().enumerate() {
        if place > 0 {
            spaces(text, indent);
        }
        text.push_str("- ");
        match value {
            Value::Object(inner) if !inner.is_empty() => mapping(text, inner, indent + 2),
            Value::Array(inner) if !inner.is_empty() => list(text, inner, indent + 2),
            _ => scalar(text, value),
        }
    }
}

fn scalar(text: &mut String, value: &Value) {
    match value {
        Value::String(value) => string(text, value),
        // Null, true, false, a number, `[]`, `{}`: JSON's words are YAML's.
        other => text.push_str(&other.to_string()),
    }
    text.push('\n');
}

fn string(text: &mut String, value: &str) {
    if is_plain(value) {
        text.push_str(value);
    } else {
        quoted(text, value);
    }
}

/// Whether text needs no quotes, for readers of YAML 1.1 too: those take `y`, `no` and `off` for true and false.
fn is_plain(value: &str) -> bool {
    const WORDS: [&str; 6] = ["y", "n", "yes", "no", "on", "off"];
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '/' | '+' | '=' | '-' | '(' | ')' | '*');
    value.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '/'))
        && value.split(' ').all(|word| !word.is_empty() && word.chars().all(plain))
        && !is_special(value)
        && !WORDS.contains(&value.to_ascii_lowercase().as_str())
}

/// Double quotes, YAML 1.2.2, section 7.3.1; what does not print is escaped.
fn quoted(text: &mut String, value: &str) {
    text.push('"');
    for c in value.chars() {
        match c {
            '"' | '\\' => text.extend(['\\', c]),
            '\n' => text.push_str("\\n"),
            '\t' => text.push_str("\\t"),
            '\0'..=' ' if c != ' ' => escape(text, c),
            '\u{7f}'..='\u{a0}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => escape(text, c),
            _ => text.push(c),
        }
    }
    text.push('"');
}

fn escape(text: &mut String, c: char) {
    // Writing to a string does not fail.
    let _ = write!(text, "\\u{:04x}", u32::from(c));
}

fn spaces(text: &mut String, count: usize) {
    text.extend(std::iter::repeat_n(' ', count));
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::document;

    #[test]
    fn a_key_of_any_length_reads_back() {
        let long = "k".repeat(70_000);
        let tree = json!({"meta": {long.clone(): 1, "short": [{long.clone(): {"a": [1]}}, {"b": 2}], long + "!": "x"}, "bpf_object": ""});
        let tree = tree.as_object().unwrap();
        assert_eq!(document::read(to_yaml(tree).as_bytes()).as_ref(), Ok(tree));
    }

    #[test]
    fn a_tree_looks_like_one_and_reads_back() {
        let tree = json!({
            "meta": {
                "bpf_skel": {"maps": [{"name": "a.rodata", "sample": {"unit": "(unit)"}}, {}], "progs": [], "none": null},
                "nested": [[1, [2]], ["x"]],
                "eunomia_version": "0.3.0",
            },
            "bpf_object": "eNq+/A==",
            "bpf_object_size": 12,
        });
        let text = to_yaml(tree.as_object().unwrap());
        let expected = "\
meta:
  bpf_skel:
    maps:
    - name: a.rodata
      sample:
        unit: \"(unit)\"
    - {}
    progs: []
    none: null
  nested:
  - - 1
    - - 2
  - - x
  eunomia_version: \"0.3.0\"
bpf_object: eNq+/A==
bpf_object_size: 12
";
        assert_eq!(text, expected);
        assert_eq!(Value::Object(document::read(text.as_bytes()).unwrap()), tree);
    }

    #[test]
    fn any_text_reads_back_as_it_was() {
        let odd = [
            "",
            " ",
            "a b",
            "a  b",
            "a ",
            "a: b",
            "a #b",
            "#",
            "- a",
            "&a",
            "*a",
            "!a",
            "|",
            ">",
            "%a",
            "@a",
            "`a",
            "'a'",
            "\"",
            "\\",
            "true",
            "True",
            "no",
            "~",
            "null",
            "1",
            "1e3",
            "0x1",
            "e3",
            ".5",
            "a\nb",
            "a\n",
            "\n",
            "\t",
            "\r",
            "\0",
            "\u{7f}",
            "\u{85}",
            "\u{a0}",
            "\u{2028}",
            "\u{feff}",
            "ü",
            "日本",
            "🐝",
            "---",
            "...",
            "a,b",
            "{a}",
            "[a]",
            "a?",
            "?",
            "-",
            ":",
            "__u64 *",
            "struct event *",
            "char[16]",
            "int (*)(void)",
            "=",
            "<<",
        ];
        let tree: Map<String, Value> = [
            ("meta".to_owned(), json!(odd.as_slice())),
            (
                "keys".to_owned(),
                odd.iter().map(|text| ((*text).to_owned(), json!(text))).collect(),
            ),
        ]
        .into_iter()
        .collect();
        let text = to_yaml(&tree);
        assert_eq!(document::read(text.as_bytes()).unwrap(), tree, "{text}");
    }
}
