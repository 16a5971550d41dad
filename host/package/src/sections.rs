//! The data sections of an object and the global variables in them.
//!
//! Which sections become maps, and how those are called, follows libbpf (`bpf_object__init_global_data_maps` in
//! `src/libbpf.c`) and bpftool (`get_map_ident` in `gen.c`).

use std::collections::HashMap;

use crate::btf::{Btf, Kind};
use crate::elf::{Content, Elf, Section};
use crate::error::{At, Error};
use crate::limits;

/// A section that libbpf makes a map of.
pub(crate) struct DataSection<'a> {
    pub(crate) name: &'a str,
    /// The C identifier: the name without its first dot, all else that C does not take as `_`.
    pub(crate) ident: String,
    pub(crate) size: u32,
    /// Empty for `.bss`.
    pub(crate) data: &'a [u8],
    pub(crate) read_only: bool,
    /// Those that BTF knows, in its order.
    pub(crate) variables: Vec<Global<'a>>,
}

/// A global variable.
pub(crate) struct Global<'a> {
    pub(crate) name: &'a str,
    /// BTF ID of its type.
    pub(crate) ty: u32,
    pub(crate) offset: u32,
    /// Bytes as the linker sees them, 0 where it does not say.
    pub(crate) size: u32,
    /// Visible outside its file: what a skeleton lists.
    pub(crate) global: bool,
}

impl DataSection<'_> {
    /// Whether user space may map it: libbpf allows it if there is anything to see.
    pub(crate) fn is_mappable(&self) -> bool {
        self.variables.iter().any(|variable| variable.global)
    }
}

/// The C identifier of a data section's map.
pub(crate) fn ident(section: &str) -> String {
    section
        .strip_prefix('.')
        .unwrap_or(section)
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect()
}

/// All data sections, in the ELF's order.
pub(crate) fn data_sections<'a>(elf: &Elf<'a>, btf: &Btf<'a>) -> Result<Vec<DataSection<'a>>, Error> {
    let mut sections = Vec::new();
    let mut variables = 0;
    for (index, section) in elf.sections.iter().enumerate() {
        if !is_data(section) {
            continue;
        }
        let size = u32::try_from(section.size)
            .map_err(|_| Error::object("the section is larger than 4 GiB").at(format!("section {}", section.name)))?;
        let found = globals(elf, btf, index, section, size).at(|| format!("section {}", section.name))?;
        variables += found.len();
        if variables > limits::VARIABLES {
            return Err(Error::limit(format!(
                "the object has more than {} global variables",
                limits::VARIABLES
            )));
        }
        sections.push(DataSection {
            name: section.name,
            ident: ident(section.name),
            size,
            data: section.data,
            read_only: section.name.starts_with(".rodata"),
            variables: found,
        });
        if sections.len() > limits::MAPS {
            return Err(Error::limit(format!(
                "the object has more than {} data sections",
                limits::MAPS
            )));
        }
    }
    Ok(sections)
}

fn is_data(section: &Section<'_>) -> bool {
    let is = |base: &str| {
        section
            .name
            .strip_prefix(base)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    let matches = match section.content {
        Content::Data => is(".data") || is(".rodata"),
        Content::Zeros => is(".bss"),
        _ => false,
    };
    matches && section.size > 0
}

fn globals<'a>(
    elf: &Elf<'a>,
    btf: &Btf<'a>,
    index: usize,
    section: &Section<'a>,
    section_size: u32,
) -> Result<Vec<Global<'a>>, Error> {
    let Some(id) = btf.find(&[Kind::DataSection], section.name) else {
        return Ok(Vec::new());
    };
    let symbols: HashMap<&str, (u64, u64)> = elf.data_symbols(index);
    let mut globals = Vec::new();
    for entry in btf.section_entries(&btf.get(id)?) {
        let variable = btf.get(entry.variable)?;
        if variable.kind != Kind::Variable {
            return Err(Error::btf(format!(
                "BTF type {} is listed as a variable and is none",
                entry.variable
            )));
        }
        // clang leaves offsets to the linker, and there is none: the symbol table has them.
        let (offset, size) = match symbols.get(variable.name) {
            Some((offset, size)) => (*offset, *size),
            None => (u64::from(entry.offset), u64::from(entry.size)),
        };
        let size = if size == 0 { u64::from(entry.size) } else { size };
        if offset.checked_add(size).is_none_or(|end| end > u64::from(section_size)) {
            return Err(Error::object(format!(
                "the variable (offset {offset}, {size} bytes) lies outside its section of {section_size} bytes"
            ))
            .at(variable.name));
        }
        globals.push(Global {
            name: variable.name,
            ty: variable.size_or_type,
            offset: offset as u32,
            size: size as u32,
            global: btf.linkage(&variable)? == 1,
        });
    }
    // As in the source; clang lists those first that code refers to.
    globals.sort_by_key(|global| global.offset);
    Ok(globals)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_of_sections_are_those_of_bpftool() {
        assert_eq!(ident(".rodata"), "rodata");
        assert_eq!(ident(".rodata.str1.1"), "rodata_str1_1");
        assert_eq!(ident(".data.my-own"), "data_my_own");
    }
}
