//! Comparisons of a member with a value.

use super::parse::Given;
use super::regex::Regex;
use crate::layout::Enumerator;
use crate::nearest::nearest;
use crate::plan::{Integer, Scalar, Shown};
use crate::text::label;
use crate::usage::{Refusal, listed};
use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::cmp::Ordering;

/// Which outcomes of looking at two values make a comparison true, a bit each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Operator(u8);

impl Operator {
    const IS_LESS: u8 = 1;
    const IS_EQUAL: u8 = 2;
    const IS_GREATER: u8 = 4;
    /// Neither, as it is with NaN.
    const IS_NEITHER: u8 = 8;
    const IS_FOUND: u8 = 16;
    const IS_NOT_FOUND: u8 = 32;

    pub(super) const LESS: Self = Self(Self::IS_LESS);
    pub(super) const AT_MOST: Self = Self(Self::IS_LESS | Self::IS_EQUAL);
    pub(super) const EQUAL: Self = Self(Self::IS_EQUAL);
    pub(super) const UNEQUAL: Self = Self(Self::IS_LESS | Self::IS_GREATER | Self::IS_NEITHER);
    pub(super) const AT_LEAST: Self = Self(Self::IS_GREATER | Self::IS_EQUAL);
    pub(super) const GREATER: Self = Self(Self::IS_GREATER);
    pub(super) const MATCHES: Self = Self(Self::IS_FOUND);
    pub(super) const MATCHES_NOT: Self = Self(Self::IS_NOT_FOUND);

    fn accepts(self, order: Option<Ordering>) -> bool {
        let outcome = match order {
            Some(Ordering::Less) => Self::IS_LESS,
            Some(Ordering::Equal) => Self::IS_EQUAL,
            Some(Ordering::Greater) => Self::IS_GREATER,
            None => Self::IS_NEITHER,
        };
        self.0 & outcome != 0
    }

    fn is_search(self) -> bool {
        self.0 & (Self::IS_FOUND | Self::IS_NOT_FOUND) != 0
    }

    /// Whether it asks for one value, or for all but one.
    fn is_of_equality(self) -> bool {
        self == Self::EQUAL || self == Self::UNEQUAL
    }

    /// The same for integers, where what they are compared with is above this integer and below the next.
    fn between(self) -> Self {
        // What is at most the integer below is less; nothing is equal.
        match self.0 & Self::IS_LESS {
            0 => Self(self.0 & Self::IS_GREATER),
            _ => Self(self.0 & Self::IS_GREATER | Self::IS_LESS | Self::IS_EQUAL),
        }
    }
}

/// A comparison, ready to be made.
#[derive(Debug)]
pub(super) enum Test {
    Integer(Scalar, Operator, Integer),
    Float(Scalar, Operator, f64),
    Text(Scalar, Operator, Vec<u8>),
    Search(Scalar, Operator, Box<Regex>),
    /// Whether an enumeration's value is one of these, which are in order.
    OneOf(Scalar, Operator, Vec<Integer>),
}

impl Test {
    /// A comparison with a value that a user gave. `is` says what the member is.
    pub(super) fn new(
        scalar: Scalar,
        shown: Shown,
        operator: Operator,
        given: &Given,
        is: &str,
    ) -> Result<Self, Refusal> {
        if operator.is_search() {
            return search(scalar, shown, operator, given, is);
        }
        let text = given.text.as_ref();
        let number = if given.is_quoted { None } else { Number::read(text) };
        let what = match (shown, number) {
            (Shown::Text, _) => return Ok(Self::Text(scalar, operator, text_of(given))),
            (Shown::Float { narrow }, Some(number)) => {
                let value = number.float();
                let value = if narrow { f64::from(value as f32) } else { value };
                return Ok(Self::Float(scalar, operator, value));
            }
            (Shown::Number | Shown::Bool | Shown::Names { .. }, Some(number)) => {
                let (value, is_exact) = number.floor();
                let operator = if is_exact { operator } else { operator.between() };
                return Ok(Self::Integer(scalar, operator, value));
            }
            (Shown::Bool, None) if !given.is_quoted && matches!(text, "true" | "false") => {
                let value = Integer::from(u128::from(text == "true"));
                return Ok(Self::Integer(scalar, operator, value));
            }
            (Shown::Names { signed, values }, None) => {
                let value = named(values, signed, text, is)?;
                return Ok(Self::Integer(scalar, operator, value));
            }
            (Shown::Bool, None) => "true or false",
            (Shown::Number | Shown::Float { .. }, None) => "a number",
        };
        Err(Refusal::new(format!(
            "{is} and compares with {what}, not with {}",
            spoken(given)
        )))
    }

