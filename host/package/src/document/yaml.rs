//! YAML 1.2 (<https://yaml.org/spec/1.2.2/>) into the tree that JSON would give.
//!
//! The parser gives events and calls nothing recursively; the tree is built here, where depth, values and bytes are counted.
//! An alias is a copy, and costs what it copies: a file of a few lines cannot become a tree of gigabytes.

use std::collections::HashMap;

use saphyr_parser::{Event, Marker, Parser, ScanError, Tag};
use serde_json::{Map, Value};

use super::{too_many_values, yaml_scalar};
use crate::error::{Error, ErrorKind};
use crate::limits;

/// Levels of lists and mappings inside each other: as deep as JSON is read.
const DEPTH: usize = 127;

/// The only document of `text`.
pub(super) fn read(text: &[u8]) -> Result<Value, Error> {
    let text = std::str::from_utf8(text).map_err(|error| {
        let line = text
            .iter()
            .take(error.valid_up_to())
            .filter(|byte| **byte == b'\n')
            .count()
            + 1;
        invalid_at(line, 1, "it is not UTF-8")
    })?;
    let mut parser = Parser::new_from_str(text);
    let mut builder = Builder::default();
    while let Some(event) = parser.next_event() {
        let (event, span) = event.map_err(|error| syntax(&error))?;
        builder.take(event, span.start)?;
    }
    Ok(builder.done.unwrap_or(Value::Null))
}

/// What is being built.
#[derive(Default)]
struct Builder {
    /// Lists and mappings that are still open, outermost first.
    open: Vec<Open>,
    done: Option<Value>,
    /// What an alias can repeat, by the parser's number.
    anchors: HashMap<usize, Anchored>,
    values: usize,
    bytes: usize,
}

struct Open {
    node: Node,
    anchor: usize,
    /// Counts at its start: the difference is what an alias of it costs.
    values: usize,
    bytes: usize,
}

enum Node {
    List(Vec<Value>),
    /// The entries, and a key that waits for its value.
    Mapping(Map<String, Value>, Option<String>),
}

#[derive(Clone)]
struct Anchored {
    value: Value,
    values: usize,
    bytes: usize,
}

impl Builder {
    fn take(&mut self, event: Event<'_>, at: Marker) -> Result<(), Error> {
        match event {
            Event::DocumentStart(_) if self.done.is_some() => Err(invalid(at, "a second document begins")),
            Event::Scalar(text, style, anchor, tag) => {
                self.count(1, text.len())?;
                // A key is its text, whatever type it would have as a value.
                if let Some(Open {
                    node: Node::Mapping(_, key @ None),
                    ..
                }) = self.open.last_mut()
                {
                    *key = Some(text.clone().into_owned());
                    self.remember(anchor, || Anchored {
                        value: text.into_owned().into(),
                        values: 1,
                        bytes: 0,
                    });
                    return Ok(());
                }
                let bytes = text.len();
                let value = yaml_scalar::value(&text, style, tag.as_deref().and_then(core_tag));
                self.remember(anchor, || Anchored {
                    value: value.clone(),
                    values: 1,
                    bytes,
                });
                self.put(value, at)
            }
            Event::SequenceStart(anchor, _) => self.open(Node::List(Vec::new()), anchor, at),
            Event::MappingStart(anchor, _) => self.open(Node::Mapping(Map::new(), None), anchor, at),
            Event::SequenceEnd | Event::MappingEnd => self.close(at),
            Event::Alias(anchor) => {
                let Some(found) = self.anchors.get(&anchor).cloned() else {
                    return Err(invalid(at, "an alias stands inside of what it repeats"));
                };
                self.count(found.values, found.bytes)?;
                self.put(found.value, at)
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) | Event::DocumentEnd => {
                Ok(())
            }
        }
    }

    fn count(&mut self, values: usize, bytes: usize) -> Result<(), Error> {
        self.values = self.values.saturating_add(values);
        self.bytes = self.bytes.saturating_add(bytes);
        if self.values > limits::DOCUMENT_VALUES {
            return Err(too_many_values());
        }
        if self.bytes > limits::DOCUMENT_BYTES {
            return Err(Error::limit(format!(
                "the document has more than {} MiB of text",
                limits::DOCUMENT_BYTES >> 20
            )));
        }
        Ok(())
    }

    fn remember(&mut self, anchor: usize, what: impl FnOnce() -> Anchored) {
        if anchor != 0 {
            self.anchors.insert(anchor, what());
        }
    }

    fn open(&mut self, node: Node, anchor: usize, at: Marker) -> Result<(), Error> {
        if self.waits_for_key() {
            return Err(not_a_key(at));
        }
        if self.open.len() >= DEPTH {
            return Err(invalid(at, "lists and mappings are nested too deeply"));
        }
        let (values, bytes) = (self.values, self.bytes);
        self.count(1, 0)?;
        self.open.push(Open {
            node,
            anchor,
            values,
            bytes,
        });
        Ok(())
    }

    fn close(&mut self, at: Marker) -> Result<(), Error> {
        let Some(open) = self.open.pop() else { return Ok(()) };
        let value = match open.node {
            Node::List(list) => Value::Array(list),
            Node::Mapping(entries, _) => Value::Object(entries),
        };
        let (values, bytes) = (self.values - open.values, self.bytes - open.bytes);
        // The copy for the anchor takes as much again.
        if open.anchor != 0 {
            self.count(values, bytes)?;
        }
        self.remember(open.anchor, || Anchored {
            value: value.clone(),
            values,
            bytes,
        });
        self.put(value, at)
    }

    fn waits_for_key(&self) -> bool {
        matches!(
            self.open.last(),
            Some(Open {
                node: Node::Mapping(_, None),
                ..
            })
        )
    }

    fn put(&mut self, value: Value, at: Marker) -> Result<(), Error> {
        match self.open.last_mut().map(|open| &mut open.node) {
            None => self.done = Some(value),
            Some(Node::List(list)) => list.push(value),
            Some(Node::Mapping(entries, key)) => match (key.take(), value) {
                (Some(key), value) => drop(entries.insert(key, value)),
                // An alias of a scalar.
                (None, Value::String(text)) => *key = Some(text),
                (None, _) => return Err(not_a_key(at)),
            },
        }
        Ok(())
    }
}

/// `int` of `!!int`; other tags say nothing about JSON.
fn core_tag(tag: &Tag) -> Option<&str> {
    tag.is_yaml_core_schema().then_some(tag.suffix.as_str())
}

fn not_a_key(at: Marker) -> Error {
    invalid(at, "a key of a mapping must be a word")
}

fn syntax(error: &ScanError) -> Error {
    invalid(*error.marker(), error.info())
}

fn invalid(at: Marker, reason: &str) -> Error {
    invalid_at(at.line(), at.col() + 1, reason)
}

fn invalid_at(line: usize, column: usize, reason: &str) -> Error {
    Error::new(
        ErrorKind::Syntax,
        format!("not valid YAML at line {line}, column {column}: {reason}"),
    )
}
