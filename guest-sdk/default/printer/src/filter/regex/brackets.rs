//! Sets in brackets, such as `[a-z_]` and `[^[:space:]]`.

use super::parse::Parser;
use super::set::Set;
use alloc::format;
use alloc::string::{String, ToString};

enum Bracketed {
    Byte(u8),
    Set(Set),
}

impl Parser<'_> {
    /// The set after `[`.
    pub(super) fn brackets(&mut self, ignore_case: bool) -> Result<Set, String> {
        let mut set = Set::default();
        let is_inverted = self.takes('^');
        // What comes first is itself: dashes, or a bracket.
        let mut is_first = true;
        while self.takes('-') {
            set.add(b'-', b'-');
            is_first = false;
        }
        if is_first && self.takes(']') {
            set.add(b']', b']');
        }
        loop {
            let Some(letter) = self.rest.chars().next() else {
                return Err("unclosed brackets".to_string());
            };
            if letter == ']' {
                self.skip(letter);
                break;
            }
            if let Some(class) = self.class(ignore_case)? {
                set.join(class);
                continue;
            }
            if ["&&", "--", "~~"].iter().any(|sign| self.rest.starts_with(sign)) {
                return Err(
                    "sets within brackets are not known; a backslash before a sign makes it itself".to_string(),
                );
            }
            let from = self.bracketed()?;
            let is_range = self.rest.starts_with('-') && !self.rest.starts_with("-]") && !self.rest.starts_with("--");
            match (from, is_range) {
                (Bracketed::Set(more), _) => set.join(more),
                (Bracketed::Byte(byte), false) => set.add(byte, byte),
                (Bracketed::Byte(first), true) => {
                    self.skip('-');
                    match self.bracketed()? {
                        Bracketed::Byte(last) if last >= first => set.add(first, last),
                        _ => return Err("a range in brackets ends before it begins".to_string()),
                    }
                }
            }
        }
        let set = if ignore_case { set.of_both_cases() } else { set };
        Ok(if is_inverted { set.inverted() } else { set })
    }

    /// `[:alpha:]` or `[:^alpha:]`, within brackets.
    fn class(&mut self, ignore_case: bool) -> Result<Option<Set>, String> {
        let Some(rest) = self.rest.strip_prefix('[') else {
            return Ok(None);
        };
        let named = rest.strip_prefix(':').and_then(|rest| rest.split_once(":]"));
        let Some((name, after)) = named else {
            return Err("brackets within brackets are not known; \\[ is itself".to_string());
        };
        let bare = name.strip_prefix('^').unwrap_or(name);
        let set = Set::of_class(bare).ok_or_else(|| format!("[:{name}:] is not known"))?;
        let set = if ignore_case { set.of_both_cases() } else { set };
        self.rest = after;
        Ok(Some(if bare == name { set } else { set.inverted() }))
    }

    /// One byte or one set within brackets.
    fn bracketed(&mut self) -> Result<Bracketed, String> {
        let Some(letter) = self.rest.chars().next() else {
            return Err("unclosed brackets".to_string());
        };
        self.skip(letter);
        if letter == '\\' {
            let is_set = self.rest.starts_with(['d', 'w', 's', 'D', 'W', 'S']);
            let set = self.escape()?;
            let byte = (0..=u8::MAX).find(|byte| set.has(*byte)).filter(|_| !is_set);
            return Ok(byte.map_or(Bracketed::Set(set), Bracketed::Byte));
        }
        match u8::try_from(letter) {
            Ok(byte) if byte.is_ascii() => Ok(Bracketed::Byte(byte)),
            _ => Err(format!("{letter} takes several bytes: brackets have one of ASCII")),
        }
    }
}
