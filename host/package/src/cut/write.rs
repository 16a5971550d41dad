//! Writing BTF that has nothing but what was looked at.
//!
//! Types keep their order, sizes, offsets and the names that decide something. Typedefs and qualifiers inside are left out: what they
//! lead to is referred to directly. What was not looked at is `void`.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::marks::{Mark, Marks};
use super::too_much;
use crate::btf::{Btf, Kind, MAGIC, Raw};
use crate::error::Error;

/// Bytes of the header.
const HEADER: u32 = 24;

/// The cut as the contents of a BTF file.
pub(super) fn write(kernel: &Btf<'_>, marks: &Marks) -> Result<Vec<u8>, Error> {
    let kept = reachable(kernel, marks)?;
    let mut writer = Writer {
        kernel,
        ids: numbers(kernel, &kept)?,
        written: 0,
        types: Vec::new(),
        strings: vec![0],
        names: HashMap::new(),
    };
    for (&id, mark) in &kept {
        writer.append(id, mark)?;
    }
    let length = |bytes: &[u8]| u32::try_from(bytes.len()).map_err(|_| too_much());
    let (types, strings) = (length(&writer.types)?, length(&writer.strings)?);
    let mut bytes = Vec::with_capacity(HEADER as usize + writer.types.len() + writer.strings.len());
    bytes.extend_from_slice(&MAGIC.to_ne_bytes());
    // Version 1, no flags.
    bytes.extend_from_slice(&[1, 0]);
    for word in [HEADER, 0, types, types, strings] {
        bytes.extend_from_slice(&word.to_ne_bytes());
    }
    bytes.extend_from_slice(&writer.types);
    bytes.extend_from_slice(&writer.strings);
    Ok(bytes)
}

type Kept<'m> = BTreeMap<u32, &'m Mark>;

/// The types in reach of those that relocations resolve to.
fn reachable<'m>(kernel: &Btf<'_>, marks: &'m Marks) -> Result<Kept<'m>, Error> {
    let mut kept = BTreeMap::new();
    let mut open: Vec<u32> = marks.resolved.iter().copied().collect();
    while let Some(id) = open.pop() {
        let Some(mark) = marks.get(id) else { continue };
        if kept.insert(id, mark).is_some() {
            continue;
        }
        let ty = kernel.raw(id)?;
        let mut refer = |id| -> Result<(), Error> {
            open.push(kernel.peel(id)?);
            Ok(())
        };
        match ty.kind {
            Kind::Typedef => refer(ty.size_or_type)?,
            Kind::Pointer if mark.pointee => refer(ty.size_or_type)?,
            Kind::Array => refer(ty.array().map_or(0, |(element, _)| element))?,
            Kind::Prototype => {
                refer(ty.size_or_type)?;
                ty.entries().try_for_each(|[_, parameter]| refer(parameter))?;
            }
            Kind::Struct | Kind::Union => {
                for index in kept_entries(&ty, mark) {
                    refer(ty.entry(index).map_or(0, |[_, member, _]| member))?;
                }
            }
            _ => {}
        }
    }
    Ok(kept)
}

/// The ID of each type in the cut. Those that nothing tells apart share one.
fn numbers(kernel: &Btf<'_>, kept: &Kept<'_>) -> Result<BTreeMap<u32, u32>, Error> {
    let mut last = 0;
    let mut plain = HashMap::new();
    let mut ids = BTreeMap::new();
    for (&id, mark) in kept {
        let ty = kernel.raw(id)?;
        let number = match plain_type(&ty, mark) {
            Some(key) => *plain.entry(key).or_insert(last + 1),
            None => last + 1,
        };
        last = last.max(number);
        ids.insert(id, number);
    }
    Ok(ids)
}

/// All there is to a type without a name that refers to nothing: a pointer to whatever, a number, a struct of which only the size counts.
fn plain_type(ty: &Raw<'_>, mark: &Mark) -> Option<(Kind, u32, u32)> {
    match ty.kind {
        _ if mark.name && ty.name != 0 => None,
        Kind::Pointer if !mark.pointee => Some((ty.kind, 0, 0)),
        Kind::Int => Some((ty.kind, ty.size_or_type, ty.word(0)?)),
        Kind::Float => Some((ty.kind, ty.size_or_type, 0)),
        Kind::Struct | Kind::Union if kept_entries(ty, mark).is_empty() => Some((ty.kind, ty.size_or_type, 0)),
        _ => None,
    }
}

