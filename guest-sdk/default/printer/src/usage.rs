//! What a user has said that says nothing.

use crate::printer::Error;
use crate::text::label;
use alloc::format;
use alloc::string::String;
use core::ops::Range;
use eunomia_component::text::{Style, escape};

/// Why words of a user are refused.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// They say nothing about these records.
    Usage {
        /// What is wrong.
        what: String,
        /// What to write instead.
        hint: Option<String>,
    },
    /// The layout does not describe its types, whatever the user has said.
    Layout(Error),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Layout(error)
    }
}

impl Refusal {
    pub(crate) fn new(what: String) -> Self {
        Self::Usage { what, hint: None }
    }

    pub(crate) fn with_hint(what: String, hint: String) -> Self {
        Self::Usage { what, hint: Some(hint) }
    }

    /// The error of an option.
    pub(crate) fn of(self, option: &str) -> Error {
        self.told(option, "")
    }

    /// The error of an option, with the part of its text that is wrong underlined.
    pub(crate) fn at(self, option: &str, text: &str, wrong: Range<usize>) -> Error {
        let before = shown(text.get(..wrong.start).unwrap_or_default());
        let marked = shown(text.get(wrong.clone()).unwrap_or_default());
        let after = shown(text.get(wrong.end..).unwrap_or_default());
        let blanks = " ".repeat(before.chars().count());
        let carets = "^".repeat(marked.chars().count().max(1));
        self.told(option, &format!("\n  {before}{marked}{after}\n  {blanks}{carets}"))
    }

    fn told(self, option: &str, place: &str) -> Error {
        match self {
            Self::Layout(error) => error,
            Self::Usage { what, hint: None } => Error::Usage(format!("{option}: {what}{place}")),
            Self::Usage { what, hint: Some(hint) } => Error::Usage(format!("{option}: {what}{place}\nhint: {hint}")),
        }
    }
}

/// Text of a user on one line.
fn shown(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        let (bytes, length) = escape(character, Style::Bare);
        let bytes = bytes.get(..length).unwrap_or_default();
        shown.push_str(core::str::from_utf8(bytes).unwrap_or_default());
    }
    shown
}

/// Names in a sentence: `a, b and c`; of many, the first.
pub(crate) fn listed<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> String {
    const MOST: usize = 24;
    let count = names.len();
    let mut list = String::new();
    for (place, name) in names.take(MOST).enumerate() {
        match place {
            0 => {}
            _ if place + 1 == count => list.push_str(" and "),
            _ => list.push_str(", "),
        }
        list.push_str(&label(name));
    }
    if count > MOST {
        list.push_str(&format!(" and {} more", count - MOST));
    }
    list
}
