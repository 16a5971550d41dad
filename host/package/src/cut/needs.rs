//! Whether an object needs a kernel's BTF at all, and whether a cut can stand in for it.

use super::in_relocations;
use super::relocations::{Question, relocations};
use crate::btf::{Btf, Kind};
use crate::elf::{Content, Elf};
use crate::error::Error;
use crate::skeleton::find_btf;

/// Sections of programs whose target libbpf looks up in the kernel's BTF: those of the types `TRACING`, `LSM`, `STRUCT_OPS` and `EXT` in
/// its table of sections.
const BY_BTF_ID: [&str; 19] = [
    "tp_btf",
    "fentry",
    "fentry.s",
    "fexit",
    "fexit.s",
    "fmod_ret",
    "fmod_ret.s",
    "fsession",
    "fsession.s",
    "freplace",
    "lsm",
    "lsm.s",
    "lsm_cgroup",
    "iter",
    "iter.s",
    "struct_ops",
    "struct_ops.s",
    ".struct_ops",
    ".struct_ops.link",
];

/// What an object wants of a kernel's BTF.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BtfNeeds {
    /// How many different questions its CO-RE relocations ask the kernel. With none, a BTF given in place of the kernel's is not even read.
    pub relocations: usize,
    /// The first thing, if any, for which libbpf parses the kernel's own BTF whatever it was given: a section such as `fentry/do_unlinkat`,
    /// `.struct_ops`, `.ksyms`. A cut is still right for such an object's relocations and saves next to nothing.
    pub kernel: Option<String>,
    /// Whether a program asks for the number of a type in the kernel's BTF: no cut can answer.
    pub type_ids: bool,
}

impl BtfNeeds {
    /// Whether loading is faster with a cut, and possible where the kernel shows no BTF.
    pub fn cut_helps(&self) -> bool {
        self.relocations > 0 && self.kernel.is_none() && !self.type_ids
    }
}

/// Finds out what an object wants of a kernel's BTF, from its sections and its own BTF. Takes microseconds.
pub fn btf_needs(object: &[u8]) -> Result<BtfNeeds, Error> {
    let elf = Elf::parse(object)?;
    let mut needs = BtfNeeds {
        kernel: elf
            .sections
            .iter()
            .filter(|section| section.content != Content::Other && section.size > 0)
            .find(|section| is_by_btf_id(section.name))
            .map(|section| section.name.to_owned()),
        ..BtfNeeds::default()
    };
    if elf.section(".BTF").is_none() {
        return Ok(needs);
    }
    let btf = find_btf(&elf)?;
    for relocation in relocations(&elf, &btf).map_err(in_relocations)? {
        needs.relocations += usize::from(relocation.question != Question::LocalTypeId);
        needs.type_ids |= relocation.question == Question::TargetTypeId;
    }
    if needs.kernel.is_none() && has_typed_symbols(&btf)? {
        needs.kernel = Some(".ksyms".to_owned());
    }
    Ok(needs)
}

fn is_by_btf_id(section: &str) -> bool {
    // A program that is not loaded unless asked for has a question mark before its section.
    let section = section.strip_prefix('?').unwrap_or(section);
    let kind = section.split_once('/').map_or(section, |(kind, _)| kind);
    BY_BTF_ID.contains(&kind)
}

/// Whether the object uses the kernel's functions, or its variables by their types.
fn has_typed_symbols(btf: &Btf<'_>) -> Result<bool, Error> {
    let Some(section) = btf.find(&[Kind::DataSection], ".ksyms") else {
        return Ok(false);
    };
    for entry in btf.section_entries(&btf.get(section)?) {
        let symbol = btf.raw(entry.variable)?;
        if symbol.kind == Kind::Function || btf.peel(symbol.size_or_type)? != 0 {
            return Ok(true);
        }
    }
    Ok(false)
}
