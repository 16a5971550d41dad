//! What `@sample` asks for against the types of maps.

use package::{Description, SampleKind, TypeIndex, TypeKind, Types};

use super::place::Place;
use crate::error::Result;
use crate::source::SourceFile;
use crate::source::comment::Item;

/// What a histogram counts in.
const SLOTS: &str = "slots";

/// Checks that there is something to count in where a histogram is asked for.
pub(super) fn check(items: &[(Place, Item)], source: &SourceFile, description: &Description) -> Result<()> {
    for (place, item) in items.iter().filter(|(_, item)| item.key == "sample") {
        let Some(map) = description.maps.iter().find(|map| map.name == place.name) else {
            continue;
        };
        let kind = map.sample.as_ref().map(|sample| &sample.kind);
        if matches!(kind, None | Some(SampleKind::KeyValue)) {
            continue;
        }
        // Without a type nothing is shown, and that is told where it is run.
        let Some(value) = map.record.or(map.value) else {
            continue;
        };
        if !counts(&description.types, value) {
            let message = format!(
                "@sample: a histogram needs an array of counts, and the value of {} has none",
                map.name
            );
            return Err(source
                .error_at(item.place("type"), &message)
                .with_hint(format!("give its struct a member such as `__u32 {SLOTS}[32]`")));
        }
    }
    Ok(())
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