    /// Whether a value is neither 0 nor empty.
    pub(super) fn not_empty(scalar: Scalar, shown: Shown) -> Self {
        match shown {
            Shown::Text => Self::Text(scalar, Operator::UNEQUAL, Vec::new()),
            Shown::Float { .. } => Self::Float(scalar, Operator::UNEQUAL, 0.0),
            _ => Self::Integer(scalar, Operator::UNEQUAL, Integer::from(0_u128)),
        }
    }

    /// Whether it is true of a record.
    pub(super) fn holds(&mut self, record: &[u8]) -> bool {
        match self {
            Self::Integer(scalar, operator, than) => operator.accepts(Some(scalar.integer(record).cmp(than))),
            Self::Float(scalar, operator, than) => operator.accepts(scalar.float(record).partial_cmp(than)),
            Self::Text(scalar, operator, than) => operator.accepts(Some(scalar.text(record).cmp(than.as_slice()))),
            Self::Search(scalar, operator, regex) => {
                regex.is_found_in(scalar.text(record)) == (*operator == Operator::MATCHES)
            }
            Self::OneOf(scalar, operator, values) => {
                values.binary_search(&scalar.integer(record)).is_ok() == (*operator == Operator::MATCHES)
            }
        }
    }
}

fn search(scalar: Scalar, shown: Shown, operator: Operator, given: &Given, is: &str) -> Result<Test, Refusal> {
    if !matches!(shown, Shown::Text | Shown::Names { .. }) {
        return Err(Refusal::new(format!(
            "{is}; a regular expression searches text and names of enumerations"
        )));
    }
    let mut regex = Regex::new(&given.text)?;
    let Shown::Names { signed, values } = shown else {
        return Ok(Test::Search(scalar, operator, Box::new(regex)));
    };
    // Of several names for one value the first is shown.
    let mut names = BTreeMap::new();
    for named in values.iter().filter(|named| !named.name.is_empty()) {
        names.entry(value(named, signed)).or_insert(named.name.as_str());
    }
    let found = names
        .into_iter()
        .filter_map(|(value, name)| regex.is_found_in(name.as_bytes()).then_some(value))
        .collect();
    Ok(Test::OneOf(scalar, operator, found))
}

/// The value of a name of an enumeration.
fn named(values: &[Enumerator], signed: bool, name: &str, is: &str) -> Result<Integer, Refusal> {
    if let Some(named) = values.iter().find(|named| named.name == name) {
        return Ok(value(named, signed));
    }
    let names = values.iter().map(|named| named.name.as_str());
    let hint = nearest(name, names.clone()).map(|near| format!("did you mean {}?", label(near)));
    let what = match values {
        [] => format!("{is} without names: it compares with a number"),
        _ => format!("{is} without the name {}: it has {}", label(name), listed(names)),
    };
    Err(Refusal::Usage { what, hint })
}

fn value(named: &Enumerator, signed: bool) -> Integer {
    if signed {
        i128::from(named.value as i64).into()
    } else {
        u128::from(named.value).into()
    }
}

/// Why a comparison says nothing: it is with what the member can never be, or never true. A number with the same bits may be what was meant.
pub(super) fn never(scalar: Scalar, shown: Shown, operator: Operator, given: &Given, is: &str) -> Option<Refusal> {
    let text = given.text.as_ref();
    match shown {
        Shown::Text if operator.is_of_equality() => {
            let bytes = text_of(given).len();
            let is_longer = bytes > scalar.text_size();
            return is_longer.then(|| Refusal::new(format!("{is}, so it is never text of {bytes}")));
        }
        Shown::Text | Shown::Float { .. } => return None,
        Shown::Number | Shown::Bool | Shown::Names { .. } if given.is_quoted || operator.is_search() => return None,
        Shown::Number | Shown::Bool | Shown::Names { .. } => {}
    }
    let (value, is_exact) = Number::read(text)?.floor();
    let (least, greatest) = scalar.limits();
    let is_possible = is_exact && (least..=greatest).contains(&value);
    let is_less = least < value || (least == value && !is_exact);
    let outcomes = [
        (is_less, Operator::IS_LESS),
        (is_possible, Operator::IS_EQUAL),
        (greatest > value, Operator::IS_GREATER),
    ];
    let is_ever_true = outcomes
        .iter()
        .any(|(is_so, outcome)| *is_so && operator.0 & outcome != 0);
    if is_ever_true && (is_possible || !operator.is_of_equality()) {
        return None;
    }
    let limits = format!("{is} from {least} to {greatest}");
    if !operator.is_of_equality() {
        return Some(Refusal::new(format!("{limits}, so this is never true")));
    }
    let what = format!("{limits}, so it is never {text}");
    let same_bits = value.with_same_bits(least, greatest).filter(|_| is_exact);
    Some(match same_bits {
        Some(value) => Refusal::with_hint(what, format!("{value} has the same bits")),
        None => Refusal::new(what),
    })
}

