//! The types of an object, without those that only served to keep others.
//!
//! The format is that of the kernel's Documentation/bpf/btf.rst.

use std::collections::HashSet;

use object::Endianness;

use super::strings::{Strings, string};
use super::words;

const PTR: u32 = 2;
const ARRAY: u32 = 3;
const STRUCT: u32 = 4;
const UNION: u32 = 5;
const ENUM: u32 = 6;
const FWD: u32 = 7;
const FUNC_PROTO: u32 = 13;
const VAR: u32 = 14;
const DATASEC: u32 = 15;
const DECL_TAG: u32 = 17;
const ENUM64: u32 = 19;

/// Kinds whose third word is another type: pointers, typedefs, qualifiers, functions and their types, variables, tags.
const REFERRING: [u32; 10] = [PTR, 8, 9, 10, 11, 12, FUNC_PROTO, VAR, DECL_TAG, 18];

/// Words of `struct btf_header`, and of `struct btf_type`.
const HEADER: usize = 6;
const TYPE: usize = 3;

/// The types of an object.
pub(super) struct Btf<'a> {
    /// The words of each type; the first has the ID 1.
    types: Vec<Vec<u32>>,
    strings: &'a [u8],
}

impl<'a> Btf<'a> {
    /// `None` if it is not what clang writes.
    pub(super) fn read(bytes: &'a [u8], endian: Endianness) -> Option<Self> {
        let all = words::read(bytes, endian)?;
        let header = words::at(&all, 1)?;
        let part = |offset: usize| {
            let start = header.checked_add(words::at(&all, offset)?)?;
            Some(start..start.checked_add(words::at(&all, offset + 1)?)?)
        };
        let (types, strings) = (part(2)?, bytes.get(part(4)?)?);
        if types.start % 4 != 0 || types.end % 4 != 0 {
            return None;
        }
        let mut left = all.get(types.start / 4..types.end / 4)?;
        let mut types = Vec::new();
        while !left.is_empty() {
            let (one, rest) = left.split_at_checked(length(left)?)?;
            types.push(one.to_vec());
            left = rest;
        }
        Some(Self { types, strings })
    }

    /// A string of its table.
    pub(super) fn string(&self, offset: u32) -> Option<&'a [u8]> {
        string(self.strings, offset)
    }

    /// Leaves out a data section, its variables, and the pointers and declarations that only they use. Says which ID each type has
    /// now, by the one it had.
    pub(super) fn leave_out(&mut self, section: &[u8]) -> Vec<u32> {
        let is_section =
            |one: &[u32]| kind(one) == DATASEC && one.first().and_then(|name| self.string(*name)) == Some(section);
        let mut out: HashSet<u32> = self
            .ids()
            .filter(|(_, one)| is_section(one))
            .map(|(id, _)| id)
            .collect();
        let mut candidates: Vec<u32> = out.iter().copied().collect();
        while let Some(id) = candidates.pop() {
            for next in self.get(id).into_iter().flat_map(references) {
                let goes = matches!(self.get(next).map(kind), Some(VAR | PTR | FWD));
                let used = || {
                    self.ids()
                        .any(|(user, one)| !out.contains(&user) && references(one).contains(&next))
                };
                if goes && !out.contains(&next) && !used() {
                    out.insert(next);
                    candidates.push(next);
                }
            }
        }
        let mut last = 0;
        let mut renumbered = vec![0];
        for id in self.ids().map(|(id, _)| id) {
            last += u32::from(!out.contains(&id));
            renumbered.push(if out.contains(&id) { 0 } else { last });
        }
        let mut id = 0;
        self.types.retain(|_| {
            id += 1;
            !out.contains(&id)
        });
        for one in &mut self.types {
            for slot in slots(one).types {
                if let Some(word) = one.get_mut(slot) {
                    *word = renumber(&renumbered, *word);
                }
            }
        }
        renumbered
    }

    /// The types' words, with their strings in the new table.
    pub(super) fn write_types(&self, strings: &mut Strings) -> Option<Vec<u32>> {
        let mut written = Vec::new();
        for one in &self.types {
            let mut one = one.clone();
            for slot in slots(&one).strings {
                let word = one.get_mut(slot)?;
                *word = strings.add(self.string(*word)?)?;
            }
            written.extend(one);
        }
        Some(written)
    }

    fn ids(&self) -> impl Iterator<Item = (u32, &[u32])> {
        (1..).zip(self.types.iter().map(Vec::as_slice))
    }

    fn get(&self, id: u32) -> Option<&[u32]> {
        let index = usize::try_from(id.checked_sub(1)?).ok()?;
        self.types.get(index).map(Vec::as_slice)
    }
}

/// `.BTF` of types and strings.
pub(super) fn assemble(types: &[u32], strings: &Strings, endian: Endianness) -> Option<Vec<u8>> {
    let header = u32::try_from(HEADER * 4).ok()?;
    let types_length = u32::try_from(types.len() * 4).ok()?;
    let strings_length = u32::try_from(strings.table().len()).ok()?;
    let first = words::first(endian);
    let header = [first, header, 0, types_length, types_length, strings_length];
    let mut bytes = words::write(&header, endian);
    bytes.extend(words::write(types, endian));
    bytes.extend_from_slice(strings.table());
    Some(bytes)
}

/// The ID that a type has now; types that do not exist stay what they are.
pub(super) fn renumber(renumbered: &[u32], id: u32) -> u32 {
    let index = usize::try_from(id).unwrap_or(usize::MAX);
    renumbered.get(index).copied().unwrap_or(id)
}

fn kind(one: &[u32]) -> u32 {
    one.get(1).map_or(0, |info| info >> 24 & 0x1f)
}

/// Members, parameters, enumerators or entries, as many as the type has.
fn count(one: &[u32]) -> usize {
    one.get(1).map_or(0, |info| (info & 0xffff) as usize)
}

/// Words of one of those.
fn step(kind: u32) -> usize {
    match kind {
        STRUCT | UNION | DATASEC | ENUM64 => 3,
        ENUM | FUNC_PROTO => 2,
        _ => 0,
    }
}

/// Words of the type that starts here, or `None` if its kind is not known.
fn length(left: &[u32]) -> Option<usize> {
    const INT: u32 = 1;
    const LAST: u32 = ENUM64;
    let kind = Some(kind(left)).filter(|kind| (INT..=LAST).contains(kind))?;
    let fixed = match kind {
        INT | VAR | DECL_TAG => 1,
        ARRAY => 3,
        _ => 0,
    };
    Some(TYPE + fixed + step(kind) * count(left))
}

/// Which words of a type are offsets of strings, and which are IDs of types.
#[derive(Default)]
struct Slots {
    strings: Vec<usize>,
    types: Vec<usize>,
}

fn slots(one: &[u32]) -> Slots {
    let kind = kind(one);
    let each = (0..count(one)).map(|number| TYPE + number * step(kind));
    let mut slots = Slots {
        strings: vec![0],
        types: Vec::new(),
    };
    if REFERRING.contains(&kind) {
        slots.types.push(2);
    }
    match kind {
        ARRAY => slots.types.extend([TYPE, TYPE + 1]),
        STRUCT | UNION | FUNC_PROTO => {
            slots.types.extend(each.clone().map(|start| start + 1));
            slots.strings.extend(each);
        }
        ENUM | ENUM64 => slots.strings.extend(each),
        DATASEC => slots.types.extend(each),
        _ => {}
    }
    slots
}

fn references(one: &[u32]) -> Vec<u32> {
    slots(one)
        .types
        .into_iter()
        .filter_map(|slot| one.get(slot).copied())
        .collect()
}
