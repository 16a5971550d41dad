//! What `@sample` and `@intepreter` ask for against the kinds and types of maps.

use package::{Description, Map, SampleKind, TypeIndex, TypeKind, Types};

use super::place::Place;
use crate::error::Result;
use crate::exports::is_buffer;
use crate::source::SourceFile;
use crate::source::comment::Item;

/// What a histogram counts in.
const SLOTS: &str = "slots";

/// Checks what is asked of each map.
pub(super) fn check(items: &[(Place, Item)], source: &SourceFile, description: &Description) -> Result<()> {
    for (place, item) in items {
        let Some(map) = description.maps.iter().find(|map| map.name == place.name) else {
            continue;
        };
        match item.key.as_str() {
            "sample" => check_sample(source, item, map, &description.types)?,
            "intepreter" => check_stack_trace(source, item, map)?,
            _ => {}
        }
    }
    Ok(())
}

/// There must be something to count in where a histogram is asked for.
fn check_sample(source: &SourceFile, item: &Item, map: &Map, types: &Types) -> Result<()> {
    let kind = map.sample.as_ref().map(|sample| &sample.kind);
    // Without a type nothing is shown, and that is told where it is run.
    let (Some(value), false) = (
        map.record.or(map.value),
        matches!(kind, None | Some(SampleKind::KeyValue)),
    ) else {
        return Ok(());
    };
    if counts(types, value) {
        return Ok(());
    }
    let message = format!(
        "@sample: a histogram needs an array of counts, and the value of {} has none",
        map.name
    );
    Err(source
        .error_at(item.place("type"), &message)
        .with_hint(format!("give its struct a member such as `__u32 {SLOTS}[32]`")))
}

/// Stack traces come as records.
fn check_stack_trace(source: &SourceFile, item: &Item, map: &Map) -> Result<()> {
    if map.stack_trace.is_none() || is_buffer(map.kind) {
        return Ok(());
    }
    let message = format!(
        "@intepreter: stack traces are records of a ring or perf buffer, and {} is none",
        map.name
    );
    Err(source
        .error_at(item.place("stack_trace"), &message)
        .with_hint("send a record with the addresses that bpf_get_stack() writes; examples/profile does"))
}

/// Whether a value is an array of unsigned integers, or has one as its member `slots`.
fn counts(types: &Types, value: TypeIndex) -> bool {
    match types.get(value).map(|ty| &ty.kind) {
        Some(TypeKind::Array { element, .. }) => {
            matches!(
                types.get(*element).map(|ty| &ty.kind),
                Some(TypeKind::Int { signed: false } | TypeKind::Char)
            )
        }
        Some(TypeKind::Struct(members) | TypeKind::Union(members)) => {
            members.iter().any(|member| match member.name.as_str() {
                SLOTS => {
                    matches!(types.get(member.ty).map(|ty| &ty.kind), Some(TypeKind::Array { .. }))
                        && counts(types, member.ty)
                }
                // Its members stand among those of the outer one.
                "" => counts(types, member.ty),
                _ => false,
            })
        }
        _ => false,
    }
}
