//! The CO-RE relocations of an object: the third table of its `.BTF.ext` section.
//!
//! `struct bpf_core_relo` and `enum bpf_core_relo_kind` of the kernel's `include/uapi/linux/bpf.h`.

use std::collections::HashSet;

use crate::btf::ext::{Table, cut_off, groups};
use crate::btf::{Btf, u32_at};
use crate::elf::Elf;
use crate::error::Error;
use crate::limits;

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
    let mut total = 0_usize;
    for group in groups(section.data, Table::Relocations, RECORD)? {
        let records = group?.records();
        total = total.saturating_add(records.len());
        if total > limits::CORE_RELOCATIONS {
            return Err(Error::limit(format!(
                "it has more than {} relocations",
                limits::CORE_RELOCATIONS
            )));
        }
        for record in records {
            let relocation = read(record, btf)?;
            if seen.insert(relocation) {
                found.push(relocation);
            }
        }
    }
    Ok(found)
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
