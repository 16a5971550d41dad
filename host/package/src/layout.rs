//! BTF types to [`Types`]: peeled, flat, checked.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::btf::{Btf, BtfMember, BtfType, Kind};
use crate::c_text::c_text;
use crate::error::{At, Error};
use crate::fields::shortened;
use crate::limits;
use crate::types::{Member, Type, TypeIndex, TypeKind, Types};

/// Collects the layouts that a description needs, each once.
pub(crate) struct Layouts<'b, 'a> {
    btf: &'b Btf<'a>,
    types: Vec<Type>,
    /// For each type, how many values a printer would show of it.
    values: Vec<u64>,
    /// By BTF ID; `None` while the type is being read.
    known: HashMap<u32, Option<TypeIndex>>,
    /// By hash: the same type has the same place, whichever BTF defines it.
    places: HashMap<u64, TypeIndex>,
    /// Bytes that may still be spent on types.
    budget: usize,
}

impl<'b, 'a> Layouts<'b, 'a> {
    pub(crate) fn new(btf: &'b Btf<'a>) -> Self {
        Self {
            btf,
            types: Vec::new(),
            values: Vec::new(),
            known: HashMap::new(),
            places: HashMap::new(),
            budget: limits::LAYOUT_BYTES,
        }
    }

    /// The same table, to which types of another BTF are added.
    pub(crate) fn continued<'d, 'c>(self, btf: &'d Btf<'c>) -> Layouts<'d, 'c> {
        Layouts {
            btf,
            types: self.types,
            values: self.values,
            known: HashMap::new(),
            places: self.places,
            budget: self.budget,
        }
    }

    pub(crate) fn into_types(self) -> Types {
        Types(self.types)
    }

    /// The size of a type that this table holds.
    pub(crate) fn size(&self, index: TypeIndex) -> u32 {
        self.types.get(index as usize).map_or(0, |ty| ty.size)
    }

    pub(crate) fn get(&self, index: TypeIndex) -> Option<&Type> {
        self.types.get(index as usize)
    }

    /// Lends the table for encoding a value.
    pub(crate) fn with_types<T>(&mut self, f: impl FnOnce(&Types) -> T) -> T {
        let types = Types(std::mem::take(&mut self.types));
        let result = f(&types);
        self.types = types.0;
        result
    }

    /// The layout of BTF type `id`.
    pub(crate) fn add(&mut self, id: u32) -> Result<TypeIndex, Error> {
        self.add_nested(id, limits::TYPE_DEPTH)
    }

    /// A struct that is in no BTF, from members that the caller has checked.
    pub(crate) fn add_struct(&mut self, name: String, size: u32, members: Vec<Member>) -> Result<TypeIndex, Error> {
        self.push(Type {
            name,
            size,
            kind: TypeKind::Struct(members),
        })
    }

    fn add_nested(&mut self, id: u32, depth: usize) -> Result<TypeIndex, Error> {
        let id = self.btf.peel(id)?;
        match self.known.get(&id) {
            Some(Some(index)) => return Ok(*index),
            Some(None) => return Err(Error::btf(format!("BTF type {id} contains itself"))),
            None => {}
        }
        let Some(depth) = depth.checked_sub(1) else {
            return Err(Error::limit(format!(
                "BTF type {id} lies more than {} types deep in another",
                limits::TYPE_DEPTH
            )));
        };
        self.known.insert(id, None);
        let ty = self.read(id, depth).at(|| self.label(id))?;
        let index = self.push(ty).at(|| self.label(id))?;
        self.known.insert(id, Some(index));
        Ok(index)
    }

    fn label(&self, id: u32) -> String {
        c_text(self.btf, id).map_or_else(|_| format!("BTF type {id}"), |text| shortened(&text))
    }

