//! The tables of `.BTF.ext`: what belongs to instructions, in groups by section of code. The kernel's `Documentation/bpf/btf.rst`,
//! section 4.2, has the layout.

use super::{MAGIC, u32_at};
use crate::error::Error;

/// Bytes of a header that has a table's place at `at`: offset and length.
const fn header_with(at: usize) -> u32 {
    at as u32 + 8
}

/// Where the header says a table is.
#[derive(Clone, Copy)]
pub(crate) enum Table {
    Lines = 16,
    Relocations = 24,
}

/// The records of a section of code.
pub(crate) struct Group<'a> {
    /// Offset of the section's name in the strings of the BTF.
    pub(crate) section: u32,
    records: &'a [u8],
    size: usize,
}

impl<'a> Group<'a> {
    /// The records, each at least as long as was asked for.
    pub(crate) fn records(&self) -> impl ExactSizeIterator<Item = &'a [u8]> + use<'a> {
        self.records.chunks_exact(self.size)
    }
}

/// The groups of a table. Records have at least `known` bytes.
pub(crate) fn groups<'a>(section: &'a [u8], table: Table, known: usize) -> Result<Groups<'a>, Error> {
    let mut rest = bytes(section, table)?;
    let size = match rest {
        [] => known,
        _ => take_word(&mut rest)? as usize,
    };
    if size < known {
        return Err(Error::object(format!(
            "its {} have {size} bytes each, at least {known} are known",
            match table {
                Table::Lines => "lines",
                Table::Relocations => "relocations",
            }
        )));
    }
    Ok(Groups { rest, size })
}

/// See [`groups`].
pub(crate) struct Groups<'a> {
    rest: &'a [u8],
    size: usize,
}

impl<'a> Iterator for Groups<'a> {
    type Item = Result<Group<'a>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let group = self.group();
        if group.is_err() {
            self.rest = &[];
        }
        Some(group)
    }
}

impl<'a> Groups<'a> {
    fn group(&mut self) -> Result<Group<'a>, Error> {
        let section = take_word(&mut self.rest)?;
        let count = take_word(&mut self.rest)? as usize;
        let (records, after) = count
            .checked_mul(self.size)
            .and_then(|bytes| self.rest.split_at_checked(bytes))
            .ok_or_else(cut_off)?;
        self.rest = after;
        Ok(Group {
            section,
            records,
            size: self.size,
        })
    }
}

/// A table: the size of a record, then the groups. Empty where an older header has no place for it.
fn bytes(section: &[u8], table: Table) -> Result<&[u8], Error> {
    let magic = section.first_chunk().map(|magic| u16::from_ne_bytes(*magic));
    if magic != Some(MAGIC) {
        return Err(Error::object("it does not begin as .BTF.ext does"));
    }
    let word = |offset| u32_at(section, offset).ok_or_else(cut_off);
    let header = word(4)?;
    let at = table as usize;
    if header < header_with(at) {
        return Ok(&[]);
    }
    let start = u64::from(header) + u64::from(word(at)?);
    let end = start + u64::from(word(at + 4)?);
    let (Ok(start), Ok(end)) = (usize::try_from(start), usize::try_from(end)) else {
        return Err(cut_off());
    };
    section.get(start..end).ok_or_else(cut_off)
}

fn take_word(rest: &mut &[u8]) -> Result<u32, Error> {
    let word = u32_at(rest, 0).ok_or_else(cut_off)?;
    *rest = rest.get(4..).unwrap_or_default();
    Ok(word)
}

pub(crate) fn cut_off() -> Error {
    Error::object("its .BTF.ext section is cut off")
}
