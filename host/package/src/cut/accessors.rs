//! What a relocation asks about, as names: the object's side, which is the same for every kernel.
//!
//! Follows `bpf_core_parse_spec` of libbpf's `relo_core.c`. What libbpf refuses there, whatever the kernel has, is an error here.

use super::relocations::{Question, Relocation};
use crate::btf::{Btf, Kind};
use crate::error::Error;

/// Indices in one relocation: `BPF_CORE_SPEC_MAX_LEN`.
pub(super) const LEVELS: usize = 64;

/// A step from a type inwards.
pub(super) enum Accessor<'a> {
    /// To a member, through anonymous structs and unions; and its type in the object.
    Member { name: &'a [u8], ty: u32 },
    /// To an element of an array. The first step of all is one: to the type itself, or one that follows it in memory.
    Element(u32),
}

/// What is looked for in each candidate.
pub(super) enum Sought<'a> {
    Field(Vec<Accessor<'a>>),
    Enumerator(&'a [u8]),
    /// A type that is compatible.
    Type,
    /// A type that matches in the parts that the object knows.
    Match,
}

impl<'a> Sought<'a> {
    pub(super) fn of(relocation: &Relocation<'_>, btf: &Btf<'a>) -> Result<Self, Error> {
        let indices = match relocation.question {
            Question::TypeMatches => return Ok(Self::Match),
            Question::LocalTypeId | Question::TargetTypeId | Question::TypeExists | Question::TypeSize => {
                return Ok(Self::Type);
            }
            _ => indices(relocation.access)?,
        };
        let unfit = || {
            Error::object(format!(
                "relocation {:?} does not fit BTF type {}",
                relocation.access, relocation.ty
            ))
        };
        match relocation.question {
            Question::EnumeratorExists | Question::EnumeratorValue => enumerator(relocation, &indices, btf),
            _ => {
                let (accessors, last) = fields(relocation, &indices, btf).ok_or_else(unfit)?;
                if let Some(member) = last.filter(|member| member.bits > 0) {
                    check_bit_field(member.ty, btf)?;
                }
                Some(Self::Field(accessors))
            }
        }
        .ok_or_else(unfit)
    }
}

/// Whether a bit field lies in a type whose size says how to read it: libbpf divides by that size.
pub(super) fn check_bit_field(member: u32, btf: &Btf<'_>) -> Result<(), Error> {
    let ty = btf.raw(btf.peel(member)?)?;
    if (ty.kind == Kind::Int || ty.is_enum()) && ty.size_or_type > 0 {
        Ok(())
    } else {
        Err(btf.error(format!("type {member} cannot be that of a bit field")))
    }
}

/// Refuses an object for which libbpf would stop or never end: its relocations of bit fields in types without a size, whatever
/// program they are in.
pub(super) fn check_bit_fields(relocations: &[Relocation<'_>], btf: &Btf<'_>) -> Result<(), Error> {
    for relocation in relocations
        .iter()
        .filter(|relocation| relocation.question.is_of_field())
    {
        let found = indices(relocation.access)
            .ok()
            .and_then(|indices| fields(relocation, &indices, btf));
        if let Some((_, Some(member))) = found
            && member.bits > 0
        {
            check_bit_field(member.ty, btf)?;
        }
    }
    Ok(())
}

fn indices(access: &str) -> Result<Vec<u32>, Error> {
    let malformed = || Error::object(format!("relocation {access:?} is not of the form 0:1:2"));
    let indices: Result<Vec<u32>, Error> = access
        .split(':')
        .map(|index| {
            let digits = index.bytes().all(|byte| byte.is_ascii_digit());
            index
                .parse::<i32>()
                .ok()
                .filter(|_| digits)
                .map(i32::cast_unsigned)
                .ok_or_else(malformed)
        })
        .collect();
    indices.and_then(|indices| {
        if indices.len() <= LEVELS {
            Ok(indices)
        } else {
            Err(Error::limit(format!("a relocation has more than {LEVELS} levels")))
        }
    })
}

fn enumerator<'a>(relocation: &Relocation<'_>, indices: &[u32], btf: &Btf<'a>) -> Option<Sought<'a>> {
    let ty = btf.raw(btf.peel(relocation.ty).ok()?).ok()?;
    let &[index] = indices else { return None };
    // Two words or three an enumerator: the name is the first of either.
    let name = match ty.kind {
        Kind::Enum => ty.entry::<2>(index)?[0],
        Kind::Enum64 => ty.entry::<3>(index)?[0],
        _ => return None,
    };
    Some(Sought::Enumerator(btf.bytes(name).ok()?))
}

/// The member that accessors end at.
struct Last {
    ty: u32,
    bits: u32,
}

fn fields<'a>(
    relocation: &Relocation<'_>,
    indices: &[u32],
    btf: &Btf<'a>,
) -> Option<(Vec<Accessor<'a>>, Option<Last>)> {
    let (&first, indices) = indices.split_first()?;
    let mut accessors = vec![Accessor::Element(first)];
    let mut id = btf.peel(relocation.ty).ok()?;
    let mut last = None;
    // Whether the step before led to the end of a struct: only there may an array have any number of elements.
    let mut at_end = false;
    for &index in indices {
        id = btf.peel(id).ok()?;
        let ty = btf.raw(id).ok()?;
        match ty.kind {
            Kind::Struct | Kind::Union => {
                let [name, member, offset] = ty.entry(index)?;
                if name != 0 {
                    accessors.push(Accessor::Member {
                        name: btf.bytes(name).ok().filter(|name| !name.is_empty())?,
                        ty: member,
                    });
                    let bits = if ty.kind_flag { offset >> 24 } else { 0 };
                    last = Some(Last { ty: member, bits });
                    at_end = index + 1 == ty.count;
                }
                id = member;
            }
            Kind::Array => {
                let (element, count) = ty.array()?;
                if index >= count && !(at_end && count == 0) {
                    return None;
                }
                accessors.push(Accessor::Element(index));
                (id, last, at_end) = (btf.peel(element).ok()?, None, false);
            }
            _ => return None,
        }
    }
    Some((accessors, last))
}
