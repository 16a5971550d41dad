//! Which records a user wants to see.
//!
//! ```text
//! filter     = both { ( "or" | "||" ) both }
//! both       = one { ( "and" | "&&" ) one }
//! one        = ( "not" | "!" ) one | "(" filter ")" | comparison
//! comparison = member [ operator value ]
//! operator   = "==" | "!=" | "<" | "<=" | ">" | ">=" | "=~" | "!~"
//! member     = name { "." name | "[" number "]" }
//! value      = quoted | word
//! ```
//!
//! So `not` binds closer than `and`, and `and` closer than `or`; both look at their right side only if the left one leaves
//! something open. A member that is compared with nothing is true if it is neither 0 nor empty.
//!
//! A value is what its member can be compared with:
//!
//! * integers, bitfields and pointers: `10`, `-1`, `0x1f`, and `1.5` or `1e6`, all exactly, whatever sizes and signs;
//! * bools: `true`, `false`, and 1 and 0;
//! * enumerations: their names, and numbers; order is that of the numbers;
//! * floating-point numbers: any number, rounded to the member's size; nothing but `!=` is true of NaN;
//! * character arrays: any text, byte by byte up to the first NUL.
//!
//! `=~` and `!~` search character arrays, and names of enumerations, for a regular expression, whose syntax is in `regex.rs`. It
//! looks at bytes: `.` is one byte but `\n`, and classes such as `\w` are those of ASCII.
//!
//! A comparison that is never true of the records of any source is refused, and so is one of `==` and `!=` with what the member can
//! never be: a number that its bits do not hold, or a text that is longer than its array.
//!
//! Text needs quotes, single or double, if it has blanks or one of `()&|'"`. Between them a backslash makes the quote part of
//! the text, and in what is no regular expression `\\` is one backslash, and `\n`, `\r`, `\t` and `\x1b` are the bytes that a table
//! shows like this; every other backslash is itself.
//!
//! A filter is compiled to a list of steps that share one truth value and jump over what does not matter any more.
//! Nothing is allocated for a record.

mod compare;
mod parse;
mod regex;

use crate::layout::Type;
use crate::printer::Error;
use alloc::vec::Vec;
use compare::Test;

/// A compiled filter.
#[derive(Debug)]
pub(crate) struct Filter {
    steps: Vec<Step>,
    /// Why it has a comparison that says nothing about these records, if it has.
    never: Option<Error>,
}

/// One step. There is one truth value at a time.
#[derive(Debug)]
enum Step {
    /// Look at the record.
    Test(Test),
    /// Turn the truth value round.
    Not,
    /// Go on with the step at this place if it is false.
    WhereFalse(usize),
    /// Go on with the step at this place if it is true.
    WhereTrue(usize),
}

impl Filter {
    /// Compile a filter for records of the type `root`.
    ///
    /// # Errors
    ///
    /// `Usage` with the place in the text where it stops to make sense.
    pub(crate) fn new(layout: &[Type], root: u32, source: &str, text: &str) -> Result<Self, Error> {
        let (steps, never) = parse::steps(layout, root, source, text)?;
        Ok(Self { steps, never })
    }

    /// Why it says nothing about the records of this source: they can never have a number that it asks for. Those of another may.
    pub(crate) fn never(&self) -> Option<&Error> {
        self.never.as_ref()
    }

    /// Whether a record is to be shown. It is at least as long as its type.
    pub(crate) fn admits(&mut self, record: &[u8]) -> bool {
        let (mut at, mut truth) = (0, true);
        // Jumps go forward only.
        while let Some(step) = self.steps.get_mut(at) {
            at += 1;
            match step {
                Step::Test(test) => truth = test.holds(record),
                Step::Not => truth = !truth,
                Step::WhereFalse(to) if !truth => at = *to,
                Step::WhereTrue(to) if truth => at = *to,
                Step::WhereFalse(_) | Step::WhereTrue(_) => {}
            }
        }
        truth
    }
}
