//! The symbols of an ELF.

use super::{Section, name};
use crate::error::{At, Error};
use crate::limits;

const SYMBOL: usize = 24;
const SHT_SYMTAB: u32 = 2;

/// A symbol: of those that have a name and a place, or any that a relocation means.
pub(crate) struct Symbol<'a> {
    pub(crate) name: &'a str,
    pub(crate) section: usize,
    pub(crate) value: u64,
    pub(crate) size: u64,
    pub(crate) function: bool,
}

/// All symbols as they stand, and their names.
#[derive(Default)]
pub(super) struct SymbolTable<'a> {
    entries: &'a [u8],
    strings: &'a [u8],
}

impl<'a> SymbolTable<'a> {
    pub(super) fn find(sections: &[Section<'a>]) -> Result<Self, Error> {
        let Some(table) = sections.iter().find(|section| section.kind == SHT_SYMTAB) else {
            return Ok(Self::default());
        };
        let strings = usize::try_from(table.link)
            .ok()
            .and_then(|index| sections.get(index))
            .ok_or_else(|| Error::object("the ELF's symbol names are missing"))?
            .data;
        let count = table.data.len() / SYMBOL;
        if count > limits::ELF_SYMBOLS {
            return Err(Error::limit(format!(
                "the ELF has {count} symbols, at most {} are read",
                limits::ELF_SYMBOLS
            )));
        }
        Ok(Self {
            entries: table.data,
            strings,
        })
    }

    /// The symbol of this number.
    pub(super) fn symbol(&self, index: usize) -> Result<Symbol<'a>, Error> {
        let entry = index
            .checked_mul(SYMBOL)
            .and_then(|start| self.entries.get(start..)?.get(..SYMBOL))
            .ok_or_else(|| Error::object(format!("the ELF has no symbol {index}")))?;
        self.read(entry).at(|| format!("ELF symbol {index}"))
    }

    /// Those that have a name and lie in one of so many sections.
    pub(super) fn placed(&self, sections: usize) -> Result<Vec<Symbol<'a>>, Error> {
        let mut symbols = Vec::new();
        for (index, entry) in self.entries.chunks_exact(SYMBOL).enumerate() {
            let info: u8 = number!(entry, 4, u8)?;
            let section = usize::from(number!(entry, 6, u16)?);
            // Data without a type, data, function: the rest names sections and files.
            if section == 0 || section >= sections || info & 0xf > 2 {
                continue;
            }
            if number!(entry, 0, u32)? != 0 {
                symbols.push(self.read(entry).at(|| format!("ELF symbol {index}"))?);
            }
        }
        Ok(symbols)
    }

    fn read(&self, entry: &[u8]) -> Result<Symbol<'a>, Error> {
        let offset = number!(entry, 0, u32)?;
        let no_name = || Error::object("it has no readable name");
        Ok(Symbol {
            name: if offset == 0 {
                ""
            } else {
                name(self.strings, offset).ok_or_else(no_name)?
            },
            section: usize::from(number!(entry, 6, u16)?),
            value: number!(entry, 8, u64)?,
            size: number!(entry, 16, u64)?,
            function: number!(entry, 4, u8)? & 0xf == 2,
        })
    }
}
