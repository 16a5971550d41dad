//! From the text of an expression to what it says.

use super::set::Set;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// Groups within each other: each takes some of the stack.
const DEEPEST: u32 = 32;
/// How often something may be repeated by number.
const MOST_REPEATED: u32 = 1000;
/// Repetitions of repetitions, such as `a**`: these are within each other too.
const MOST_OPERATORS: usize = 8;

const NOTHING_TO_REPEAT: &str = "repetition operator missing expression";

/// What an expression says.
#[derive(Debug)]
pub(super) enum Node {
    /// One byte of these.
    Byte(Set),
    /// No byte, at a place like this.
    Look(Look),
    /// One after the other.
    Each(Vec<Node>),
    /// One of them.
    Either(Vec<Node>),
    /// So often; without the second number at least the first.
    Repeat(Box<Node>, u32, Option<u32>),
}

/// What is asked of a place between two bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    TextBegin,
    TextEnd,
    LineBegin,
    LineEnd,
    WordEdge,
    NoWordEdge,
}

#[derive(Debug, Clone, Copy, Default)]
struct Flags {
    ignore_case: bool,
    /// `^` and `$` are those of lines.
    lines: bool,
    /// `.` is any byte.
    dot_is_all: bool,
}

/// # Errors
///
/// What is wrong.
pub(super) fn parse(text: &str) -> Result<Node, String> {
    let mut parser = Parser { rest: text, depth: 0 };
    let node = parser.either(&mut Flags::default())?;
    match parser.rest {
        "" => Ok(node),
        _ => Err("unopened group".to_string()),
    }
}

pub(super) struct Parser<'a> {
    pub(super) rest: &'a str,
    depth: u32,
}

