//! A list of steps while it is made.

use super::{DEEPEST, Planner, too_many};
use crate::op::{LEAD, Op, Value};
use crate::printer::Error;
use crate::text::label;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// The longest row, in bytes. A record cannot be longer than its ring buffer, and a row is seldom longer than its record.
const LONGEST_ROW: usize = 4 << 20;

/// A list of steps while it is made.
#[derive(Debug)]
pub(crate) struct Steps {
    pub(super) ops: Vec<Op>,
    /// Text that the next step begins with.
    pub(super) text: Vec<u8>,
    /// The column of the next step.
    pub(super) column: u32,
    /// The most bytes so far.
    pub(super) most: usize,
    /// Where in the record's type this is, for errors.
    pub(crate) path: String,
    pub(super) depth: usize,
    /// How many bytes there are to read.
    pub(super) limit: u64,
}

impl Steps {
    pub(super) fn new(path: String, limit: u64, depth: usize) -> Self {
        Self {
            ops: Vec::new(),
            text: Vec::new(),
            column: 0,
            most: 0,
            path,
            depth,
            limit,
        }
    }

    /// Write this before the next value.
    pub(crate) fn text(&mut self, text: &[u8]) {
        self.text.extend_from_slice(text);
    }

    /// Go into a member.
    pub(super) fn within(
        &mut self,
        name: &str,
        inside: impl FnOnce(&mut Self) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let length = self.path.len();
        self.path.push('.');
        self.path.push_str(&label(name));
        self.depth += 1;
        inside(self)?;
        self.depth -= 1;
        self.path.truncate(length);
        Ok(())
    }

    /// An offset at which this many bytes can be read.
    pub(crate) fn place(&self, offset: u64, size: u64) -> Result<u32, Error> {
        if offset + size > self.limit {
            let (end, limit) = (offset + size, self.limit);
            return Err(self.error(format!("it ends at byte {end} of a type of {limit} bytes")));
        }
        u32::try_from(offset).map_err(|_| self.error(format!("it begins at byte {offset}")))
    }

    pub(crate) fn check_length(&self) -> Result<(), Error> {
        let most = self.most.saturating_add(self.text.len());
        if most > LONGEST_ROW {
            return Err(self.error(format!(
                "up to here a row may take {most} bytes; at most {LONGEST_ROW} are printed"
            )));
        }
        Ok(())
    }

    pub(crate) fn error(&self, what: String) -> Error {
        Error::Other(format!("{}: {what}", self.path))
    }

    pub(super) fn too_deep(&self) -> Error {
        self.error(format!(
            "types are nested more than {DEEPEST} deep, or contain themselves"
        ))
    }

    pub(super) fn too_many(&self) -> Error {
        too_many(&self.path)
    }
}

impl Planner<'_> {
    /// Add a step, and as many before it as the text takes that does not fit into it.
    pub(super) fn push(&mut self, steps: &mut Steps, offset: u32, value: Value, most: usize) -> Result<(), Error> {
        let text = core::mem::take(&mut steps.text);
        let mut chunks = text.chunks(LEAD).peekable();
        loop {
            self.count(&steps.path)?;
            let chunk = chunks.next().unwrap_or_default();
            let last = chunks.peek().is_none();
            let mut lead = [b' '; LEAD];
            for (place, byte) in lead.iter_mut().zip(chunk) {
                *place = *byte;
            }
            steps.ops.push(Op {
                column: core::mem::take(&mut steps.column),
                lead_length: chunk.len() as u32,
                offset,
                value: if last { value } else { Value::Nothing },
                lead,
            });
            if last {
                break;
            }
        }
        steps.most = steps.most.saturating_add(text.len()).saturating_add(most);
        steps.check_length()
    }

    /// Make a step of text that no value follows.
    pub(super) fn flush(&mut self, steps: &mut Steps) -> Result<(), Error> {
        if steps.text.is_empty() {
            Ok(())
        } else {
            self.push(steps, 0, Value::Nothing, 0)
        }
    }
}
