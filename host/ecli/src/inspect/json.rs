//! A package for programs: one object, all of it.

use package::{Map, Member, Program, SampleKind, TypeIndex, TypeKind, Types, Variable};
use runtime::{Kept, Places, names};
use serde_json::{Value, json};

use super::facts::{self, Facts, Object};
use super::layouts::{exported, size_of_type, type_text};
use super::option;

/// All of it.
pub(super) fn package(facts: &Facts<'_>) -> Value {
    let (description, needs) = (facts.description, &facts.needs);
    let doc = &description.doc;
    let types = &description.types;
    json!({
        "kind": "package",
        "name": description.name,
        "doc": {
            "version": doc.version,
            "brief": doc.brief,
            "description": doc.description,
            "details": doc.details,
        },
        "format": "0.3",
        "eunomia_version": facts.claimed_version(),
        "size": facts.file.size,
        "digest": facts.file.digest.to_string(),
        "objects": facts.objects.iter().map(object).collect::<Vec<_>>(),
        "kernel": {
            "license": needs.license,
            "needs_btf": needs.btf.relocations > 0 || needs.btf.kernel.is_some(),
            "core_relocations": needs.btf.relocations,
            "btf_of_its_own_for": needs.btf.kernel,
            "configuration": needs.configuration,
            "variables": needs.variables,
            "kernels_with_btf": facts.kernels,
        },
        "keeps_capabilities": Kept::for_package(description, &Places::default(), true).names().collect::<Vec<_>>(),
        "programs": description.programs.iter().map(|it| program(it, facts)).collect::<Vec<_>>(),
        "maps": description.maps.iter().map(|it| map(it, types)).collect::<Vec<_>>(),
        "variables": description.variables.iter().map(|it| variable(it, facts)).collect::<Vec<_>>(),
        "types": exported(description).into_iter().filter_map(|it| layout(it, types)).collect::<Vec<_>>(),
        "print_header": description.print_header,
        "poll_timeout_ms": description.poll_timeout_ms,
        "perf_buffer_pages": description.perf_buffer_pages,
    })
}

fn object(of: &Object<'_>) -> Value {
    json!({ "architecture": of.architecture, "size": of.size, "digest": of.digest.to_string() })
}

fn program(of: &Program, facts: &Facts<'_>) -> Value {
    let code = facts.code(of);
    json!({
        "name": of.name,
        "type": facts::program_type(of),
        "section": of.section,
        "attach": facts::hook(of),
        "link": of.link,
        "instructions": code.map(|code| code.instructions),
        "helpers": code.map(facts::helpers),
        "kfuncs": code.map(facts::kfuncs),
        "subprograms": code.map(|code| &code.subprograms),
        "options": of.options,
    })
}

fn map(of: &Map, types: &Types) -> Value {
    let part = |ty: Option<TypeIndex>, size: u32| json!({ "size": size, "type": ty.map(|ty| type_text(types, ty)) });
    let sample = of.sample.as_ref().map(|sample| {
        let kind = match sample.kind {
            SampleKind::Log2Histogram => "log2_hist",
            SampleKind::LinearHistogram { .. } => "linear_hist",
            SampleKind::KeyValue => "default_kv",
        };
        json!({ "interval_ms": sample.interval_ms, "type": kind, "unit": sample.unit, "clear": sample.clear })
    });
    let entries = of.data.iter().map(|(key, value)| json!({ "key": key, "value": value }));
    json!({
        "name": of.name,
        "kind": facts::map_kind(of),
        "key": part(of.key, of.key_size),
        "value": part(of.value, of.value_size),
        "max_entries": of.max_entries,
        "flags": names::map_flags(of.flags),
        "pinned": of.pinned,
        "hidden": of.hidden,
        "source": facts::source(of),
        "record": of.record.map(|ty| json!({ "size": size_of_type(types, ty), "type": type_text(types, ty) })),
        "sample": sample,
        "stack_traces": of.stack_trace.is_some(),
        "lost": of.lost,
        "entries": entries.collect::<Vec<_>>(),
    })
}

fn variable(of: &Variable, facts: &Facts<'_>) -> Value {
    let argument = of.argument.as_ref();
    let option = option::long(of, facts.description).map(|long| {
        json!({
            "long": long,
            "short": argument.and_then(|argument| argument.short).map(String::from),
            "help": argument.and_then(|argument| argument.help.as_deref()),
        })
    });
    json!({
        "name": of.name,
        "type": of.type_name,
        "section": of.section,
        "size": of.size,
        "read_only": of.read_only,
        "default": facts.default(of),
        "description": of.description,
        "option": option,
        "hidden": of.hidden,
    })
}

/// A type of which events consist.
fn layout(index: TypeIndex, types: &Types) -> Option<Value> {
    let ty = types.get(index)?;
    let mut layout = json!({ "index": index, "type": type_text(types, index), "size": ty.size });
    let (key, list): (&str, Vec<Value>) = match &ty.kind {
        TypeKind::Struct(members) | TypeKind::Union(members) => {
            ("members", members.iter().map(|it| member(it, types)).collect())
        }
        TypeKind::Enum { signed, values } => {
            let number = |value: u64| {
                if *signed {
                    json!(value.cast_signed())
                } else {
                    json!(value)
                }
            };
            let values = values.iter();
            (
                "values",
                values
                    .map(|(name, value)| json!({ "name": name, "value": number(*value) }))
                    .collect(),
            )
        }
        _ => return None,
    };
    layout.as_object_mut()?.insert(key.into(), list.into());
    Some(layout)
}

/// Bit fields have bits in place of bytes.
fn member(of: &Member, types: &Types) -> Value {
    let mut member = json!({
        "name": of.name,
        "offset": of.bit_offset / 8,
        "size": size_of_type(types, of.ty),
        "type": type_text(types, of.ty),
    });
    if let Some(fields) = member.as_object_mut() {
        if of.bits > 0 {
            fields.insert("bit_offset".into(), (of.bit_offset % 8).into());
            fields.insert("bits".into(), of.bits.into());
        }
        if let Some(index) = inner(of.ty, types) {
            fields.insert("index".into(), index.into());
        }
    }
    member
}

/// The entry of `types` that a member, or the elements of a member, are.
fn inner(mut index: TypeIndex, types: &Types) -> Option<TypeIndex> {
    loop {
        match &types.get(index)?.kind {
            TypeKind::Array { element, .. } => index = *element,
            TypeKind::Struct(_) | TypeKind::Union(_) | TypeKind::Enum { .. } => return Some(index),
            _ => return None,
        }
    }
}