impl Parser<'_> {
    /// Up to the end of a group, or of all. `flags` are those of the group, which its parts may change.
    fn either(&mut self, flags: &mut Flags) -> Result<Node, String> {
        let mut branches = Vec::new();
        loop {
            branches.push(self.each(flags)?);
            if !self.takes('|') {
                break;
            }
        }
        Ok(match branches.pop() {
            Some(only) if branches.is_empty() => only,
            last => {
                branches.extend(last);
                Node::Either(branches)
            }
        })
    }

    fn each(&mut self, flags: &mut Flags) -> Result<Node, String> {
        let mut parts = Vec::new();
        while let Some(letter) = self.rest.chars().next() {
            if matches!(letter, '|' | ')') {
                break;
            }
            self.skip(letter);
            if let Some(part) = self.one(letter, flags)? {
                parts.push(self.repeated(part)?);
            }
        }
        Ok(Node::Each(parts))
    }

    /// What begins with this letter; nothing, if it only sets flags.
    fn one(&mut self, letter: char, flags: &mut Flags) -> Result<Option<Node>, String> {
        let byte = |set: Set| {
            Node::Byte(match flags.ignore_case {
                true => set.of_both_cases(),
                false => set,
            })
        };
        Ok(Some(match letter {
            '(' => return self.group(flags),
            '[' => byte(self.brackets(flags.ignore_case)?),
            '.' if flags.dot_is_all => Node::Byte(Set::default().inverted()),
            '.' => Node::Byte(Set::of(&[(b'\n', b'\n')]).inverted()),
            '^' if flags.lines => Node::Look(Look::LineBegin),
            '^' => Node::Look(Look::TextBegin),
            '$' if flags.lines => Node::Look(Look::LineEnd),
            '$' => Node::Look(Look::TextEnd),
            '\\' => match self.rest.chars().next() {
                Some(look @ ('b' | 'B' | 'A' | 'z')) => {
                    self.skip(look);
                    Node::Look(match look {
                        'b' => Look::WordEdge,
                        'B' => Look::NoWordEdge,
                        'A' => Look::TextBegin,
                        _ => Look::TextEnd,
                    })
                }
                _ => byte(self.escape()?),
            },
            '*' | '+' | '?' | '{' => return Err(NOTHING_TO_REPEAT.to_string()),
            _ => {
                let mut bytes = [0; 4];
                let bytes = letter.encode_utf8(&mut bytes).bytes();
                let mut nodes: Vec<Node> = bytes.map(|one| byte(Set::of(&[(one, one)]))).collect();
                match nodes.pop() {
                    Some(only) if nodes.is_empty() => only,
                    last => {
                        nodes.extend(last);
                        Node::Each(nodes)
                    }
                }
            }
        }))
    }

    fn group(&mut self, flags: &mut Flags) -> Result<Option<Node>, String> {
        if self.depth == DEEPEST {
            return Err(format!("groups are within each other more than {DEEPEST} deep"));
        }
        let mut inner = *flags;
        if self.rest.starts_with("?)") {
            return Err(NOTHING_TO_REPEAT.to_string());
        }
        if self.takes('?') && !self.takes(':') {
            inner = self.flags(inner)?;
            if self.takes(')') {
                *flags = inner;
                return Ok(None);
            }
            if !self.takes(':') {
                return Err("these flags end neither with a colon nor with a parenthesis".to_string());
            }
        }
        self.depth += 1;
        let node = self.either(&mut inner)?;
        self.depth -= 1;
        match self.takes(')') {
            true => Ok(Some(node)),
            false => Err("unclosed group".to_string()),
        }
    }

    /// Letters such as `i`, and after a dash those that are turned off.
    fn flags(&mut self, mut flags: Flags) -> Result<Flags, String> {
        let (mut on, mut seen) = (true, String::new());
        while let Some(letter) = self.rest.chars().next().filter(|letter| !matches!(letter, ':' | ')')) {
            self.skip(letter);
            if seen.contains(letter) {
                return Err(format!("the flag {letter} is there twice"));
            }
            seen.push(letter);
            match letter {
                'i' => flags.ignore_case = on,
                'm' => flags.lines = on,
                's' => flags.dot_is_all = on,
                '-' => on = false,
                _ => {
                    return Err(format!(
                        "(?{letter} is none of the groups (?: and (?i with the flags i, m and s"
                    ));
                }
            }
        }
        match seen.ends_with('-') {
            true => Err("no flag follows the dash".to_string()),
            false => Ok(flags),
        }
    }

    /// What follows a backslash and is one byte.
    pub(super) fn escape(&mut self) -> Result<Set, String> {
        let Some(letter) = self.rest.chars().next() else {
            return Err("a backslash at the end".to_string());
        };
        self.skip(letter);
        let lower = letter.to_ascii_lowercase();
        if let Some(set) = u8::try_from(lower).ok().and_then(Set::named) {
            return Ok(if letter == lower { set } else { set.inverted() });
        }
        let byte = match letter {
            'n' => b'\n',
            't' => b'\t',
            'r' => b'\r',
            'f' => 0x0c,
            'v' => 0x0b,
            'a' => 0x07,
            'x' => self.hexadecimal()?,
            // `regex` has more of these and may get others: a letter is never itself.
            _ if letter.is_ascii_punctuation() && !matches!(letter, '<' | '>') => letter as u8,
            _ => return Err(format!("\\{letter} is not known")),
        };
        Ok(Set::of(&[(byte, byte)]))
    }

    /// `1b` or `{1b}`, after `\x`.
    fn hexadecimal(&mut self) -> Result<u8, String> {
        let wrong = || "\\x needs two hexadecimal digits".to_string();
        let (digits, after, most) = match self.rest.strip_prefix('{') {
            // Between braces it is a character, which is one byte up to here.
            Some(rest) => {
                let (digits, after) = rest.split_once('}').ok_or_else(wrong)?;
                (digits, after, 0x7f)
            }
            None => {
                let (digits, after) = self.rest.split_at_checked(2).ok_or_else(wrong)?;
                (digits, after, 0xff)
            }
        };
        if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(wrong());
        }
        let byte = u8::from_str_radix(digits, 16).map_err(|_| wrong())?;
        if byte > most {
            return Err(format!("\\x{{{digits}}} takes several bytes; \\x{byte:x} is one"));
        }
        self.rest = after;
        Ok(byte)
    }

    /// What stands behind a part and says how often it comes.
    fn repeated(&mut self, part: Node) -> Result<Node, String> {
        let mut part = part;
        for _ in 0..MOST_OPERATORS {
            let (least, most) = match self.rest.chars().next() {
                Some('*') => (0, None),
                Some('+') => (1, None),
                Some('?') => (0, Some(1)),
                Some('{') => {
                    self.skip('{');
                    let numbers = self.numbers()?;
                    self.takes('?');
                    part = Node::Repeat(Box::new(part), numbers.0, numbers.1);
                    continue;
                }
                _ => return Ok(part),
            };
            self.rest = self.rest.get(1..).unwrap_or_default();
            self.takes('?');
            part = Node::Repeat(Box::new(part), least, most);
        }
        match self.rest.chars().next() {
            Some('*' | '+' | '?' | '{') => Err(format!("something is repeated in more than {MOST_OPERATORS} ways")),
            _ => Ok(part),
        }
    }

    /// `2}`, `2,}` or `2,5}`.
    fn numbers(&mut self) -> Result<(u32, Option<u32>), String> {
        let wrong = || "braces hold how often something comes: {2}, {2,} or {2,5}".to_string();
        let (inside, after) = self.rest.split_once('}').ok_or_else(wrong)?;
        let number = |text: &str| {
            let is_digits = text.bytes().all(|digit| digit.is_ascii_digit());
            text.parse::<u32>().ok().filter(|_| is_digits).ok_or_else(wrong)
        };
        let (least, most) = match inside.split_once(',') {
            None => (number(inside)?, Some(number(inside)?)),
            Some((least, "")) => (number(least)?, None),
            Some((least, most)) => (number(least)?, Some(number(most)?)),
        };
        if most.is_some_and(|most| most < least) {
            return Err(wrong());
        }
        if least.max(most.unwrap_or(0)) > MOST_REPEATED {
            return Err(format!("something is repeated more than {MOST_REPEATED} times"));
        }
        self.rest = after;
        Ok((least, most))
    }

    pub(super) fn takes(&mut self, letter: char) -> bool {
        match self.rest.strip_prefix(letter) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// Goes past the letter that comes next.
    pub(super) fn skip(&mut self, letter: char) {
        self.rest = self.rest.get(letter.len_utf8()..).unwrap_or_default();
    }
}
