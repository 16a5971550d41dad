//! Which line of C an instruction comes from: the second table of `.BTF.ext`, `struct bpf_line_info` of the kernel's
//! `include/uapi/linux/bpf.h`.

use super::functions::Functions;
use crate::btf::ext::{Table, cut_off, groups};
use crate::btf::u32_at;
use crate::elf::Elf;
use crate::error::Error;
use crate::limits;
use crate::skeleton::find_btf;

/// Bytes of the part of a record that is known.
const RECORD: usize = 16;

/// A line of the source, and the first instruction that comes from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceLine {
    /// The section of code.
    pub section: String,
    /// The function, by name; empty where no symbol has it.
    pub function: String,
    /// The number of the instruction in its function.
    pub instruction: u32,
    /// The file, as the compiler was given it.
    pub file: String,
    /// The line's number, from 1.
    pub line: u32,
    /// The line itself, without the blanks around it.
    pub text: String,
}

/// The source lines of an object's instructions, in its order; none if it was compiled without them.
///
/// # Errors
/// The object is damaged, or has more lines than instructions are allowed.
pub fn source_lines(object: &[u8]) -> Result<Vec<SourceLine>, Error> {
    let elf = Elf::parse(object)?;
    let Some((_, section)) = elf.section(".BTF.ext") else {
        return Ok(Vec::new());
    };
    let btf = find_btf(&elf)?;
    let functions = Functions::of(&elf)?;
    let mut lines = Vec::new();
    for group in groups(section.data, Table::Lines, RECORD)? {
        let group = group?;
        let records = group.records();
        if lines.len() + records.len() > limits::SOURCE_LINES {
            return Err(Error::limit(format!(
                "it has more than {} lines of source",
                limits::SOURCE_LINES
            )));
        }
        let section = btf.string(group.section)?;
        let index = elf.section(section).map(|(index, _)| index);
        for record in records {
            let word = |index: usize| u32_at(record, index * 4).ok_or_else(cut_off);
            let instruction = word(0)? / 8;
            let function = index.and_then(|index| functions.at(index, instruction.into()));
            let first = function.map_or(0, |function| u32::try_from(function.first).unwrap_or(0));
            lines.push(SourceLine {
                section: section.to_owned(),
                function: function.map_or("", |function| function.name).to_owned(),
                instruction: instruction.saturating_sub(first),
                file: btf.string(word(1)?)?.to_owned(),
                // The column has the lower bits.
                line: word(3)? >> 10,
                text: btf.string(word(2)?)?.trim().to_owned(),
            });
        }
    }
    Ok(lines)
}