/// The members or enumerators to keep, by index: those that were looked at, and others if there must be more.
fn kept_entries(ty: &Raw<'_>, mark: &Mark) -> BTreeSet<u32> {
    let mut kept = mark.entries.clone();
    let missing = (mark.at_least as usize).saturating_sub(kept.len());
    let others: Vec<u32> = (0..ty.count)
        .filter(|index| !kept.contains(index))
        .take(missing)
        .collect();
    kept.extend(others);
    kept
}

struct Writer<'b, 'k> {
    kernel: &'b Btf<'k>,
    ids: BTreeMap<u32, u32>,
    written: u32,
    types: Vec<u8>,
    strings: Vec<u8>,
    names: HashMap<&'k [u8], u32>,
}

impl Writer<'_, '_> {
    fn append(&mut self, id: u32, mark: &Mark) -> Result<(), Error> {
        // Its like was written before.
        if self.ids.get(&id).is_some_and(|&number| number <= self.written) {
            return Ok(());
        }
        self.written += 1;
        let ty = self.kernel.raw(id)?;
        let entries = match ty.kind {
            Kind::Struct | Kind::Union | Kind::Enum | Kind::Enum64 => kept_entries(&ty, mark),
            Kind::Prototype => (0..ty.count).collect(),
            _ => BTreeSet::new(),
        };
        let name = if mark.name { self.name(ty.name)? } else { 0 };
        let info = (ty.kind as u32) << 24 | u32::from(ty.kind_flag) << 31 | entries.len() as u32;
        let size_or_type = match ty.kind {
            Kind::Pointer if !mark.pointee => 0,
            Kind::Pointer | Kind::Typedef | Kind::Prototype => self.refer(ty.size_or_type)?,
            Kind::Array => 0,
            _ => ty.size_or_type,
        };
        self.words([name, info, size_or_type]);
        match ty.kind {
            Kind::Int => self.words([ty.word(0).unwrap_or(0)]),
            Kind::Array => {
                let (element, count) = ty.array().unwrap_or((0, 0));
                let element = self.refer(element)?;
                // The type of the index is never looked at.
                self.words([element, 0, count]);
            }
            _ => {}
        }
        for index in entries {
            self.entry(&ty, index)?;
        }
        Ok(())
    }

    fn entry(&mut self, ty: &Raw<'_>, index: u32) -> Result<(), Error> {
        match (ty.kind, ty.entry::<2>(index), ty.entry::<3>(index)) {
            (Kind::Struct | Kind::Union, _, Some([name, member, offset])) => {
                let words = [self.name(name)?, self.refer(member)?, offset];
                self.words(words);
            }
            (Kind::Enum64, _, Some([name, low, high])) => {
                let name = self.name(name)?;
                self.words([name, low, high]);
            }
            (Kind::Enum, Some([name, value]), _) => {
                let name = self.name(name)?;
                self.words([name, value]);
            }
            (Kind::Prototype, Some([_, parameter]), _) => {
                let parameter = self.refer(parameter)?;
                self.words([0, parameter]);
            }
            _ => {}
        }
        Ok(())
    }

    fn words<const N: usize>(&mut self, words: [u32; N]) {
        for word in words {
            self.types.extend_from_slice(&word.to_ne_bytes());
        }
    }

    /// The new ID of what a type refers to; `void` if nobody looked there.
    fn refer(&self, id: u32) -> Result<u32, Error> {
        Ok(self.ids.get(&self.kernel.peel(id)?).copied().unwrap_or(0))
    }

    /// The new offset of a name.
    fn name(&mut self, offset: u32) -> Result<u32, Error> {
        let name = self.kernel.bytes(offset)?;
        if name.is_empty() {
            return Ok(0);
        }
        let end = u32::try_from(self.strings.len()).map_err(|_| too_much())?;
        let offset = *self.names.entry(name).or_insert(end);
        if offset == end {
            self.strings.extend_from_slice(name);
            self.strings.push(0);
        }
        Ok(offset)
    }
}
