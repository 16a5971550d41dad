//! C types by the dozen: whatever a stream of bytes stands for.

use super::{
    ARRAY, Btf, CONST, ENUM, ENUM64, FLAG, FLOAT, INT, POINTER, RESTRICT, STRUCT, TYPE_TAG, TYPEDEF, UNION, VOLATILE,
};

/// Decisions, one a byte; 0 once there are no more.
pub(crate) struct Choices<'a>(pub(crate) &'a [u8]);

impl Choices<'_> {
    pub(crate) fn next(&mut self) -> u8 {
        let (first, rest) = self.0.split_first().unwrap_or((&0, &[]));
        self.0 = rest;
        *first
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: u8) -> u8 {
        self.next() % end
    }
}

/// What a type may be made of.
#[derive(Clone, Copy)]
pub(crate) struct Allowed {
    /// Levels of types in types.
    pub(crate) depth: u8,
    /// Pointers cannot be set.
    pub(crate) pointers: bool,
}

/// Adds a type that the choices stand for. Its ID and bytes.
pub(crate) fn add_type(btf: &mut Btf, choices: &mut Choices<'_>, allowed: Allowed) -> (u32, u32) {
    let kinds = if allowed.depth == 0 { 5 } else { 10 };
    let inner = Allowed {
        depth: allowed.depth.saturating_sub(1),
        ..allowed
    };
    match choices.below(kinds) {
        0 => integer(btf, choices),
        1 => (btf.add("char", INT, 0, 1, &[(1 << 24) | 8]), 1),
        2 => (btf.add("_Bool", INT, 0, 1, &[(4 << 24) | 8]), 1),
        3 if allowed.pointers => (btf.add("", POINTER, 0, 0, &[]), 8),
        3 => {
            let size = 4 << choices.below(2);
            (btf.add("real", FLOAT, 0, size, &[]), size)
        }
        4 => enumeration(btf, choices),
        5 | 6 => {
            let (element, size) = add_type(btf, choices, inner);
            let count = u32::from(choices.below(5)) + 1;
            (btf.add("", ARRAY, 0, 0, &[element, element, count]), size * count)
        }
        7 => union(btf, choices, inner),
        8 => {
            let (id, size) = add_type(btf, choices, inner);
            let kinds = [TYPEDEF, CONST, VOLATILE, RESTRICT, TYPE_TAG];
            let kind = kinds[usize::from(choices.below(5))];
            (btf.add("renamed", kind, 0, id, &[]), size)
        }
        _ => structure(btf, choices, inner),
    }
}

fn integer(btf: &mut Btf, choices: &mut Choices<'_>) -> (u32, u32) {
    let size = 1 << choices.below(5);
    let signed = u32::from(choices.below(2));
    (btf.add("integer", INT, 0, size, &[(signed << 24) | (size * 8)]), size)
}

fn enumeration(btf: &mut Btf, choices: &mut Choices<'_>) -> (u32, u32) {
    let (size, flag) = (1 << choices.below(4), u32::from(choices.below(2)) * FLAG);
    let count = u32::from(choices.below(4));
    let mut entries = Vec::new();
    for index in 0..count {
        let value = u32::from(choices.next());
        // Below zero or large, as the type has room for.
        let value = if size == 4 && value > 200 {
            value.wrapping_neg()
        } else {
            value & 0x7f
        };
        entries.extend([btf.name(&format!("E{}_{index}", btf.count)), value]);
        if size == 8 {
            entries.push(u32::from(choices.next() & 0x7f));
        }
    }
    let kind = if size == 8 { ENUM64 } else { ENUM };
    (btf.add("mode", kind | flag, count, size, &entries), size)
}

/// Members have names that no other type's have, so that those of anonymous structs are nobody else's.
fn member_name(btf: &mut Btf, choices: &mut Choices<'_>, anonymous: bool) -> u32 {
    if anonymous && choices.below(4) == 0 {
        return 0;
    }
    btf.name(&format!("m{}_{}", btf.count, choices.0.len()))
}

fn structure(btf: &mut Btf, choices: &mut Choices<'_>, inner: Allowed) -> (u32, u32) {
    let (mut members, mut end) = (Vec::new(), 0);
    for _ in 0..=choices.below(4) {
        if choices.below(3) == 0 {
            end += bit_fields(btf, choices, &mut members, end);
            continue;
        }
        let (ty, size) = add_type(btf, choices, inner);
        let name = member_name(btf, choices, inner.depth > 0);
        members.extend([name, ty, end * 8]);
        end += size;
    }
    let count = members.len() as u32 / 3;
    (btf.add("record", STRUCT | FLAG, count, end, &members), end)
}

/// Two fields that share an integer at the byte `start`. How many bytes that has.
fn bit_fields(btf: &mut Btf, choices: &mut Choices<'_>, members: &mut Vec<u32>, start: u32) -> u32 {
    let (ty, size) = integer(btf, choices);
    let bits = size * 8;
    let first = u32::from(choices.next()) % (bits - 1) + 1;
    for (width, offset) in [(first, 0), (bits - first, first)] {
        let name = btf.name(&format!("b{}_{}_{offset}", btf.count, choices.0.len()));
        members.extend([name, ty, (width << 24) | (start * 8 + offset)]);
    }
    size
}

fn union(btf: &mut Btf, choices: &mut Choices<'_>, inner: Allowed) -> (u32, u32) {
    let (mut members, mut largest) = (Vec::new(), 0);
    for _ in 0..=choices.below(3) {
        let (ty, size) = add_type(btf, choices, inner);
        let name = member_name(btf, choices, inner.depth > 0);
        members.extend([name, ty, 0]);
        largest = largest.max(size);
    }
    let count = members.len() as u32 / 3;
    (btf.add("either", UNION, count, largest, &members), largest)
}