    fn read(&mut self, id: u32, depth: usize) -> Result<Type, Error> {
        let ty = self.btf.get(id)?;
        let mut name = ty.name.to_owned();
        let mut size = ty.size_or_type;
        let kind = match ty.kind {
            Kind::Void | Kind::Forward | Kind::Prototype => {
                size = 0;
                TypeKind::Opaque
            }
            Kind::Int => self.integer(&ty)?,
            Kind::Float => match size {
                2 | 4 | 8 | 16 => TypeKind::Float,
                _ => return Err(Error::btf(format!("a float of {size} bytes"))),
            },
            Kind::Enum | Kind::Enum64 => self.enumeration(&ty)?,
            Kind::Pointer => {
                name = c_text(self.btf, id)?;
                // BPF pointers are 64-bit whatever the machine.
                size = 8;
                TypeKind::Pointer
            }
            Kind::Array => {
                name = c_text(self.btf, id)?;
                let (element, count) = self.btf.array(&ty)?;
                let element = self.add_nested(element, depth)?;
                let each = self.size(element);
                size = each
                    .checked_mul(count)
                    .ok_or_else(|| Error::btf("the array is larger than 4 GiB"))?;
                // Nothing can be shown of elements without size, however many the file claims.
                let count = if each == 0 { 0 } else { count };
                TypeKind::Array { element, count }
            }
            Kind::Struct => TypeKind::Struct(self.members(&ty, depth)?),
            Kind::Union => TypeKind::Union(self.members(&ty, depth)?),
            other => return Err(Error::btf(format!("BTF kind {other:?} is not a data type"))),
        };
        Ok(Type { name, size, kind })
    }

    fn integer(&self, ty: &BtfType<'_>) -> Result<TypeKind, Error> {
        let size = ty.size_or_type;
        if !matches!(size, 1 | 2 | 4 | 8 | 16) {
            return Err(Error::btf(format!("an integer of {size} bytes")));
        }
        let integer = self.btf.integer(ty)?;
        Ok(if integer.boolean {
            TypeKind::Bool
        } else if size == 1 && (ty.name == "char" || integer.character) {
            TypeKind::Char
        } else {
            TypeKind::Int { signed: integer.signed }
        })
    }

    fn enumeration(&self, ty: &BtfType<'a>) -> Result<TypeKind, Error> {
        let size = ty.size_or_type;
        if !matches!(size, 1 | 2 | 4 | 8) {
            return Err(Error::btf(format!("an enum of {size} bytes")));
        }
        let values = self
            .btf
            .enumerators(ty)
            .map(|value| value.map(|(name, value)| (name.to_owned(), value)))
            .collect::<Result<Vec<_>, _>>()?;
        check_count(values.len(), "names")?;
        Ok(TypeKind::Enum {
            signed: ty.kind_flag,
            values,
        })
    }

    fn members(&mut self, ty: &BtfType<'a>, depth: usize) -> Result<Vec<Member>, Error> {
        let entries = self.btf.members(ty);
        check_count(entries.len(), "members")?;
        let mut members = Vec::new();
        for member in entries {
            let member = member?;
            let member = self.member(&member, ty.size_or_type, depth)?;
            members.push(member);
        }
        if ty.kind == Kind::Struct {
            self.check_overlap(&members)?;
        }
        Ok(members)
    }

    /// Members of a struct share no bits, or a few bytes could be written any number of times.
    fn check_overlap(&self, members: &[Member]) -> Result<(), Error> {
        let mut ranges: Vec<(u64, u64, &str)> = members
            .iter()
            .map(|member| {
                let start = u64::from(member.bit_offset);
                let width = match member.bits {
                    0 => u64::from(self.size(member.ty)) * 8,
                    bits => u64::from(bits),
                };
                (start, start + width, member.name.as_str())
            })
            .filter(|(start, end, _)| start < end)
            .collect();
        ranges.sort_unstable();
        for pair in ranges.windows(2) {
            if let [(_, end, first), (start, _, second)] = pair
                && start < end
            {
                return Err(Error::btf(format!(
                    "its members {first:?} and {second:?} overlap at bit {start}"
                )));
            }
        }
        Ok(())
    }

