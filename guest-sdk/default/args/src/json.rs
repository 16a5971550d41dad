//! The JSON of a package's default: numbers, truth values, strings, and arrays of them.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// As deep as an array of a type that can be typed goes, with one to spare.
const DEPTH: usize = 3;

/// A value. Objects are no default that an option could have, and are not read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Json {
    Null,
    Bool(bool),
    /// Its text: JSON numbers have no limits, those of C are checked later.
    Number(String),
    String(String),
    Array(Vec<Json>),
}

impl Json {
    /// Reads a text that is one value. None if it is not, or is an object, or nests deeper than any option's value.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let (value, rest) = value(text.trim_matches(SPACE), DEPTH)?;
        rest.is_empty().then_some(value)
    }

    /// The value as a person would type it.
    pub(crate) fn typed(&self) -> String {
        match self {
            Self::Null => String::new(),
            Self::Bool(value) => value.to_string(),
            Self::Number(text) | Self::String(text) => text.clone(),
            Self::Array(values) => values.iter().map(Self::typed).collect::<Vec<_>>().join(","),
        }
    }
}

const SPACE: [char; 4] = [' ', '\t', '\n', '\r'];

/// Reads a value at the start of `text`, and gives back what follows it.
fn value(text: &str, depth: usize) -> Option<(Json, &str)> {
    let words = [
        ("null", Json::Null),
        ("true", Json::Bool(true)),
        ("false", Json::Bool(false)),
    ];
    for (word, json) in words {
        if let Some(rest) = text.strip_prefix(word) {
            return Some((json, rest));
        }
    }
    if let Some(rest) = text.strip_prefix('"') {
        let (string, rest) = string(rest)?;
        return Some((Json::String(string), rest));
    }
    if let Some(rest) = text.strip_prefix('[') {
        let (values, rest) = array(rest, depth.checked_sub(1)?)?;
        return Some((Json::Array(values), rest));
    }
    let end = text
        .find(|letter: char| !matches!(letter, '0'..='9' | '+' | '-' | '.' | 'e' | 'E'))
        .unwrap_or(text.len());
    let (number, rest) = text.split_at_checked(end)?;
    number
        .starts_with(|first: char| first == '-' || first.is_ascii_digit())
        .then(|| (Json::Number(number.to_string()), rest))
}

/// Reads the values behind `[`.
fn array(text: &str, depth: usize) -> Option<(Vec<Json>, &str)> {
    let mut values = Vec::new();
    let mut rest = text.trim_start_matches(SPACE);
    if let Some(rest) = rest.strip_prefix(']') {
        return Some((values, rest));
    }
    loop {
        let (element, after) = value(rest.trim_start_matches(SPACE), depth)?;
        values.push(element);
        let after = after.trim_start_matches(SPACE);
        if let Some(rest) = after.strip_prefix(']') {
            return Some((values, rest));
        }
        rest = after.strip_prefix(',')?;
    }
}

/// Reads the characters behind `"`.
fn string(text: &str) -> Option<(String, &str)> {
    let mut string = String::new();
    let mut letters = text.chars();
    loop {
        match letters.next()? {
            '"' => return Some((string, letters.as_str())),
            '\\' => string.push(match letters.next()? {
                'b' => '\u{8}',
                'f' => '\u{c}',
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'u' => {
                    let (letter, rest) = escaped(letters.as_str())?;
                    letters = rest.chars();
                    letter
                }
                plain @ ('"' | '\\' | '/') => plain,
                _ => return None,
            }),
            letter => string.push(letter),
        }
    }
}

/// Reads the digits behind `\u`, and those of a second half where there must be one.
fn escaped(text: &str) -> Option<(char, &str)> {
    let unit = |text: &str| u16::from_str_radix(text, 16).ok();
    let (first, rest) = text.split_at_checked(4)?;
    let first = unit(first)?;
    if let Some(letter) = char::from_u32(first.into()) {
        return Some((letter, rest));
    }
    let (second, rest) = rest.strip_prefix("\\u")?.split_at_checked(4)?;
    let letter = char::decode_utf16([first, unit(second)?]).next()?.ok()?;
    Some((letter, rest))
}
