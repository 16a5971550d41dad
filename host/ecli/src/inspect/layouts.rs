//! How types lie in memory.

use std::collections::BTreeSet;

use package::{Description, Member, TypeIndex, TypeKind, Types};

/// Rows of one table: a hostile type could have any number, and nobody reads that many.
const ROWS: usize = 500;

/// What a type is called in C; an anonymous one is `struct {...}`.
pub(super) fn type_text(types: &Types, ty: TypeIndex) -> String {
    let Some(ty) = types.get(ty) else { return "?".into() };
    let keyword = match ty.kind {
        TypeKind::Struct(_) => "struct",
        TypeKind::Union(_) => "union",
        TypeKind::Enum { .. } => "enum",
        _ => return ty.name.clone(),
    };
    let name = if ty.name.is_empty() { "{...}" } else { &ty.name };
    format!("{keyword} {name}")
}

/// The structs, unions and enums of which events consist: what the records of maps are, then what those contain.
pub(super) fn exported(description: &Description) -> Vec<TypeIndex> {
    let types = &description.types;
    let mut open = Vec::new();
    for map in &description.maps {
        open.extend(map.record);
        if map.sample.is_some() {
            open.extend([map.key, map.value].into_iter().flatten());
        }
    }
    open.reverse();
    let (mut seen, mut found) = (BTreeSet::new(), Vec::new());
    while let Some(index) = open.pop() {
        let Some(ty) = types.get(index).filter(|_| seen.insert(index)) else {
            continue;
        };
        match &ty.kind {
            TypeKind::Array { element, .. } => open.push(*element),
            TypeKind::Struct(members) | TypeKind::Union(members) => {
                found.push(index);
                open.extend(members.iter().rev().map(|member| member.ty));
            }
            TypeKind::Enum { .. } => found.push(index),
            _ => {}
        }
    }
    found
}

/// Offset, size, type and name of each member. Anonymous structs and unions inside are shown as they lie, with all that they have.
pub(super) fn rows(types: &Types, members: &[Member]) -> Vec<[String; 4]> {
    let mut rows = Vec::new();
    add_rows(types, members, 0, "", &mut rows);
    if rows.len() > ROWS {
        rows.truncate(ROWS);
        rows.push(["...".into(), String::new(), String::new(), String::new()]);
    }
    rows
}

fn add_rows(types: &Types, members: &[Member], base: u32, prefix: &str, rows: &mut Vec<[String; 4]>) {
    for member in members {
        if rows.len() > ROWS {
            return;
        }
        let bits = base.saturating_add(member.bit_offset);
        let (offset, size) = match member.bits {
            0 => ((bits / 8).to_string(), size_of_type(types, member.ty).to_string()),
            width => (format!("{}:{}", bits / 8, bits % 8), format!("{width} bit")),
        };
        let name = format!("{prefix}{}", member.name);
        rows.push([offset, size, type_text(types, member.ty), name.clone()]);
        let Some(ty) = types.get(member.ty).filter(|ty| ty.name.is_empty()) else {
            continue;
        };
        if let TypeKind::Struct(inner) | TypeKind::Union(inner) = &ty.kind {
            let prefix = if member.name.is_empty() {
                prefix.to_owned()
            } else {
                format!("{name}.")
            };
            add_rows(types, inner, bits, &prefix, rows);
        }
    }
}

/// Bytes of a type.
pub(super) fn size_of_type(types: &Types, ty: TypeIndex) -> u32 {
    types.get(ty).map_or(0, |ty| ty.size)
}