    fn member(&mut self, member: &BtfMember<'_>, parent: u32, depth: usize) -> Result<Member, Error> {
        let label = || {
            if member.name.is_empty() {
                "(anonymous)"
            } else {
                member.name
            }
        };
        let ty = self.add_nested(member.ty, depth).at(label)?;
        let (offset, bits) = self.bit_field(member)?;
        let size_bits = u64::from(self.size(ty)) * 8;
        let width = if bits == 0 { size_bits } else { u64::from(bits) };
        let end = u64::from(offset) + width;
        if width > size_bits || end > u64::from(parent) * 8 {
            return Err(Error::btf(format!(
                "the member (bits {offset} to {end}) does not fit: its type has {size_bits} bits, the whole {}",
                u64::from(parent) * 8
            ))
            .at(label()));
        }
        if bits == 0 && offset % 8 != 0 {
            return Err(Error::btf(format!("the member starts inside a byte, at bit {offset}")).at(label()));
        }
        Ok(Member {
            name: member.name.to_owned(),
            ty,
            bit_offset: offset,
            bits,
        })
    }

    /// Offset and width in bits. Before BTF had `kind_flag`, an integer type of its own said how wide a field is.
    fn bit_field(&self, member: &BtfMember<'_>) -> Result<(u32, u32), Error> {
        if member.bits != 0 {
            return Ok((member.bit_offset, member.bits));
        }
        let ty = self.btf.get(self.btf.peel(member.ty)?)?;
        if ty.kind == Kind::Int {
            let integer = self.btf.integer(&ty)?;
            if integer.bits != 0 && (u64::from(integer.bits) != u64::from(ty.size_or_type) * 8 || integer.offset != 0) {
                let offset = member.bit_offset.saturating_add(integer.offset);
                return Ok((offset, integer.bits));
            }
        }
        Ok((member.bit_offset, 0))
    }

    fn push(&mut self, ty: Type) -> Result<TypeIndex, Error> {
        let mut hasher = DefaultHasher::new();
        ty.hash(&mut hasher);
        let hash = hasher.finish();
        if let Some(&place) = self.places.get(&hash)
            && self.get(place) == Some(&ty)
        {
            return Ok(place);
        }
        let (cost, values) = self.weigh(&ty);
        self.budget = self.budget.checked_sub(cost).ok_or_else(|| {
            Error::limit(format!(
                "the package's types take more than {} MiB",
                limits::LAYOUT_BYTES >> 20
            ))
        })?;
        if values > limits::TYPE_VALUES + 8 * u64::from(ty.size) {
            return Err(Error::limit(format!("its {} bytes expand to {values} values", ty.size)));
        }
        let index = self.types.len() as TypeIndex;
        self.types.push(ty);
        self.values.push(values);
        self.places.insert(hash, index);
        Ok(index)
    }

    /// Bytes that the type takes in memory, and how many values are in it.
    fn weigh(&self, ty: &Type) -> (usize, u64) {
        let values_of = |index: TypeIndex| self.values.get(index as usize).copied().unwrap_or(1);
        let own = size_of::<Type>() + ty.name.len();
        match &ty.kind {
            TypeKind::Enum { values, .. } => {
                let names: usize = values.iter().map(|(name, _)| name.len() + 32).sum();
                (own + names, 1)
            }
            TypeKind::Array { element, count } => (own, values_of(*element).saturating_mul(u64::from(*count)).max(1)),
            TypeKind::Struct(members) | TypeKind::Union(members) => {
                let cost = members
                    .iter()
                    .map(|member| size_of::<Member>() + member.name.len())
                    .sum::<usize>();
                let values = members
                    .iter()
                    .fold(1u64, |sum, member| sum.saturating_add(values_of(member.ty)));
                (own + cost, values)
            }
            _ => (own, 1),
        }
    }
}

fn check_count(count: usize, what: &str) -> Result<(), Error> {
    if count > limits::MEMBERS {
        return Err(Error::limit(format!(
            "it has {count} {what}, at most {} are read",
            limits::MEMBERS
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
