//! Leaves out of an object what no loader reads: DWARF, two thirds of it.

use object::build::elf::{Builder, SectionData};
use object::elf;

use crate::error::{Error, Result};

/// The object without its DWARF sections. BTF, symbols and relocations stay as they are.
pub(crate) fn without_debug_sections(object: &[u8]) -> Result<Vec<u8>> {
    let mut builder = Builder::read(object).map_err(|error| unreadable(&error))?;
    for section in &mut builder.sections {
        section.delete = is_debug(section.name.as_slice());
    }
    builder.delete_orphans();
    separate_section_names(&mut builder);
    let mut stripped = Vec::with_capacity(object.len());
    builder.write(&mut stripped).map_err(|error| unreadable(&error))?;
    Ok(stripped)
}

/// clang keeps the names of sections and of symbols in one table; what writes the object wants two.
fn separate_section_names(builder: &mut Builder<'_>) {
    let names = builder.sections.add();
    names.name = b".shstrtab".as_slice().into();
    names.sh_type = elf::SHT_STRTAB;
    names.sh_addralign = 1;
    names.data = SectionData::SectionString;
}

fn is_debug(name: &[u8]) -> bool {
    let name = name.strip_prefix(b".rel").unwrap_or(name);
    name.starts_with(b".debug_")
}

fn unreadable(error: &dyn std::fmt::Display) -> Error {
    Error::failed(format!(
        "cannot remove the debug sections of the object that clang wrote: {error}"
    ))
}
