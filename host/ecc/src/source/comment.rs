//! One comment: commands (`@cmdarg {…}`, `@description …`) and plain text.

use serde_json::Value;

use super::SourceFile;
use super::json::Places;
use super::lexer::Token;
use crate::error::Result;

/// Commands whose text goes on to the next command.
const BLOCKS: [&str; 5] = ["brief", "details", "description", "version", "author"];

/// Commands that make no sense without JSON: a mistake in it is worth an error.
const JSON: [&str; 5] = ["cmdarg", "sample", "tchook", "tcopts", "xdpopts"];

/// Commands that take JSON or a word.
const JSON_OR_WORD: [&str; 2] = ["intepreter", "export_config"];

/// How people spell it who know how it is spelled; packages have it the other way.
const SPELLINGS: [(&str, &str); 1] = [("interpreter", "intepreter")];

/// A command and its value.
#[derive(Debug, PartialEq)]
pub(crate) struct Item {
    pub(crate) key: String,
    pub(crate) value: Value,
    /// Where the command stands in the file.
    pub(crate) offset: usize,
    /// Where the parts of a value that is JSON stand in the file.
    places: Places,
}

impl Item {
    /// Where the part of the value at `path` stands in the file, or the command if there is no such part.
    pub(crate) fn place(&self, path: &str) -> usize {
        self.places.value(path).unwrap_or(self.offset)
    }

    /// The same for a member's name.
    pub(crate) fn place_of_name(&self, path: &str) -> usize {
        self.places.name(path).unwrap_or(self.offset)
    }

    /// A name that an object has twice, and where the second one stands.
    pub(crate) fn twice(&self) -> Option<(&str, usize)> {
        self.places.twice()
    }
}

/// What a comment says, without the stars and slashes.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Comment {
    pub(crate) items: Vec<Item>,
    /// What belongs to no command; lines are joined, empty ones part paragraphs.
    pub(crate) text: String,
}

