//! Names without their flavor, and the types of a kernel that have one of those an object asks for.

use std::collections::HashMap;

use crate::btf::{Btf, Kind, Raw};
use crate::error::Error;
use crate::limits;

/// The part of a name before its flavor: `task_struct` of `task_struct___old`. As libbpf's `bpf_core_essential_name_len`.
pub(super) fn essential(name: &[u8]) -> &[u8] {
    let flavor = name
        .windows(5)
        .rposition(|window| matches!(window, [before, b'_', b'_', b'_', after] if *before != b'_' && *after != b'_'));
    flavor.and_then(|at| name.get(..=at)).unwrap_or(name)
}

/// Whether a type of the object may be relocated to one of the kernel, by their kinds: `btf_kind_core_compat`.
pub(super) fn same_kind(one: &Raw<'_>, other: &Raw<'_>) -> bool {
    one.kind == other.kind || one.is_enum() && other.is_enum()
}

/// A type that relocations of an object begin at.
pub(super) struct Root<'a> {
    pub(super) id: u32,
    pub(super) name: &'a [u8],
    pub(super) ty: Raw<'a>,
    /// The types of the kernel that it may be relocated to, by ascending ID.
    pub(super) candidates: Vec<u32>,
}

impl<'a> Root<'a> {
    pub(super) fn new(id: u32, btf: &Btf<'a>) -> Result<Self, Error> {
        let ty = btf.raw(id)?;
        let relocatable = matches!(
            ty.kind,
            Kind::Int
                | Kind::Struct
                | Kind::Union
                | Kind::Enum
                | Kind::Enum64
                | Kind::Forward
                | Kind::Typedef
                | Kind::Float
        );
        let name = essential(btf.bytes(ty.name)?);
        if name.is_empty() || !relocatable {
            return Err(Error::object(format!(
                "a relocation is of BTF type {id}, which has no name to look for"
            )));
        }
        Ok(Self {
            id,
            name,
            ty,
            candidates: Vec::new(),
        })
    }
}

/// Finds the candidates of all roots in one pass over the kernel's types.
///
/// Gives back the type that tells libbpf how large a pointer is, where it is not 8 bytes.
pub(super) fn find_candidates(roots: &mut [Root<'_>], kernel: &Btf<'_>) -> Result<Option<u32>, Error> {
    let mut by_name: HashMap<&[u8], Vec<usize>> = HashMap::new();
    let mut kinds = 0_u32;
    // Nearly all names are not asked for: the first two bytes say so for most.
    let mut beginnings = vec![false; 1 << 16];
    for (index, root) in roots.iter().enumerate() {
        by_name.entry(root.name).or_default().push(index);
        kinds |= 1 << root.ty.kind as u32;
        if root.ty.is_enum() {
            kinds |= 1 << Kind::Enum as u32 | 1 << Kind::Enum64 as u32;
        }
        let second = root.name.get(1).copied();
        for second in second.map_or([0, b'_'], |second| [second, second]) {
            set(&mut beginnings, root.name.first().copied().unwrap_or(0), second);
        }
    }
    let mut found: Vec<(usize, u32)> = Vec::new();
    let (mut long, mut short_pointers) = (None, false);
    for (id, ty) in kernel.all() {
        if ty.kind == Kind::Int && matches!(ty.size_or_type, 4 | 8) && is_long(kernel.bytes(ty.name)?) {
            long = long.or(Some(id));
            short_pointers |= ty.size_or_type == 4;
        }
        if kinds & 1 << ty.kind as u32 == 0 || ty.name == 0 {
            continue;
        }
        let begins = kernel
            .beginning(ty.name)
            .is_some_and(|beginning| beginnings.get(usize::from(beginning)) == Some(&true));
        if !begins {
            continue;
        }
        for &root in by_name.get(essential(kernel.bytes(ty.name)?)).into_iter().flatten() {
            if roots.get(root).is_some_and(|root| same_kind(&root.ty, &ty)) {
                found.push((root, id));
            }
        }
        if found.len() > limits::CORE_STEPS as usize {
            return Err(super::too_much());
        }
    }
    for (root, id) in found {
        if let Some(root) = roots.get_mut(root) {
            root.candidates.push(id);
        }
    }
    Ok(long.filter(|_| short_pointers))
}

/// Whether a name is one of those that C allows for `long` and `unsigned long`: libbpf's `determine_ptr_size`.
fn is_long(name: &[u8]) -> bool {
    let Ok(name) = std::str::from_utf8(name) else {
        return false;
    };
    let count = |word| name.split(' ').filter(|&part| part == word).count();
    let (long, int, unsigned) = (count("long"), count("int"), count("unsigned"));
    long == 1 && int <= 1 && unsigned <= 1 && long + int + unsigned == name.split(' ').count()
}

fn set(beginnings: &mut [bool], first: u8, second: u8) {
    if let Some(beginning) = beginnings.get_mut(usize::from(u16::from_ne_bytes([first, second]))) {
        *beginning = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flavor_is_what_follows_three_underscores_and_no_fourth() {
        for (name, expected) in [
            ("task_struct", "task_struct"),
            ("task_struct___old", "task_struct"),
            ("a___b___c", "a___b"),
            ("a____b", "a____b"),
            ("___b", "___b"),
            ("a___", "a___"),
            ("", ""),
            ("x___y", "x"),
        ] {
            assert_eq!(essential(name.as_bytes()), expected.as_bytes(), "{name}");
        }
    }
}
