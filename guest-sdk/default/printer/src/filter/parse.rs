//! From the text of a filter to its steps.

use super::Step;
use super::compare::{Operator, Test, never};
use crate::layout::Type;
use crate::plan::{describe, find, scalar};
use crate::printer::Error;
use crate::text::label;
use crate::usage::Refusal;
use alloc::borrow::Cow;
use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;
use core::ops::Range;

/// The longest filter in bytes; nobody types one of this length.
const LONGEST: usize = 16 << 10;
/// Parentheses and `not` within each other: each takes some of the stack.
const DEEPEST: usize = 64;

/// What a member is compared with.
#[derive(Debug)]
pub(super) struct Given<'a> {
    /// Without quotes; backslashes as they were but before quotes.
    pub(super) text: Cow<'a, str>,
    pub(super) is_quoted: bool,
}

/// The steps of a filter, and why it has a comparison that says nothing about these records, if it has.
pub(super) fn steps(layout: &[Type], root: u32, source: &str, text: &str) -> Result<(Vec<Step>, Option<Error>), Error> {
    if text.len() > LONGEST {
        let what = format!("it has {} bytes; at most {LONGEST} are read", text.len());
        return Err(Refusal::new(what).of("filter"));
    }
    if text.trim().is_empty() {
        return Err(Refusal::new("there is nothing in it".to_string()).of("filter"));
    }
    let mut parser = Parser {
        layout,
        root,
        source,
        text,
        at: 0,
        depth: 0,
        steps: Vec::new(),
        never: None,
    };
    parser.filter()?;
    if parser.skip_blanks().is_empty() {
        return Ok((parser.steps, parser.never));
    }
    if parser.rest().starts_with(')') {
        return Err(parser.refuse_here("this parenthesis closes none"));
    }
    let refusal = Refusal::with_hint(
        "the filter should go on with and, or or nothing here".to_string(),
        "members are compared with ==, !=, <, <=, >, >=, =~ and !~, and comparisons joined with and, or and not"
            .to_string(),
    );
    Err(refusal.at("filter", text, parser.here()))
}

struct Parser<'a> {
    layout: &'a [Type],
    root: u32,
    source: &'a str,
    text: &'a str,
    at: usize,
    depth: usize,
    steps: Vec<Step>,
    /// Why the first comparison says nothing that does not.
    never: Option<Error>,
}

impl<'a> Parser<'a> {
    fn filter(&mut self) -> Result<(), Error> {
        self.both()?;
        while self.takes("||") || self.takes_word("or") {
            let jump = self.steps.len();
            self.steps.push(Step::WhereTrue(0));
            self.both()?;
            let end = self.steps.len();
            self.set(jump, Step::WhereTrue(end));
        }
        Ok(())
    }

    fn both(&mut self) -> Result<(), Error> {
        self.one()?;
        while self.takes("&&") || self.takes_word("and") {
            let jump = self.steps.len();
            self.steps.push(Step::WhereFalse(0));
            self.one()?;
            let end = self.steps.len();
            self.set(jump, Step::WhereFalse(end));
        }
        Ok(())
    }

    fn one(&mut self) -> Result<(), Error> {
        if self.depth == DEEPEST {
            return Err(self.refuse_here(&format!("it is nested more than {DEEPEST} deep")));
        }
        self.depth += 1;
        if self.takes("!") || self.takes_word("not") {
            self.one()?;
            self.steps.push(Step::Not);
        } else if self.takes("(") {
            let open = self.at - 1;
            self.filter()?;
            if !self.takes(")") {
                let refusal = Refusal::new("this parenthesis is never closed".to_string());
                return Err(match self.rest() {
                    "" => refusal.at("filter", self.text, open..open + 1),
                    _ => self.refuse_here("the filter should go on with and, or or a closing parenthesis here"),
                });
            }
        } else {
            let test = self.comparison()?;
            self.steps.push(Step::Test(test));
        }
        self.depth -= 1;
        Ok(())
    }

    fn comparison(&mut self) -> Result<Test, Error> {
        let name = self.member()?;
        let Self {
            layout,
            root,
            source,
            text,
            ..
        } = *self;
        let named = text.get(name.clone()).unwrap_or_default();
        let at_name = |refusal: Refusal| refusal.at("filter", text, name.clone());
        let field = find(layout, root, source, named).map_err(at_name)?;
        let is = describe(layout, &field)?;
        let Some((scalar, shown)) = scalar(layout, root, source, &field)? else {
            let what = format!("{} is {is}, which cannot be compared", label(named));
            let hint = "a dot leads into a struct, as in addr.port, and [0] to the first element of an array";
            return Err(at_name(Refusal::with_hint(what, hint.to_string())));
        };
        let Some(operator) = self.operator()? else {
            return Ok(Test::not_empty(scalar, shown));
        };
        let (given, place) = self.value()?;
        let is = format!("{} is {is}", label(named));
        if self.never.is_none() {
            let never = never(scalar, shown, operator, &given, &is);
            self.never = never.map(|refusal| refusal.at("filter", text, place.clone()));
        }
        Test::new(scalar, shown, operator, &given, &is).map_err(|refusal| refusal.at("filter", text, place))
    }

