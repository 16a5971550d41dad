//! `PLACE[,KEY=VALUE]…`: the part of a target's text behind its kind.

use crate::error::Error;
use crate::fields::shortened;

/// A place, and what is said about it. Each setting is taken once; [`Self::finish`] refuses what nobody took.
pub(super) struct Settings<'text> {
    pub(super) place: &'text str,
    left: Vec<(&'text str, &'text str)>,
    known: Vec<&'static str>,
}

impl<'text> Settings<'text> {
    /// Splits from the end, as long as there are settings: a place may have commas of its own.
    pub(super) fn of(text: &'text str) -> Self {
        let mut place = text;
        let mut left = Vec::new();
        while let Some((rest, last)) = place.rsplit_once(',')
            && let Some((key, value)) = last.split_once('=')
            && key.bytes().all(|byte| byte.is_ascii_lowercase())
        {
            left.push((key, value));
            place = rest;
        }
        Self {
            place,
            left,
            known: Vec::new(),
        }
    }

    /// The value of a key, if it is given.
    pub(super) fn take(&mut self, key: &'static str) -> Option<&'text str> {
        self.known.push(key);
        let found = self.left.iter().position(|(given, _)| *given == key)?;
        Some(self.left.remove(found).1)
    }

    /// A number, decimal or hexadecimal with `0x`.
    pub(super) fn number<T: TryFrom<u64>>(&mut self, key: &'static str) -> Result<Option<T>, Error> {
        self.take(key)
            .map(|value| {
                number(value)
                    .and_then(|number| T::try_from(number).ok())
                    .ok_or_else(|| Error::field(format!("{key}={value}: expected a number in range")))
            })
            .transpose()
    }

    /// One of some words.
    pub(super) fn word<T: Copy>(&mut self, key: &'static str, words: &[(&str, T)]) -> Result<Option<T>, Error> {
        let named = |value| word(value, words).map_err(|error| error.context(key));
        self.take(key).map(named).transpose()
    }

    /// Refuses what is left over.
    pub(super) fn finish(self) -> Result<(), Error> {
        let Some((key, _)) = self.left.first() else {
            return Ok(());
        };
        Err(Error::field(if self.known.contains(key) {
            format!("{key} is given twice")
        } else if self.known.is_empty() {
            format!("{key} is unknown here: this kind of target has no settings")
        } else {
            format!("{key} is unknown here, only {}", self.known.join(", "))
        }))
    }
}

/// One of some words, or which there are.
pub(super) fn word<T: Copy>(value: &str, words: &[(&str, T)]) -> Result<T, Error> {
    let found = words.iter().find(|(word, _)| *word == value);
    found.map(|(_, meaning)| *meaning).ok_or_else(|| {
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        Error::field(format!("found {:?}, expected {}", shortened(value), known.join(" or ")))
    })
}

pub(super) fn number(text: &str) -> Option<u64> {
    match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}
