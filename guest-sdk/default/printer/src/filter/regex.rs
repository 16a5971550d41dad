//! Regular expressions over the bytes of a text.
//!
//! An engine of our own, because that of the crate `regex` was a third of the printer, which is in every standalone tool. Syntax and meaning are
//! those of that crate without Unicode, and a test compares the two:
//!
//! * `a`, `.` (any byte but a line feed), `[a-z_]`, `[^…]`, `[[:alpha:]]`, `\d \w \s \D \W \S`, `\n \t \r \f \v \a \x1b`, `\.`;
//! * `^ $ \A \z \b \B`;
//! * `(…)`, `(?:…)`, `a|b`, `? * + {2} {2,} {2,5}`, also lazy, which makes no difference to whether something is found;
//! * `(?i)`, `(?s)`, `(?m)` and `(?-i)`, up to the end of their group, and `(?i:…)`.
//!
//! An expression becomes a machine of states that all are followed at once, so a search takes as many steps a byte as there are
//! states, whatever the expression.

mod brackets;
mod machine;
mod parse;
mod set;

use crate::text::label;
use crate::usage::Refusal;
use alloc::format;
use machine::Machine;

/// A compiled expression, with all the memory that a search needs.
#[derive(Debug)]
pub(super) struct Regex(Machine);

impl Regex {
    /// # Errors
    ///
    /// What is wrong with the expression, or that it would be too large.
    pub(super) fn new(text: &str) -> Result<Self, Refusal> {
        parse::parse(text)
            .and_then(|node| Machine::new(&node))
            .map(Self)
            .map_err(|why| Refusal::new(format!("{} is no regular expression: {why}", label(text))))
    }

    /// Whether some part of a text is matched.
    pub(super) fn is_found_in(&mut self, text: &[u8]) -> bool {
        self.0.finds(text)
    }
}

#[cfg(test)]
mod tests;
