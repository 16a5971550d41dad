//! The object's maps with what the package says about them.

use crate::btf::Btf;
use crate::description::{Map, StackTrace, Variable};
use crate::elf::Elf;
use crate::error::{At, Error};
use crate::export::custom_struct;
use crate::fields::shortened;
use crate::layout::Layouts;
use crate::maps::{ObjectMap, kind, object_maps};
use crate::meta::{ExportConfig, MapMeta, is_hidden};
use crate::sections::{DataSection, ident};
use crate::types::{TypeIndex, TypeKind};

/// A perf record's size is 16 bits wide (`struct perf_event_header` in `include/uapi/linux/perf_event.h`).
const PERF_RECORD: u64 = 1 << 16;

/// A ring buffer record's length is 30 bits wide (`BPF_RINGBUF_HDR_SZ` and its flags in `include/uapi/linux/bpf.h`).
const RING_RECORD: u64 = 1 << 30;

/// `LIBBPF_PIN_BY_NAME` of `enum libbpf_pin_type`, in libbpf's `bpf_helpers.h`.
const PIN_BY_NAME: u32 = 1;

/// Bytes of a name that the kernel keeps.
const KERNEL_NAME: usize = 15;

/// What describing maps needs.
pub(super) struct Maps<'x, 'b, 'a> {
    pub(super) elf: &'x Elf<'a>,
    pub(super) btf: &'b Btf<'a>,
    pub(super) layouts: &'x mut Layouts<'b, 'a>,
    pub(super) sections: &'x [DataSection<'a>],
    pub(super) variables: &'x [Variable],
    /// The type that every buffer's records have.
    pub(super) export: Option<TypeIndex>,
    /// Each map says for itself.
    pub(super) multiple: bool,
    pub(super) data_budget: usize,
}

impl Maps<'_, '_, '_> {
    /// Those that the package lists, in its order, then the others.
    pub(super) fn describe(&mut self, listed: &[MapMeta<'_>]) -> Result<Vec<Map>, Error> {
        let mut left: Vec<Option<ObjectMap>> = object_maps(self.elf, self.btf, self.sections)
            .at(|| "bpf_object")?
            .into_iter()
            .map(Some)
            .collect();
        let counters = self.counters(&left);
        let mut maps = Vec::with_capacity(left.len());
        for (index, meta) in listed.iter().enumerate() {
            let path = || format!("meta.bpf_skel.maps[{index}]");
            let Some(object) = find(&left, meta).and_then(|place| left.get_mut(place)?.take()) else {
                check_unused(meta, &maps, &left).at(path)?;
                continue;
            };
            let map = self.one(object, meta, &counters).at(path)?;
            maps.push(map);
        }
        for object in left.into_iter().flatten() {
            let name = object.name.clone();
            let map = self
                .one(object, &MapMeta::default(), &counters)
                .at(|| format!("bpf_object.{name}"))?;
            maps.push(map);
        }
        Ok(maps)
    }

    fn one(&mut self, object: ObjectMap, meta: &MapMeta<'_>, counters: &[String]) -> Result<Map, Error> {
        let key = object.key.map(|id| self.layouts.add(id)).transpose()?;
        let value = object.value.map(|id| self.layouts.add(id)).transpose()?;
        let size = |given: u32, ty: Option<TypeIndex>| match given {
            0 => ty.map_or(0, |ty| self.layouts.size(ty)),
            given => given,
        };
        let mut map = Map {
            kind: object.kind,
            key_size: size(object.key_size, key),
            value_size: size(object.value_size, value),
            hidden: is_hidden(&object.name),
            name: object.name,
            max_entries: object.max_entries,
            flags: object.flags,
            pinned: object.pinning == PIN_BY_NAME,
            key,
            value,
            record: None,
            sample: meta.sample.clone(),
            stack_trace: meta.stack_trace.clone(),
            lost: None,
            data: Vec::new(),
        };
        map.record = self.record(&map, meta)?;
        if let Some(trace) = &map.stack_trace {
            self.check_stack_trace(trace, map.record.or(map.value))
                .at(|| "intepreter.stack_trace.field_map")?;
        }
        if let Some(lost) = meta.lost {
            if !is_buffer(map.kind) {
                return Err(Error::field("only a ring or perf buffer loses records").at("lost"));
            }
            map.lost = Some(counter(lost, counters).at(|| "lost")?);
        }
        self.data(&mut map, meta)?;
        Ok(map)
    }

    fn record(&mut self, map: &Map, meta: &MapMeta<'_>) -> Result<Option<TypeIndex>, Error> {
        let room = match map.kind {
            kind::RINGBUF if map.max_entries > 0 => RING_RECORD.min(u64::from(map.max_entries)),
            kind::RINGBUF => RING_RECORD,
            kind::PERF_EVENT_ARRAY => PERF_RECORD,
            _ => u64::from(map.value_size),
        };
        let buffer = is_buffer(map.kind);
        if buffer && !self.multiple {
            // What the map says for itself goes before what the package says for all.
            return Ok(self.declared(map).or(self.export));
        }
        if !buffer && map.sample.is_none() {
            return Ok(None);
        }
        match &meta.export {
            ExportConfig::NoExport => Ok(None),
            ExportConfig::Default if buffer && map.value.is_none() => Err(Error::field(
                "\"default\" is the type of the values in the map's definition, which names none: `__type(value, struct …)` there does, \
                 or a \"btf_type_id\" here",
            )
            .at("export_config")),
            ExportConfig::Default => Ok(map.value),
            ExportConfig::Type(id) => {
                let path = "export_config.btf_type_id";
                let ty = self.layouts.add(*id).at(|| path)?;
                let size = u64::from(self.layouts.size(ty));
                if size > room {
                    return Err(Error::field(format!(
                        "BTF type {id} has {size} bytes, the record has room for {room}"
                    ))
                    .at(path));
                }
                Ok(Some(ty))
            }
            ExportConfig::Members(members) => custom_struct(self.layouts, &map.name, members, room)
                .map(Some)
                .at(|| "export_config"),
        }
    }

    /// The struct that the map's own definition says its values are.
    fn declared(&self, map: &Map) -> Option<TypeIndex> {
        map.value.filter(|&ty| {
            let kind = self.layouts.get(ty).map(|ty| &ty.kind);
            matches!(kind, Some(TypeKind::Struct(_) | TypeKind::Union(_)))
        })
    }

    fn check_stack_trace(&self, trace: &StackTrace, record: Option<TypeIndex>) -> Result<(), Error> {
        let Some(ty) = record.and_then(|ty| self.layouts.get(ty)) else {
            return Ok(());
        };
        let TypeKind::Struct(members) = &ty.kind else {
            return Ok(());
        };
        let wanted = [
            ("pid", &trace.pid),
            ("cpu_id", &trace.cpu_id),
            ("comm", &trace.comm),
            ("kstack_sz", &trace.kstack_sz),
            ("ustack_sz", &trace.ustack_sz),
            ("kstack", &trace.kstack),
            ("ustack", &trace.ustack),
        ];
        for (role, name) in wanted {
            if !members.iter().any(|member| member.name == *name) {
                let known = members.iter().map(|member| member.name.as_str());
                return Err(Error::field(format!(
                    "struct {:?} has no member {:?}, only {}",
                    ty.name,
                    shortened(name),
                    super::list(known)
                ))
                .at(role));
            }
        }
        Ok(())
    }

    /// What can count lost events: `u64` variables of `.bss` that the package lists, per-CPU arrays of one `u64`.
    fn counters(&self, maps: &[Option<ObjectMap>]) -> Vec<String> {
        let unsigned = TypeKind::Int { signed: false };
        let counts = |ty: TypeIndex| {
            self.layouts
                .get(ty)
                .is_some_and(|ty| ty.size == 8 && ty.kind == unsigned)
        };
        let variables = self
            .variables
            .iter()
            .filter(|variable| variable.section == ".bss" && counts(variable.ty))
            .map(|variable| variable.name.clone());
        let arrays = maps
            .iter()
            .flatten()
            .filter(|map| map.kind == kind::PERCPU_ARRAY && map.max_entries == 1 && self.value_size(map) == 8)
            .map(|map| map.name.clone());
        variables.chain(arrays).collect()
    }

    fn value_size(&self, map: &ObjectMap) -> u32 {
        let declared = map.value.and_then(|id| self.btf.get(self.btf.peel(id).ok()?).ok());
        match map.value_size {
            0 => declared.map_or(0, |ty| ty.size_or_type),
            size => size,
        }
    }
}

