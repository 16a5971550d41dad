//! The maps and programs of an object, as libbpf will see them.
//!
//! Sources of the rules: `bpf_object__init_maps`, `parse_btf_map_def` and `bpf_object__add_programs` in libbpf's
//! `src/libbpf.c`.

use crate::btf::{Btf, BtfType, Kind};
use crate::elf::{Content, Elf};
use crate::error::{At, Error};
use crate::limits;
use crate::sections::DataSection;

/// `BPF_MAP_TYPE_*` that mean something here.
pub(crate) mod kind {
    pub(crate) const ARRAY: u32 = 2;
    pub(crate) const PROG_ARRAY: u32 = 3;
    pub(crate) const PERF_EVENT_ARRAY: u32 = 4;
    pub(crate) const PERCPU_HASH: u32 = 5;
    pub(crate) const PERCPU_ARRAY: u32 = 6;
    pub(crate) const STACK_TRACE: u32 = 7;
    pub(crate) const CGROUP_ARRAY: u32 = 8;
    pub(crate) const LRU_PERCPU_HASH: u32 = 10;
    pub(crate) const ARRAY_OF_MAPS: u32 = 12;
    pub(crate) const HASH_OF_MAPS: u32 = 13;
    pub(crate) const SOCKMAP: u32 = 15;
    pub(crate) const XSKMAP: u32 = 17;
    pub(crate) const SOCKHASH: u32 = 18;
    pub(crate) const CGROUP_STORAGE: u32 = 19;
    pub(crate) const REUSEPORT_SOCKARRAY: u32 = 20;
    pub(crate) const PERCPU_CGROUP_STORAGE: u32 = 21;
    pub(crate) const QUEUE: u32 = 22;
    pub(crate) const STACK: u32 = 23;
    pub(crate) const SK_STORAGE: u32 = 24;
    pub(crate) const STRUCT_OPS: u32 = 26;
    pub(crate) const RINGBUF: u32 = 27;
    pub(crate) const INODE_STORAGE: u32 = 28;
    pub(crate) const TASK_STORAGE: u32 = 29;
    pub(crate) const BLOOM_FILTER: u32 = 30;
    pub(crate) const USER_RINGBUF: u32 = 31;
    pub(crate) const CGRP_STORAGE: u32 = 32;
    pub(crate) const ARENA: u32 = 33;
}

const F_READ_ONLY_PROGRAM: u32 = 1 << 7;
const F_MAPPABLE: u32 = 1 << 10;

/// A map of the object. Sizes are 0 where the definition gives a type instead, or nothing.
#[derive(Debug, Default)]
pub(crate) struct ObjectMap {
    pub(crate) name: String,
    /// The section it is made from.
    pub(crate) section: Option<String>,
    pub(crate) kind: u32,
    pub(crate) key_size: u32,
    pub(crate) value_size: u32,
    pub(crate) max_entries: u32,
    pub(crate) flags: u32,
    /// `LIBBPF_PIN_*`.
    pub(crate) pinning: u32,
    /// BTF IDs.
    pub(crate) key: Option<u32>,
    pub(crate) value: Option<u32>,
}

impl ObjectMap {
    pub(crate) fn is_mappable(&self) -> bool {
        self.flags & F_MAPPABLE != 0
    }
}

/// A program of the object.
pub(crate) struct ObjectProgram {
    pub(crate) name: String,
    /// Without a leading `?`.
    pub(crate) section: String,
    /// A leading `?` asks for the program not to be loaded on its own.
    pub(crate) autoload: bool,
}

/// All maps: those of `.maps`, the data sections, kernel configuration, struct_ops.
pub(crate) fn object_maps(elf: &Elf<'_>, btf: &Btf<'_>, sections: &[DataSection<'_>]) -> Result<Vec<ObjectMap>, Error> {
    let mut maps = defined_maps(elf, btf)?;
    maps.extend(sections.iter().map(section_map));
    if btf.find(&[Kind::DataSection], ".kconfig").is_some() {
        maps.push(ObjectMap {
            name: "kconfig".into(),
            section: Some(".kconfig".into()),
            kind: kind::ARRAY,
            key_size: 4,
            max_entries: 1,
            flags: F_READ_ONLY_PROGRAM | F_MAPPABLE,
            ..ObjectMap::default()
        });
    }
    for section in [".struct_ops", ".struct_ops.link"] {
        for (name, ty) in section_variables(elf, btf, section)? {
            maps.push(ObjectMap {
                name: name.to_owned(),
                kind: kind::STRUCT_OPS,
                key_size: 4,
                max_entries: 1,
                value: Some(ty),
                ..ObjectMap::default()
            });
        }
    }
    if maps.len() > limits::MAPS {
        return Err(Error::limit(format!(
            "the object has {} maps, at most {} are read",
            maps.len(),
            limits::MAPS
        )));
    }
    Ok(maps)
}

fn section_map(section: &DataSection<'_>) -> ObjectMap {
    let mut flags = 0;
    if section.read_only {
        flags |= F_READ_ONLY_PROGRAM;
    }
    if section.is_mappable() {
        flags |= F_MAPPABLE;
    }
    ObjectMap {
        name: section.ident.clone(),
        section: Some(section.name.to_owned()),
        kind: kind::ARRAY,
        key_size: 4,
        value_size: section.size,
        max_entries: 1,
        flags,
        ..ObjectMap::default()
    }
}

/// Names and BTF types of the variables that BTF lists for a section, in the order of the source: clang lists those
/// first that code refers to, so libbpf sorts as well.
fn section_variables<'a>(elf: &Elf<'a>, btf: &Btf<'a>, section: &str) -> Result<Vec<(&'a str, u32)>, Error> {
    let Some(id) = btf.find(&[Kind::DataSection], section) else {
        return Ok(Vec::new());
    };
    let entries = btf.section_entries(&btf.get(id)?);
    if entries.len() > limits::MAPS {
        return Err(Error::limit(format!(
            "it defines {} maps, at most {} are read",
            entries.len(),
            limits::MAPS
        ))
        .at(format!("section {section}")));
    }
    let symbols = elf
        .section(section)
        .map(|(index, _)| elf.data_symbols(index))
        .unwrap_or_default();
    let mut variables = Vec::with_capacity(entries.len());
    for entry in &entries {
        let variable = btf.get(entry.variable)?;
        if variable.kind != Kind::Variable {
            return Err(Error::btf(format!(
                "BTF type {} is listed as a variable and is none",
                entry.variable
            ))
            .at(format!("section {section}")));
        }
        let offset = symbols
            .get(variable.name)
            .map_or(u64::from(entry.offset), |(offset, _)| *offset);
        variables.push((offset, variable.name, variable.size_or_type));
    }
    variables.sort_by_key(|(offset, ..)| *offset);
    Ok(variables.into_iter().map(|(_, name, ty)| (name, ty)).collect())
}

