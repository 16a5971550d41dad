//! Which instructions stand for something that the loader fills in.

use crate::elf::Elf;
use crate::error::Error;
use crate::limits;

/// Bytes of an entry: `Elf64_Rel`.
const ENTRY: usize = 16;

/// The relocations of code, by place.
pub(super) struct Relocations(Vec<Relocation>);

struct Relocation {
    section: usize,
    /// Bytes from the section's start.
    offset: u64,
    symbol: usize,
}

impl Relocations {
    /// All that the object has. Those of `SHT_RELA` are none: libbpf does not read them.
    pub(super) fn of(elf: &Elf<'_>) -> Result<Self, Error> {
        let mut all = Vec::new();
        for section in elf.sections.iter().filter(|section| section.is_relocations()) {
            let entries = section.data.chunks_exact(ENTRY);
            if all.len() + entries.len() > limits::CODE_RELOCATIONS {
                return Err(Error::limit(format!(
                    "the object has more than {} relocations",
                    limits::CODE_RELOCATIONS
                )));
            }
            all.extend(entries.map(|entry| {
                let (offset, info) = entry.split_at(8);
                Relocation {
                    section: section.info as usize,
                    offset: word(offset),
                    symbol: (word(info) >> 32) as usize,
                }
            }));
        }
        all.sort_unstable_by_key(|relocation| (relocation.section, relocation.offset));
        Ok(Self(all))
    }

    /// The symbols that an instruction is to be changed for: one, or none, unless somebody forged the object.
    pub(super) fn at(&self, section: usize, offset: u64) -> impl Iterator<Item = usize> + '_ {
        let start = self
            .0
            .partition_point(|relocation| (relocation.section, relocation.offset) < (section, offset));
        self.0
            .iter()
            .skip(start)
            .take_while(move |relocation| (relocation.section, relocation.offset) == (section, offset))
            .map(|relocation| relocation.symbol)
    }
}

fn word(bytes: &[u8]) -> u64 {
    bytes.first_chunk().map_or(0, |bytes| u64::from_ne_bytes(*bytes))
}
