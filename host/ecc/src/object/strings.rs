//! A string table that has each string once.

use std::collections::HashMap;

/// The strings of a new BTF.
pub(super) struct Strings {
    table: Vec<u8>,
    known: HashMap<Vec<u8>, u32>,
}

impl Strings {
    pub(super) fn new() -> Self {
        // The empty string is the first of every table.
        Self {
            table: vec![0],
            known: HashMap::from([(Vec::new(), 0)]),
        }
    }

    /// Where a string is, which is put there if it is new; `None` if the table is full.
    pub(super) fn add(&mut self, text: &[u8]) -> Option<u32> {
        if let Some(known) = self.known.get(text) {
            return Some(*known);
        }
        let start = u32::try_from(self.table.len()).ok()?;
        self.table.extend_from_slice(text);
        self.table.push(0);
        self.known.insert(text.to_vec(), start);
        Some(start)
    }

    pub(super) fn table(&self) -> &[u8] {
        &self.table
    }
}

/// The string that starts at `offset` of a table, without its NUL.
pub(super) fn string(table: &[u8], offset: u32) -> Option<&[u8]> {
    let rest = table.get(usize::try_from(offset).ok()?..)?;
    rest.get(..rest.iter().position(|byte| *byte == 0)?)
}