/// The bytes that a text of an array is compared with.
fn text_of(given: &Given) -> Vec<u8> {
    match given.is_quoted {
        true => unescape(&given.text),
        false => given.text.as_bytes().to_vec(),
    }
}

/// Text between quotes, with the escapes that a table has for control bytes, and `\\` for a backslash.
fn unescape(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        bytes.extend_from_slice(before.as_bytes());
        let hexadecimal = || {
            let digits = after.strip_prefix('x')?.get(..2)?;
            let is_digits = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
            u8::from_str_radix(digits, 16).ok().filter(|_| is_digits)
        };
        let (byte, length) = match (after.as_bytes().first(), hexadecimal()) {
            (Some(b'\\'), _) => (b'\\', 1),
            (Some(b'n'), _) => (b'\n', 1),
            (Some(b'r'), _) => (b'\r', 1),
            (Some(b't'), _) => (b'\t', 1),
            (_, Some(byte)) => (byte, 3),
            _ => (b'\\', 0),
        };
        bytes.push(byte);
        rest = after.get(length..).unwrap_or_default();
    }
    bytes.extend_from_slice(rest.as_bytes());
    bytes
}

/// What was given, for people.
fn spoken(given: &Given) -> String {
    let text = label(&given.text);
    match given.is_quoted {
        true => format!("the text \"{text}\""),
        false => text,
    }
}

/// A number that a user wrote.
#[derive(Debug, Clone, Copy)]
enum Number {
    Integer(Integer),
    Float(f64),
}

impl Number {
    fn read(text: &str) -> Option<Self> {
        let (is_negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text),
        };
        let hexadecimal = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X"));
        let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let magnitude = match hexadecimal {
            Some(digits) => u128::from_str_radix(digits, 16).ok().filter(|_| is_digits(digits)),
            None => digits.parse::<u128>().ok().filter(|_| is_digits(digits)),
        };
        if let Some(magnitude) = magnitude {
            if !is_negative {
                return Some(Self::Integer(magnitude.into()));
            }
            // What is less than the least is less than every value, as it should be.
            let value = 0_i128.checked_sub_unsigned(magnitude);
            return Some(Self::Integer(value.map_or(Integer::LEAST, Integer::from)));
        }
        // Neither `inf` nor `nan`, which may be names.
        let is_number = digits.starts_with(|first: char| first.is_ascii_digit() || first == '.');
        let value = text.parse().ok().filter(|_| is_number)?;
        Some(Self::Float(value))
    }

    /// The greatest integer that is not above it, and whether that is the number.
    fn floor(self) -> (Integer, bool) {
        match self {
            Self::Integer(value) => (value, true),
            Self::Float(value) => floor(value),
        }
    }

    fn float(self) -> f64 {
        match self {
            Self::Float(value) => value,
            Self::Integer(value) => value.to_float(),
        }
    }
}

/// The greatest integer that is not above a number, and whether it is the number.
fn floor(value: f64) -> (Integer, bool) {
    const TWO_128: f64 = 340_282_366_920_938_463_463_374_607_431_768_211_456.0;
    if value >= TWO_128 {
        return (Integer::MOST, false);
    }
    if value < -TWO_128 / 2.0 {
        return (Integer::LEAST, false);
    }
    if value >= 0.0 {
        let whole = value as u128;
        return (whole.into(), whole as f64 == value);
    }
    let whole = value as i128;
    let is_exact = whole as f64 == value;
    ((whole - i128::from(!is_exact)).into(), is_exact)
}