fn defined_maps(elf: &Elf<'_>, btf: &Btf<'_>) -> Result<Vec<ObjectMap>, Error> {
    section_variables(elf, btf, ".maps")?
        .into_iter()
        .map(|(name, ty)| {
            let mut map = definition(btf, ty).at(|| format!("map {name}"))?;
            map.name = name.to_owned();
            Ok(map)
        })
        .collect()
}

/// Reads the struct that libbpf's `__uint` and `__type` macros build.
fn definition(btf: &Btf<'_>, ty: u32) -> Result<ObjectMap, Error> {
    let ty = btf.get(btf.peel(ty)?)?;
    if ty.kind != Kind::Struct {
        return Err(Error::btf("its definition is no struct"));
    }
    let mut map = ObjectMap::default();
    for member in btf.members(&ty) {
        let member = member?;
        let number = || number(btf, member.ty).at(|| member.name);
        match member.name {
            "type" => map.kind = number()?,
            "key_size" => map.key_size = number()?,
            "value_size" => map.value_size = number()?,
            "max_entries" => map.max_entries = number()?,
            "map_flags" => map.flags = number()?,
            "pinning" => map.pinning = number()?,
            "key" => map.key = pointee(btf, member.ty).at(|| member.name)?,
            "value" => map.value = pointee(btf, member.ty).at(|| member.name)?,
            // Maps or programs, each a number to the kernel.
            "values" => map.value_size = size_of::<u32>() as u32,
            _ => {}
        }
    }
    Ok(map)
}

/// `__uint(name, N)` declares `int (*name)[N]`, `__ulong` an enum with the one value N.
fn number(btf: &Btf<'_>, ty: u32) -> Result<u32, Error> {
    let wrong = || Error::btf("it is not declared with __uint");
    let ty: BtfType<'_> = btf.get(btf.peel(ty)?)?;
    match ty.kind {
        Kind::Pointer => {
            let array = btf.get(btf.peel(ty.size_or_type)?)?;
            if array.kind != Kind::Array {
                return Err(wrong());
            }
            Ok(btf.array(&array)?.1)
        }
        Kind::Enum | Kind::Enum64 => {
            let (_, value) = btf.enumerators(&ty).next().ok_or_else(wrong)??;
            u32::try_from(value).map_err(|_| wrong())
        }
        _ => Err(wrong()),
    }
}

/// `__type(name, T)` declares `T *name`.
fn pointee(btf: &Btf<'_>, ty: u32) -> Result<Option<u32>, Error> {
    let ty = btf.get(btf.peel(ty)?)?;
    if ty.kind != Kind::Pointer {
        return Err(Error::btf("it is not declared with __type"));
    }
    let target = btf.peel(ty.size_or_type)?;
    Ok((btf.get(target)?.kind != Kind::Void).then_some(ty.size_or_type))
}

/// All programs by their place in the object. Functions of `.text` are called by programs and are none.
pub(crate) fn object_programs(elf: &Elf<'_>) -> Result<Vec<ObjectProgram>, Error> {
    let mut found: Vec<(usize, u64, &str, &str)> = elf
        .symbols
        .iter()
        .filter(|symbol| symbol.function)
        .filter_map(|symbol| {
            let section = elf.sections.get(symbol.section)?;
            (section.content == Content::Code && section.name != ".text").then_some((
                symbol.section,
                symbol.value,
                symbol.name,
                section.name,
            ))
        })
        .collect();
    if found.len() > limits::PROGRAMS {
        return Err(Error::limit(format!(
            "the object has {} programs, at most {} are read",
            found.len(),
            limits::PROGRAMS
        )));
    }
    found.sort_unstable();
    Ok(found
        .into_iter()
        .map(|(_, _, name, section)| {
            let bare = section.strip_prefix('?');
            ObjectProgram {
                name: name.to_owned(),
                section: bare.unwrap_or(section).to_owned(),
                autoload: bare.is_none(),
            }
        })
        .collect())
}
