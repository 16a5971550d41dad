//! From the object that clang wrote to the one that is packed.

mod btf;
mod extension;
mod helper_calls;
mod names;
mod strings;
mod words;

use std::path::Path;

use object::Endianness;
use object::build::elf::{Builder, SectionData};
use object::elf;

use crate::error::{Error, Result};
use btf::Btf;
use names::FileNames;
use strings::Strings;

/// Where variables are that only keep their types in the BTF.
pub(crate) const TYPES_SECTION: &str = ".eunomia.types";

/// An object as it is packed.
pub(crate) struct Finished {
    pub(crate) elf: Vec<u8>,
    /// Whether every call that puts a record into a ring buffer is counted when it fails.
    pub(crate) all_counted: bool,
}

/// Leaves out what no loader reads: DWARF, two thirds of the object, and what made clang keep the types of [`TYPES_SECTION`]. Takes
/// the marks off calls that are counted. Names source files relative to `folders`, so that the same source gives the same bytes
/// wherever it lies. All else stays: types, symbols, relocations.
pub(crate) fn finish(object: &[u8], folders: &[&Path]) -> Result<Finished> {
    let mut builder = Builder::read(object).map_err(|error| unreadable(&error))?;
    for section in &mut builder.sections {
        section.delete = is_debug(section.name.as_slice());
    }
    if rewrite_types(&mut builder, &FileNames::new(folders)).is_some() {
        for section in &mut builder.sections {
            section.delete |= section.name.as_slice() == TYPES_SECTION.as_bytes();
        }
    }
    builder.delete_orphans();
    separate_section_names(&mut builder);
    let all_counted = unmark_calls(&mut builder);
    let mut elf = Vec::with_capacity(object.len());
    builder.write(&mut elf).map_err(|error| unreadable(&error))?;
    Ok(Finished { elf, all_counted })
}

/// DWARF, and relocations of BTF: they give it the numbers that it has already, since nothing is linked any more.
fn is_debug(name: &[u8]) -> bool {
    let bare = name.strip_prefix(b".rel").unwrap_or(name);
    bare.starts_with(b".debug_") || matches!(name, b".rel.BTF" | b".rel.BTF.ext")
}

/// clang keeps the names of sections and of symbols in one table; what writes the object wants two.
fn separate_section_names(builder: &mut Builder<'_>) {
    let names = builder.sections.add();
    names.name = b".shstrtab".as_slice().into();
    names.sh_type = elf::SHT_STRTAB;
    names.sh_addralign = 1;
    names.data = SectionData::SectionString;
}

/// `None` if there are no types, or they are not what clang writes: then they stay as they are.
fn rewrite_types(builder: &mut Builder<'_>, names: &FileNames) -> Option<()> {
    let endian = builder.endian;
    let extension = data(builder, b".BTF.ext").unwrap_or_default();
    let (btf, extension) = rewritten(&data(builder, b".BTF")?, &extension, endian, names)?;
    for section in &mut builder.sections {
        match section.name.as_slice() {
            b".BTF" => section.data = SectionData::Data(btf.clone().into()),
            b".BTF.ext" => section.data = SectionData::Data(extension.clone().into()),
            _ => {}
        }
    }
    Some(())
}

/// `.BTF` and `.BTF.ext` without the types that only kept others, and with short names of files.
fn rewritten(btf: &[u8], extension: &[u8], endian: Endianness, names: &FileNames) -> Option<(Vec<u8>, Vec<u8>)> {
    let mut types = Btf::read(btf, endian)?;
    let renumbered = types.leave_out(TYPES_SECTION.as_bytes());
    let mut strings = Strings::new();
    let type_words = types.write_types(&mut strings)?;
    let mut words = match extension {
        // An object without code has none.
        [] => Vec::new(),
        bytes => words::read(bytes, endian)?,
    };
    if !extension.is_empty() {
        let slots = extension::Slots::of(&words)?;
        for slot in slots.files {
            let word = words.get_mut(slot)?;
            *word = strings.add(names.short(types.string(*word)?))?;
        }
        for slot in slots.strings {
            let word = words.get_mut(slot)?;
            *word = strings.add(types.string(*word)?)?;
        }
        for slot in slots.types {
            let word = words.get_mut(slot)?;
            *word = btf::renumber(&renumbered, *word);
        }
    }
    let btf = btf::assemble(&type_words, &strings, endian)?;
    Some((btf, words::write(&words, endian)))
}

fn unmark_calls(builder: &mut Builder<'_>) -> bool {
    let endian = builder.endian;
    let mut all_marked = true;
    for section in &mut builder.sections {
        let is_code = section.sh_flags.0 & elf::SHF_EXECINSTR.0 != 0;
        if let (true, SectionData::Data(data)) = (is_code, &section.data) {
            let mut code = data.as_slice().to_vec();
            all_marked &= helper_calls::unmark(&mut code, endian);
            section.data = SectionData::Data(code.into());
        }
    }
    all_marked
}

fn data(builder: &Builder<'_>, name: &[u8]) -> Option<Vec<u8>> {
    builder.sections.iter().find_map(|section| match &section.data {
        SectionData::Data(data) if section.name.as_slice() == name => Some(data.as_slice().to_vec()),
        _ => None,
    })
}

fn unreadable(error: &dyn std::fmt::Display) -> Error {
    Error::failed(format!("cannot finish the object that clang wrote: {error}"))
}

#[cfg(test)]
mod tests;