    /// Where the name of a member stands.
    fn member(&mut self) -> Result<Range<usize>, Error> {
        let rest = self.skip_blanks();
        let belongs = |letter: char| letter.is_alphanumeric() || "_$.[]".contains(letter);
        let length = rest.find(|letter| !belongs(letter)).unwrap_or(rest.len());
        let name = rest.get(..length).unwrap_or_default();
        if matches!(name, "" | "and" | "or") {
            return Err(self.refuse_here("the name of a member should stand here"));
        }
        self.at += length;
        Ok(self.at - length..self.at)
    }

    fn operator(&mut self) -> Result<Option<Operator>, Error> {
        const OPERATORS: [(&str, Operator); 8] = [
            ("==", Operator::EQUAL),
            ("!=", Operator::UNEQUAL),
            ("<=", Operator::AT_MOST),
            (">=", Operator::AT_LEAST),
            ("=~", Operator::MATCHES),
            ("!~", Operator::MATCHES_NOT),
            ("<", Operator::LESS),
            (">", Operator::GREATER),
        ];
        for (text, operator) in OPERATORS {
            if self.takes(text) {
                return Ok(Some(operator));
            }
        }
        if self.rest().starts_with(['=', '~']) {
            let refusal = Refusal::with_hint(
                "this is no comparison".to_string(),
                "== compares values, and =~ searches for a regular expression".to_string(),
            );
            return Err(refusal.at("filter", self.text, self.at..self.at + 1));
        }
        Ok(None)
    }

    /// A value and where it stands.
    fn value(&mut self) -> Result<(Given<'a>, Range<usize>), Error> {
        let text = self.text;
        let rest = self.skip_blanks();
        let begin = self.at;
        if let Some(quote @ ('"' | '\'')) = rest.chars().next() {
            return self.quoted(quote);
        }
        let stops = |letter: char| letter.is_whitespace() || "()&|'\"".contains(letter);
        self.at += rest.find(stops).unwrap_or(rest.len());
        let word = text.get(begin..self.at).unwrap_or_default();
        if word.is_empty() {
            let hint = "text stands between quotes if it has blanks or one of ()&|'\"".to_string();
            let what = "a value to compare with should stand here".to_string();
            return Err(Refusal::with_hint(what, hint).at("filter", text, self.here()));
        }
        let given = Given {
            text: Cow::Borrowed(word),
            is_quoted: false,
        };
        Ok((given, begin..self.at))
    }

    fn quoted(&mut self, quote: char) -> Result<(Given<'a>, Range<usize>), Error> {
        let begin = self.at;
        let mut inside = alloc::string::String::new();
        let mut letters = self.rest().char_indices().skip(1);
        while let Some((place, letter)) = letters.next() {
            if letter == quote {
                self.at += place + 1;
                let given = Given {
                    text: Cow::Owned(inside),
                    is_quoted: true,
                };
                return Ok((given, begin..self.at));
            }
            match letter {
                '\\' => match letters.next() {
                    Some((_, escaped)) if escaped == quote => inside.push(quote),
                    Some((_, other)) => inside.extend(['\\', other]),
                    None => {}
                },
                _ => inside.push(letter),
            }
        }
        let refusal = Refusal::new("this quote is never closed".to_string());
        Err(refusal.at("filter", self.text, begin..begin + 1))
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip_blanks(&mut self) -> &'a str {
        self.at = self.text.len() - self.rest().trim_start().len();
        self.rest()
    }

    fn takes(&mut self, sign: &str) -> bool {
        let found = self.skip_blanks().starts_with(sign);
        self.at += if found { sign.len() } else { 0 };
        found
    }

    fn takes_word(&mut self, word: &str) -> bool {
        let after = self.skip_blanks().strip_prefix(word);
        let found = after.is_some_and(|after| {
            let goes_on = |letter: char| letter.is_alphanumeric() || "_$.[".contains(letter);
            !after.starts_with(goes_on)
        });
        self.at += if found { word.len() } else { 0 };
        found
    }

    fn set(&mut self, place: usize, step: Step) {
        if let Some(old) = self.steps.get_mut(place) {
            *old = step;
        }
    }

    /// The character that comes next.
    fn here(&self) -> Range<usize> {
        self.at..self.at + self.rest().chars().next().map_or(0, char::len_utf8)
    }

    fn refuse_here(&mut self, what: &str) -> Error {
        self.skip_blanks();
        Refusal::new(what.to_string()).at("filter", self.text, self.here())
    }
}
