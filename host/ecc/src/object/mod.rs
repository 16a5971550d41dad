//! From the object that clang wrote to the one that is packed.

mod paths;

use std::path::Path;

use object::build::elf::{Builder, SectionData};
use object::elf;

use crate::error::{Error, Result};
use paths::FileNames;

/// Leaves out DWARF, two thirds of the object, which no loader reads, and names source files relative to `folders`, so that the
/// same source gives the same bytes wherever it lies. All else stays: BTF, symbols, relocations.
pub(crate) fn finish(object: &[u8], folders: &[&Path]) -> Result<Vec<u8>> {
    let mut builder = Builder::read(object).map_err(|error| unreadable(&error))?;
    for section in &mut builder.sections {
        section.delete = is_debug(section.name.as_slice());
    }
    builder.delete_orphans();
    separate_section_names(&mut builder);
    shorten_paths(&mut builder, folders);
    let mut finished = Vec::with_capacity(object.len());
    builder.write(&mut finished).map_err(|error| unreadable(&error))?;
    Ok(finished)
}

fn is_debug(name: &[u8]) -> bool {
    let name = name.strip_prefix(b".rel").unwrap_or(name);
    name.starts_with(b".debug_")
}

/// clang keeps the names of sections and of symbols in one table; what writes the object wants two.
fn separate_section_names(builder: &mut Builder<'_>) {
    let names = builder.sections.add();
    names.name = b".shstrtab".as_slice().into();
    names.sh_type = elf::SHT_STRTAB;
    names.sh_addralign = 1;
    names.data = SectionData::SectionString;
}

/// An object without line information has no paths.
fn shorten_paths(builder: &mut Builder<'_>, folders: &[&Path]) {
    let (Some(btf), Some(extension)) = (data(builder, b".BTF"), data(builder, b".BTF.ext")) else {
        return;
    };
    let Some((btf, extension)) = FileNames::new(folders).shorten(&btf, &extension) else {
        return;
    };
    for section in &mut builder.sections {
        match section.name.as_slice() {
            b".BTF" => section.data = SectionData::Data(btf.clone().into()),
            b".BTF.ext" => section.data = SectionData::Data(extension.clone().into()),
            _ => {}
        }
    }
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