/// The map that a package's entry means: by its identifier, else by the name that the kernel shows, which is cut.
fn find(maps: &[Option<ObjectMap>], meta: &MapMeta<'_>) -> Option<usize> {
    let position = |matches: &dyn Fn(&ObjectMap) -> bool| maps.iter().position(|map| map.as_ref().is_some_and(matches));
    if let Some(wanted) = meta.ident {
        return position(&|map| map.name == wanted);
    }
    let name = meta.name?;
    position(&|map| map.name == name)
        .or_else(|| {
            // `opensnoo.rodata`: the object's name, cut, and the section.
            let section = ident(name.get(name.find('.')?..)?);
            position(&|map| map.section.is_some() && map.name == section)
        })
        .or_else(|| {
            let cut = name.len() == KERNEL_NAME;
            position(&|map| cut && map.name.starts_with(name))
        })
}

/// A map that the object lacks does no harm as long as nothing is asked of it.
fn check_unused(meta: &MapMeta<'_>, taken: &[Map], left: &[Option<ObjectMap>]) -> Result<(), Error> {
    let asked = meta.sample.is_some()
        || !matches!(meta.export, ExportConfig::NoExport)
        || meta.lost.is_some()
        || meta.stack_trace.is_some()
        || !meta.data.is_empty();
    if !asked {
        return Ok(());
    }
    let name = meta.ident.or(meta.name).unwrap_or_default();
    if taken.iter().any(|map| map.name == name) {
        return Err(Error::field(format!("the map {:?} is listed twice", shortened(name))));
    }
    let known = taken.iter().map(|map| map.name.as_str());
    let others = left.iter().flatten().map(|map| map.name.as_str());
    Err(Error::field(format!(
        "the object has no map {:?}, only {}",
        shortened(name),
        super::list(known.chain(others))
    )))
}

fn is_buffer(kind: u32) -> bool {
    matches!(kind, kind::RINGBUF | kind::PERF_EVENT_ARRAY)
}

fn counter(name: &str, counters: &[String]) -> Result<String, Error> {
    if counters.iter().any(|counter| counter == name) {
        return Ok(name.to_owned());
    }
    Err(Error::field(format!(
        "{:?} is neither a u64 variable of .bss nor a per-CPU array of one u64, only {} could be",
        shortened(name),
        super::list(counters.iter().map(String::as_str))
    )))
}
