//! The CO-RE relocations of an object: the third table of its `.BTF.ext` section.
//!
//! `struct bpf_core_relo` and `enum bpf_core_relo_kind` of the kernel's `include/uapi/linux/bpf.h`; the tables are laid out as the
//! kernel's `Documentation/bpf/btf.rst`, section 4.2, says.

use std::collections::HashSet;

use crate::btf::{Btf, MAGIC, u32_at};
use crate::elf::Elf;
use crate::error::Error;
use crate::limits;

/// Bytes of the part of the header that says where the table is.
const HEADER: u32 = 32;

/// Bytes of the part of a record that is known.
const RECORD: usize = 16;

/// What a relocated instruction asks about a type of the object.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(super) enum Question {
    FieldOffset,
    FieldSize,
    FieldExists,
    FieldSigned,
    FieldLeftShift,
    FieldRightShift,
    LocalTypeId,
    TargetTypeId,
    TypeExists,
    TypeSize,
    EnumeratorExists,
    EnumeratorValue,
    TypeMatches,
}

impl Question {
    fn from_number(number: u32) -> Option<Self> {
        const ALL: [Question; 13] = [
            Question::FieldOffset,
            Question::FieldSize,
            Question::FieldExists,
            Question::FieldSigned,
            Question::FieldLeftShift,
            Question::FieldRightShift,
            Question::LocalTypeId,
            Question::TargetTypeId,
            Question::TypeExists,
            Question::TypeSize,
            Question::EnumeratorExists,
            Question::EnumeratorValue,
            Question::TypeMatches,
        ];
        ALL.get(number as usize).copied()
    }

    pub(super) fn is_of_field(self) -> bool {
        self <= Self::FieldRightShift
    }
}

/// A relocation, as often as it may be applied.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Relocation<'a> {
    pub(super) question: Question,
    /// The type in the object's BTF.
    pub(super) ty: u32,
    /// Indices such as `0:1:2`: what is asked about, from that type inwards.
    pub(super) access: &'a str,
}

/// The different relocations of an object, in the order in which they come first; none if it has no BTF.
pub(super) fn relocations<'a>(elf: &Elf<'a>, btf: &Btf<'a>) -> Result<Vec<Relocation<'a>>, Error> {
    let Some((_, section)) = elf.section(".BTF.ext") else {
        return Ok(Vec::new());
    };
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    let mut rest = table(section.data)?;
    let record = match rest {
        [] => return Ok(Vec::new()),
        _ => take_word(&mut rest)? as usize,
    };
    if record < RECORD {
        return Err(Error::object(format!(
            "its relocations have {record} bytes each, at least {RECORD} are known"
        )));
    }
    let mut total = 0_usize;
    while !rest.is_empty() {
        let _section_name = take_word(&mut rest)?;
        let count = take_word(&mut rest)? as usize;
        total = total.saturating_add(count);
        if total > limits::CORE_RELOCATIONS {
            return Err(Error::limit(format!(
                "it has more than {} relocations",
                limits::CORE_RELOCATIONS
            )));
        }
        let (records, after) = count
            .checked_mul(record)
            .and_then(|bytes| rest.split_at_checked(bytes))
            .ok_or_else(cut_off)?;
        rest = after;
        for record in records.chunks_exact(record) {
            let relocation = read(record, btf)?;
            if seen.insert(relocation) {
                found.push(relocation);
            }
        }
    }
    Ok(found)
}

/// The table of relocations in the section: the size of a record, then a header and records for each section of code.
fn table(section: &[u8]) -> Result<&[u8], Error> {
    let magic = section.first_chunk().map(|magic| u16::from_ne_bytes(*magic));
    if magic != Some(MAGIC) {
        return Err(Error::object("it does not begin as .BTF.ext does"));
    }
    let word = |offset| u32_at(section, offset).ok_or_else(cut_off);
    let header = word(4)?;
    if header < HEADER {
        return Ok(&[]);
    }
    let start = u64::from(header) + u64::from(word(24)?);
    let end = start + u64::from(word(28)?);
    let (Ok(start), Ok(end)) = (usize::try_from(start), usize::try_from(end)) else {
        return Err(cut_off());
    };
    section.get(start..end).ok_or_else(cut_off)
}

fn read<'a>(record: &[u8], btf: &Btf<'a>) -> Result<Relocation<'a>, Error> {
    let word = |index: usize| u32_at(record, index * 4).ok_or_else(cut_off);
    let number = word(3)?;
    let question = Question::from_number(number)
        .ok_or_else(|| Error::object(format!("relocation kind {number} is newer than this program")))?;
    Ok(Relocation {
        question,
        ty: word(1)?,
        access: btf.string(word(2)?)?,
    })
}

fn take_word(rest: &mut &[u8]) -> Result<u32, Error> {
    let word = u32_at(rest, 0).ok_or_else(cut_off)?;
    *rest = rest.get(4..).unwrap_or_default();
    Ok(word)
}

fn cut_off() -> Error {
    Error::object("its .BTF.ext section is cut off")
}
