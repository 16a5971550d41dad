//! Metadata that was made from one object, for another, which was compiled from the same source for another architecture.
//!
//! Its type IDs are those of the first object's BTF. In others the same types may have other numbers: register structs differ. And
//! a source may have programs for one architecture only, such as for system calls that others do not have.

use std::collections::HashSet;

use crate::btf::{Btf, Kind};
use crate::elf::Elf;
use crate::error::{At, Error};
use crate::limits;
use crate::maps::{object_maps, object_programs};
use crate::meta::{ExportConfig, Meta};
use crate::sections::data_sections;

/// What an object defines.
pub(crate) struct Names {
    pub(crate) programs: HashSet<String>,
    maps: HashSet<String>,
    variables: HashSet<String>,
}

impl Names {
    pub(crate) fn of(elf: &Elf<'_>, btf: &Btf<'_>) -> Result<Self, Error> {
        let sections = data_sections(elf, btf)?;
        let maps = object_maps(elf, btf, &sections)?.into_iter();
        let variables = sections.iter().flat_map(|section| &section.variables);
        Ok(Self {
            programs: object_programs(elf)?.into_iter().map(|program| program.name).collect(),
            variables: variables.map(|variable| variable.name.to_owned()).collect(),
            maps: maps.map(|map| map.name).collect(),
        })
    }
}

/// Takes out of `meta` what `from` defines and `to` does not: nobody made a mistake.
pub(crate) fn drop_absent(meta: &mut Meta<'_>, from: &Names, to: &Names) {
    let stays = |from: &HashSet<String>, to: &HashSet<String>, name: &str| !from.contains(name) || to.contains(name);
    if let Some(programs) = &mut meta.programs {
        programs.retain(|program| stays(&from.programs, &to.programs, program.name));
    }
    meta.maps.retain(|map| {
        let name = map.ident.or(map.name).unwrap_or_default();
        stays(&from.maps, &to.maps, name)
    });
    for section in &mut meta.sections {
        let variables = &mut section.variables;
        variables.retain(|variable| stays(&from.variables, &to.variables, variable.name));
    }
}

/// Makes `meta`, which speaks of types of `from`, speak of those of `to`.
pub(crate) fn renumber(meta: &mut Meta<'_>, from: &Btf<'_>, to: &Btf<'_>) -> Result<(), Error> {
    let of_object = meta.exports.btf.is_none();
    for (index, export) in meta.exports.types.iter_mut().enumerate() {
        let path = || format!("meta.export_types[{index}].type_id");
        if let Some(id) = &mut export.type_id
            && of_object
        {
            *id = same(from, *id, to, 0).at(path)?;
        }
    }
    for (index, map) in meta.maps.iter_mut().enumerate() {
        let path = || format!("meta.bpf_skel.maps[{index}].export_config");
        match &mut map.export {
            ExportConfig::NoExport | ExportConfig::Default => {}
            ExportConfig::Type(id) => *id = same(from, *id, to, 0).at(path)?,
            ExportConfig::Members(members) => {
                for member in members {
                    member.type_id = same(from, member.type_id, to, 0).at(path)?;
                }
            }
        }
    }
    Ok(())
}

/// The ID in `to` of what is `id` in `from`: by name, or by shape where types have none.
fn same(from: &Btf<'_>, id: u32, to: &Btf<'_>, depth: usize) -> Result<u32, Error> {
    if id == 0 {
        return Ok(0);
    }
    if depth > limits::TYPE_DEPTH {
        return Err(Error::btf(format!("BTF type {id} refers to itself")));
    }
    let ty = from.get(id)?;
    let found = match ty.kind {
        Kind::Array => {
            let (element, count) = from.array(&ty)?;
            let element = same(from, element, to, depth + 1)?;
            let mut arrays = to.all().filter(|(_, other)| other.kind == Kind::Array);
            arrays.find(|(_, other)| other.array() == Some((element, count)))
        }
        Kind::Pointer | Kind::Const | Kind::Volatile | Kind::Restrict => {
            let target = same(from, ty.size_or_type, to, depth + 1)?;
            to.all()
                .find(|(_, other)| other.kind == ty.kind && other.size_or_type == target)
        }
        _ => None,
    };
    let found = match found {
        Some((id, _)) => Some(id),
        None if ty.name.is_empty() => None,
        None => to.find(&[ty.kind], ty.name),
    };
    found.ok_or_else(|| {
        let name = if ty.name.is_empty() { "without a name" } else { ty.name };
        Error::btf(format!(
            "type {id} of bpf_object ({:?} {name}) is not in the object for this architecture",
            ty.kind
        ))
    })
}
