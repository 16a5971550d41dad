//! Finding in a type of the kernel the field or enumerator that the object means.
//!
//! `bpf_core_spec_match` and `bpf_core_match_member` of libbpf's `relo_core.c`.

use super::accessors::{Accessor, LEVELS, check_bit_field};
use super::matcher::Matcher;
use super::names::essential;
use super::too_deep;
use crate::btf::{Btf, Kind, Raw};
use crate::error::Error;

/// What the search for a member of a name came to.
enum Search {
    Found(Member),
    /// There is one, of a type that cannot be meant.
    Incompatible,
    Absent,
}

/// A member of a type of the kernel.
#[derive(Clone, Copy)]
struct Member {
    ty: u32,
    bits: u32,
    /// Whether it is the last of its struct.
    last: bool,
}

impl Matcher<'_, '_, '_> {
    /// Whether the enumerator's name, up to flavors, occurs in the enum.
    pub(super) fn enumerator(&mut self, name: &[u8], candidate: u32) -> Result<bool, Error> {
        let id = self.kernel.peel(candidate)?;
        let ty = self.kernel.raw(id)?;
        self.marks.of(id, &ty)?;
        for (index, enumerator) in enumerator_names(&ty).enumerate() {
            self.step()?;
            if essential(self.kernel.bytes(enumerator)?) == essential(name) {
                self.marks.of(id, &ty)?.entries.insert(index as u32);
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether each step from the type inwards has its like in the kernel's. `sized` asks for the field's size too.
    pub(super) fn field(&mut self, accessors: &[Accessor<'_>], candidate: u32, sized: bool) -> Result<bool, Error> {
        let mut id = candidate;
        let mut levels = 0;
        let mut member: Option<Member> = None;
        for (step, accessor) in accessors.iter().enumerate() {
            id = self.kernel.peel(id)?;
            match accessor {
                Accessor::Member { name, ty } => match self.member(id, name, *ty, &mut levels)? {
                    Search::Found(found) => {
                        id = found.ty;
                        member = Some(found);
                    }
                    Search::Incompatible | Search::Absent => return Ok(false),
                },
                Accessor::Element(index) => {
                    if step > 0 {
                        let ty = self.kernel.raw(id)?;
                        let (Kind::Array, Some((element, count))) = (ty.kind, ty.array()) else {
                            return Ok(false);
                        };
                        let flexible = count == 0 && member.is_some_and(|member| member.last);
                        if *index >= count && !flexible {
                            return Ok(false);
                        }
                        id = self.kernel.peel(element)?;
                    }
                    if levels == LEVELS {
                        return Err(too_deep());
                    }
                    levels += 1;
                    self.marks.field_type(id, self.kernel)?;
                    check_size(id, self.kernel)?;
                    member = None;
                }
            }
        }
        if let Some(member) = member.filter(|_| sized) {
            if member.bits == 0 {
                check_size(self.kernel.peel(member.ty)?, self.kernel)?;
            } else {
                check_bit_field(member.ty, self.kernel)?;
            }
        }
        Ok(true)
    }

    /// Looks for a member by name, through anonymous members, in the order in which they stand.
    fn member(&mut self, owner: u32, name: &[u8], local: u32, levels: &mut usize) -> Result<Search, Error> {
        let owner = self.kernel.peel(owner)?;
        let ty = self.kernel.raw(owner)?;
        if !ty.is_composite() {
            return Ok(Search::Absent);
        }
        let mut result = Search::Absent;
        for (index, [member_name, member, offset]) in ty.entries().enumerate() {
            self.step()?;
            if *levels == LEVELS {
                return Err(too_deep());
            }
            let index = index as u32;
            if member_name == 0 || self.kernel.is_named(member_name, b"") {
                *levels += 1;
                let inner = self.member(member, name, local, levels)?;
                if matches!(inner, Search::Absent) {
                    *levels -= 1;
                    continue;
                }
                self.marks.of(owner, &ty)?.entries.insert(index);
                if matches!(inner, Search::Found(_)) {
                    return Ok(inner);
                }
                *levels -= 1;
                result = inner;
            } else if self.kernel.is_named(member_name, name) {
                *levels += 1;
                self.keep(owner, &ty, index, member)?;
                return Ok(if self.fields_are_compatible(local, member)? {
                    Search::Found(Member {
                        ty: member,
                        bits: if ty.kind_flag { offset >> 24 } else { 0 },
                        last: index + 1 == ty.count,
                    })
                } else {
                    Search::Incompatible
                });
            }
        }
        Ok(result)
    }

    /// Marks a member that was found by its name.
    fn keep(&mut self, owner: u32, ty: &Raw<'_>, index: u32, member: u32) -> Result<(), Error> {
        let entries = &mut self.marks.of(owner, ty)?.entries;
        entries.insert(index);
        // An array of no elements is flexible at the end of a struct, and only there: the end stays where it is.
        let inner = self.kernel.raw(self.kernel.peel(member)?)?;
        if inner.kind == Kind::Array && inner.array().is_some_and(|(_, count)| count == 0) {
            entries.insert(ty.count.saturating_sub(1));
        }
        self.marks.field_type(member, self.kernel)
    }

    /// Whether a member of the kernel's may be what the object takes it for: `bpf_core_fields_are_compat`.
    fn fields_are_compatible(&mut self, mut local: u32, mut target: u32) -> Result<bool, Error> {
        loop {
            self.step()?;
            (local, target) = (self.object.peel(local)?, self.kernel.peel(target)?);
            let (one, other) = (self.object.raw(local)?, self.kernel.raw(target)?);
            if one.is_composite() && other.is_composite() {
                return Ok(true);
            }
            if !super::names::same_kind(&one, &other) {
                return Ok(false);
            }
            match one.kind {
                Kind::Pointer | Kind::Float => return Ok(true),
                Kind::Forward | Kind::Enum | Kind::Enum64 => {
                    let (one, other) = (self.object.bytes(one.name)?, self.kernel.bytes(other.name)?);
                    return Ok(one.is_empty() || other.is_empty() || essential(one) == essential(other));
                }
                Kind::Int => return Ok(no_bit_offset(&one) && no_bit_offset(&other)),
                Kind::Array => match (one.array(), other.array()) {
                    (Some((one, _)), Some((other, _))) => (local, target) = (one, other),
                    _ => return Ok(false),
                },
                _ => return Ok(false),
            }
        }
    }
}

/// The names of an enum's enumerators.
pub(super) fn enumerator_names(ty: &Raw<'_>) -> impl Iterator<Item = u32> {
    let (narrow, wide) = (ty.kind == Kind::Enum, ty.kind == Kind::Enum64);
    let narrow = ty.entries::<2>().map(|[name, _]| name).filter(move |_| narrow);
    let wide = ty.entries::<3>().map(|[name, _, _]| name).filter(move |_| wide);
    narrow.chain(wide)
}

/// Whether an integer is none of those that old compilers described bit fields with.
pub(super) fn no_bit_offset(integer: &Raw<'_>) -> bool {
    integer.word(0).is_some_and(|word| word & 0xff_0000 == 0)
}

/// Whether libbpf can tell the size of a type: `btf__resolve_size`.
pub(super) fn check_size(id: u32, kernel: &Btf<'_>) -> Result<(), Error> {
    const LEVELS: usize = 32;
    let unknown = || kernel.error(format!("type {id} has no size"));
    let (mut at, mut elements) = (id, 1_u32);
    for _ in 0..LEVELS {
        let ty = kernel.raw(at)?;
        let size = match ty.kind {
            Kind::Int | Kind::Struct | Kind::Union | Kind::Enum | Kind::Enum64 | Kind::Float => ty.size_or_type,
            Kind::Pointer => 8,
            Kind::Typedef | Kind::Volatile | Kind::Const | Kind::Restrict | Kind::TypeTag => {
                at = ty.size_or_type;
                continue;
            }
            Kind::Array => {
                let (element, count) = ty.array().ok_or_else(unknown)?;
                elements = elements.checked_mul(count).ok_or_else(unknown)?;
                at = element;
                continue;
            }
            _ => return Err(unknown()),
        };
        return match elements.checked_mul(size) {
            Some(_) => Ok(()),
            None => Err(unknown()),
        };
    }
    Err(too_deep())
}
