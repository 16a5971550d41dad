//! What becomes of a program whose hook a kernel does not have.

use serde_json::Value;

use super::Target;
use crate::description::Program;
use crate::error::{At, Error};
use crate::fields::{Fields, kind_of};

/// `optional` and `fallback` of a program's entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Alternatives {
    /// In their order.
    pub fallbacks: Vec<Fallback>,
    /// Whether the tool runs without it, if none of the others can be had either.
    pub optional: bool,
}

/// What stands in for a program's own place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fallback {
    /// Another place for the same program.
    Target(Target),
    /// Another program of the object, which is attached only then.
    Program(String),
}

impl Program {
    /// What stands in for this program where its hook is missing.
    ///
    /// # Errors
    /// `optional` or `fallback` is not as the format has it.
    pub fn alternatives(&self) -> Result<Alternatives, Error> {
        let fields = Fields(&self.options);
        let read = || -> Result<Alternatives, Error> {
            Ok(Alternatives {
                optional: optional(fields)?,
                fallbacks: fallbacks(fields).at(|| "fallback")?,
            })
        };
        read().at(|| format!("program {}", self.name))
    }
}

fn optional(fields: Fields<'_>) -> Result<bool, Error> {
    match fields.value("optional") {
        None => Ok(false),
        // `@optional` in a comment has no value.
        Some(Value::String(text)) if text.is_empty() => Ok(true),
        Some(_) => fields.boolean("optional", false),
    }
}

fn fallbacks(fields: Fields<'_>) -> Result<Vec<Fallback>, Error> {
    match fields.value("fallback") {
        None => Ok(Vec::new()),
        Some(Value::Array(all)) => all.iter().map(fallback).collect(),
        Some(one) => Ok(vec![fallback(one)?]),
    }
}

fn fallback(value: &Value) -> Result<Fallback, Error> {
    match value {
        Value::String(text) if text.contains('/') => Target::parse(text).map(Fallback::Target),
        Value::String(name) if !name.is_empty() => Ok(Fallback::Program(name.clone())),
        other => Err(Error::field(format!(
            "found {}, expected a target such as kprobe/FUNCTION, the name of another program, or a list of these",
            kind_of(other)
        ))),
    }
}