impl Comment {
    /// Reads comments that belong together, such as `///` on several lines. A mistake in the JSON of a command that is not `wanted` is
    /// none: people write about their code as they like.
    pub(crate) fn parse(file: &SourceFile, tokens: &[Token<'_>], wanted: impl Fn(&str) -> bool) -> Result<Self> {
        let body = Body::of(tokens);
        let mut comment = Self::default();
        let mut plain = String::new();
        let mut position = 0;
        while let Some(start) = next_command(&body.text, position) {
            plain.push_str(body.slice(position, start));
            let (item, end) = command(file, &body, start, &wanted)?;
            comment.items.push(item);
            position = end;
        }
        plain.push_str(body.slice(position, body.text.len()));
        comment.text = joined(&plain);
        Ok(comment)
    }

    /// The same without any mistake that matters.
    pub(crate) fn read(tokens: &[Token<'_>]) -> Self {
        let nowhere = SourceFile::default();
        Self::parse(&nowhere, tokens, |_| false).unwrap_or_default()
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Value> {
        self.items
            .iter()
            .rev()
            .find(|item| item.key == key)
            .map(|item| &item.value)
    }

    /// `@description`, or the plain text; `None` if there is neither.
    pub(crate) fn description(&self) -> Option<&str> {
        let text = self.get("description").and_then(Value::as_str).unwrap_or(&self.text);
        (!text.is_empty()).then_some(text)
    }
}

/// The comments' lines without what makes them comments.
struct Body {
    text: String,
    /// For each line, where it starts in `text` and in the file.
    lines: Vec<(usize, usize)>,
}

impl Body {
    fn of(tokens: &[Token<'_>]) -> Self {
        let mut body = Self {
            text: String::new(),
            lines: Vec::new(),
        };
        for token in tokens {
            let block = token.text.starts_with("/*");
            let opening = if token.text.get(3..).is_some_and(|rest| rest.starts_with('<')) {
                4
            } else {
                3
            };
            let inside = token.text.get(opening..).unwrap_or_default();
            let inside = if block {
                inside.strip_suffix("*/").unwrap_or(inside)
            } else {
                inside
            };
            let mut offset = token.offset + opening;
            for (number, line) in inside.split('\n').enumerate() {
                let stripped = if block && number > 0 { without_star(line) } else { line };
                body.lines.push((body.text.len(), offset + line.len() - stripped.len()));
                body.text.push_str(stripped.trim_end_matches('\r'));
                body.text.push('\n');
                offset += line.len() + 1;
            }
        }
        body
    }

    fn slice(&self, start: usize, end: usize) -> &str {
        self.text.get(start..end).unwrap_or_default()
    }

    /// Where a place of `text` is in the file.
    fn offset(&self, position: usize) -> usize {
        let line = self.lines.iter().rev().find(|(start, _)| *start <= position);
        line.map_or(0, |(start, offset)| offset + (position - start))
    }
}

fn without_star(line: &str) -> &str {
    line.trim_start().strip_prefix('*').unwrap_or(line)
}

/// A command starts a word: `a@b` is none.
fn next_command(text: &str, from: usize) -> Option<usize> {
    let rest = text.get(from..)?;
    let mut before = '\n';
    let mut characters = rest.char_indices().peekable();
    while let Some((at, c)) = characters.next() {
        let letter_follows = characters.peek().is_some_and(|(_, next)| next.is_ascii_alphabetic());
        if matches!(c, '@' | '\\') && before.is_whitespace() && letter_follows {
            return Some(from + at);
        }
        before = c;
    }
    None
}

/// The command at `start`, and where it ends.
fn command(file: &SourceFile, body: &Body, start: usize, wanted: &impl Fn(&str) -> bool) -> Result<(Item, usize)> {
    let rest = body.slice(start + 1, body.text.len());
    let length = rest
        .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .unwrap_or(rest.len());
    let written = rest.get(..length).unwrap_or_default();
    let spelled = SPELLINGS.iter().find(|(spelling, _)| *spelling == written);
    let key = spelled.map_or(written, |(_, key)| *key);
    let from = start + 1 + length;
    let item = |value| Item {
        key: key.to_owned(),
        value,
        offset: body.offset(start),
        places: Places::default(),
    };
    if BLOCKS.contains(&key) {
        let end = next_command(&body.text, from).unwrap_or(body.text.len());
        return Ok((item(joined(body.slice(from, end)).into()), end));
    }
    let rest = body.slice(from, body.text.len());
    let line_end = from + rest.find('\n').unwrap_or(rest.len());
    let line = body.slice(from, line_end).trim();
    let looks_like_json = line.starts_with(['{', '[']);
    let is_json = JSON.contains(&key) || JSON_OR_WORD.contains(&key) && line.starts_with(['{', '[', '"']);
    let needs_json = is_json && wanted(key);
    if looks_like_json || needs_json {
        let value_start = from + (rest.len() - rest.trim_start().len());
        let text = body.slice(value_start, body.text.len());
        let mut values = serde_json::Deserializer::from_str(text).into_iter();
        match values.next() {
            Some(Ok(value)) => {
                let end = value_start + values.byte_offset();
                if needs_json {
                    check_end(file, body, key, end)?;
                }
                let places = Places::of(body.slice(value_start, end)).moved(|at| body.offset(value_start + at));
                return Ok((Item { places, ..item(value) }, end));
            }
            Some(Err(error)) if needs_json => return Err(bad_json(file, body, value_start, key, &error)),
            None if needs_json => {
                return Err(file.error_at(body.offset(start), &format!("@{key} needs a value in JSON")));
            }
            _ => {}
        }
    }
    let value = serde_json::from_str(line).unwrap_or_else(|_| line.into());
    Ok((item(value), line_end))
}

/// Words may follow JSON; a bracket too many is a mistake.
fn check_end(file: &SourceFile, body: &Body, key: &str, end: usize) -> Result<()> {
    let rest = body.slice(end, body.text.len());
    let space = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    if rest.trim_start().starts_with(['}', ']', ',', ':', '"']) {
        let message = format!("the value of @{key} has ended before this");
        return Err(file.error_at(body.offset(end + space), &message));
    }
    Ok(())
}

fn bad_json(file: &SourceFile, body: &Body, start: usize, key: &str, error: &serde_json::Error) -> crate::error::Error {
    let text = body.slice(start, body.text.len());
    if error.is_eof() {
        let message = format!("the value of @{key} is not valid JSON: the comment ends before it is closed");
        return file.error_at(body.offset(start), &message).with_hint(example(key));
    }
    let line_start: usize = text
        .split_inclusive('\n')
        .take(error.line().saturating_sub(1))
        .map(str::len)
        .sum();
    let position = start + line_start + error.column().saturating_sub(1);
    let words = error.to_string();
    let reason = words.split(" at line ").next().unwrap_or_default();
    file.error_at(
        body.offset(position),
        &format!("the value of @{key} is not valid JSON: {reason}"),
    )
    .with_hint(example(key))
}

fn example(key: &str) -> String {
    format!("it looks like @{key} {{\"name\": \"value\", \"other\": 1}}")
}

/// Lines joined by a space, paragraphs by an empty line.
fn joined(text: &str) -> String {
    let lines: Vec<_> = text.lines().map(str::trim).collect();
    let paragraphs = lines.split(|line| line.is_empty()).filter(|lines| !lines.is_empty());
    paragraphs.map(|lines| lines.join(" ")).collect::<Vec<_>>().join("\n\n")
}

#[cfg(test)]
mod tests;
