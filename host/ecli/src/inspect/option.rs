//! The option that a variable has on the tool's command line, as the default args component makes it. That one also settles who gets a
//! name that two variables want.

use package::{Description, TypeIndex, TypeKind, Variable};

/// `-p, --pid`: what a user types.
pub(super) fn spelling(variable: &Variable, description: &Description) -> Option<String> {
    let long = format!("--{}", long(variable, description)?);
    let short = variable.argument.as_ref().and_then(|argument| argument.short);
    Some(short.map_or_else(|| long.clone(), |short| format!("-{short}, {long}")))
}

/// The long name without dashes.
pub(super) fn long(variable: &Variable, description: &Description) -> Option<String> {
    let argument = variable.argument.as_ref();
    // Where a program counts, nobody sets anything unless the author says so.
    let state = variable.section.starts_with(".bss") && argument.is_none();
    if variable.hidden || state || !can_be_typed(variable.ty, description) {
        return None;
    }
    let asked = argument.and_then(|argument| argument.long.as_deref());
    Some(
        asked
            .map_or(variable.name.as_str(), |long| long.trim_start_matches('-'))
            .to_owned(),
    )
}

/// Numbers, names and text, and lists of them.
fn can_be_typed(ty: TypeIndex, description: &Description) -> bool {
    match description.types.get(ty).map(|ty| &ty.kind) {
        Some(TypeKind::Array { element, count }) => *count > 0 && can_be_typed(*element, description),
        Some(TypeKind::Struct(_) | TypeKind::Union(_) | TypeKind::Pointer | TypeKind::Opaque) | None => false,
        Some(_) => true,
    }
}
