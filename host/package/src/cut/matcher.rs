//! Comparing a type of the object with one of the kernel as a whole.
//!
//! `__bpf_core_types_are_compat` and `__bpf_core_types_match` of libbpf's `relo_core.c`. Everything that decides is marked.

use super::fields::{enumerator_names, no_bit_offset};
use super::marks::Marks;
use super::names::{essential, same_kind};
use super::{too_deep, too_much};
use crate::btf::{Btf, Kind, Raw};
use crate::error::Error;
use crate::limits;

/// Pointers, arrays and results that are followed in one comparison.
const DEPTH: usize = 32;

/// The object's BTF, the kernel's, and what was looked at.
pub(super) struct Matcher<'b, 'o, 'k> {
    pub(super) object: &'b Btf<'o>,
    pub(super) kernel: &'b Btf<'k>,
    pub(super) marks: Marks,
    steps: u32,
}

impl<'b, 'o, 'k> Matcher<'b, 'o, 'k> {
    pub(super) fn new(object: &'b Btf<'o>, kernel: &'b Btf<'k>) -> Self {
        Self {
            object,
            kernel,
            marks: Marks::default(),
            steps: limits::CORE_STEPS,
        }
    }

    /// Notes that a relocation resolves to a type of the kernel, which is found by its name.
    pub(super) fn resolved(&mut self, id: u32) -> Result<(), Error> {
        let ty = self.kernel.raw(id)?;
        self.marks.of(id, &ty)?.name = true;
        self.marks.resolved.insert(id);
        Ok(())
    }

    /// Counts a comparison. Nested structs can ask for exponentially many.
    pub(super) fn step(&mut self) -> Result<(), Error> {
        self.steps = self.steps.checked_sub(1).ok_or_else(too_much)?;
        Ok(())
    }

    /// Whether the types are of the same kind all the way down to data.
    pub(super) fn compatible(&mut self, mut local: u32, mut target: u32, level: usize) -> Result<bool, Error> {
        if !same_kind(&self.object.raw(local)?, &self.kernel.raw(target)?) {
            return Ok(false);
        }
        for _ in 0..DEPTH {
            self.step()?;
            (local, target) = (self.object.peel(local)?, self.kernel.peel(target)?);
            let (one, other) = (self.object.raw(local)?, self.kernel.raw(target)?);
            let mark = self.marks.of(target, &other)?;
            if !same_kind(&one, &other) {
                return Ok(false);
            }
            match one.kind {
                Kind::Void | Kind::Struct | Kind::Union | Kind::Enum | Kind::Enum64 | Kind::Forward => return Ok(true),
                Kind::Int => return Ok(no_bit_offset(&one) && no_bit_offset(&other)),
                Kind::Pointer => {
                    mark.pointee = true;
                    (local, target) = (one.size_or_type, other.size_or_type);
                }
                Kind::Array => (local, target) = elements(&one, &other),
                Kind::Prototype => {
                    if one.count != other.count {
                        return Ok(false);
                    }
                    for ([_, one], [_, other]) in one.entries().zip(other.entries()) {
                        let level = level.checked_sub(1).ok_or_else(too_deep)?;
                        let (one, other) = (self.object.peel(one)?, self.kernel.peel(other)?);
                        if !self.compatible(one, other, level)? {
                            return Ok(false);
                        }
                    }
                    (local, target) = (one.size_or_type, other.size_or_type);
                }
                _ => return Ok(false),
            }
        }
        Err(too_deep())
    }

    /// Whether the kernel's type has all that the object's has: members by name, enumerators, sizes of integers.
    pub(super) fn matches(
        &mut self,
        mut local: u32,
        mut target: u32,
        mut behind_pointer: bool,
        level: usize,
    ) -> Result<bool, Error> {
        if level == 0 {
            return Err(too_deep());
        }
        for _ in 0..DEPTH {
            self.step()?;
            (local, target) = (self.object.peel(local)?, self.kernel.peel(target)?);
            let (one, other) = (self.object.raw(local)?, self.kernel.raw(target)?);
            let mark = self.marks.of(target, &other)?;
            mark.name = true;
            if !self.same_name(one.name, other.name)? {
                return Ok(false);
            }
            match (one.kind, other.kind) {
                (Kind::Forward, Kind::Forward) => return Ok(one.kind_flag == other.kind_flag),
                (Kind::Forward, Kind::Struct | Kind::Union) => {
                    return Ok(behind_pointer && one.kind_flag == (other.kind == Kind::Union));
                }
                (Kind::Struct | Kind::Union, Kind::Forward) => {
                    return Ok(behind_pointer && other.kind_flag == (one.kind == Kind::Union));
                }
                (Kind::Enum | Kind::Enum64, Kind::Enum | Kind::Enum64) => {
                    return self.enumerators_match(&one, target, &other);
                }
                (one_kind, other_kind) if one_kind != other_kind => return Ok(false),
                (Kind::Void, _) => return Ok(true),
                (Kind::Struct | Kind::Union, _) => {
                    return if behind_pointer {
                        Ok(true)
                    } else {
                        self.members_match(&one, target, &other, level)
                    };
                }
                (Kind::Int, _) => {
                    let signed = |ty: &Raw<'_>| ty.word(0).map(|word| word >> 24 & 1);
                    return Ok(one.size_or_type == other.size_or_type && signed(&one) == signed(&other));
                }
                (Kind::Pointer, _) => {
                    self.marks.of(target, &other)?.pointee = true;
                    behind_pointer = true;
                    (local, target) = (one.size_or_type, other.size_or_type);
                }
                (Kind::Array, _) => {
                    if one.array().map(|(_, count)| count) != other.array().map(|(_, count)| count) {
                        return Ok(false);
                    }
                    (local, target) = elements(&one, &other);
                }
                (Kind::Prototype, _) => {
                    if one.count != other.count {
                        return Ok(false);
                    }
                    for ([_, one], [_, other]) in one.entries().zip(other.entries()) {
                        if !self.matches(one, other, behind_pointer, level - 1)? {
                            return Ok(false);
                        }
                    }
                    (local, target) = (one.size_or_type, other.size_or_type);
                }
                _ => return Ok(false),
            }
        }
        Err(too_deep())
    }

    fn same_name(&self, local: u32, target: u32) -> Result<bool, Error> {
        Ok(essential(self.object.bytes(local)?) == essential(self.kernel.bytes(target)?))
    }

    fn enumerators_match(&mut self, one: &Raw<'_>, target: u32, other: &Raw<'_>) -> Result<bool, Error> {
        let mark = self.marks.of(target, other)?;
        mark.at_least = mark.at_least.max(one.count);
        if one.size_or_type != other.size_or_type || one.count > other.count {
            return Ok(false);
        }
        for name in enumerator_names(one) {
            let mut found = None;
            for (index, candidate) in enumerator_names(other).enumerate() {
                self.step()?;
                if self.same_name(name, candidate)? {
                    found = Some(index as u32);
                    break;
                }
            }
            let Some(index) = found else { return Ok(false) };
            self.marks.of(target, other)?.entries.insert(index);
        }
        Ok(true)
    }

    fn members_match(&mut self, one: &Raw<'_>, target: u32, other: &Raw<'_>, level: usize) -> Result<bool, Error> {
        let mark = self.marks.of(target, other)?;
        mark.at_least = mark.at_least.max(one.count);
        if one.count > other.count {
            return Ok(false);
        }
        for [name, local, _] in one.entries() {
            let mut matched = false;
            for (index, [candidate, member, _]) in other.entries().enumerate() {
                self.step()?;
                if !self.same_name(name, candidate)? {
                    continue;
                }
                self.marks.of(target, other)?.entries.insert(index as u32);
                if self.matches(local, member, false, level - 1)? {
                    matched = true;
                    break;
                }
            }
            if !matched {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// The elements' types of two arrays.
fn elements(one: &Raw<'_>, other: &Raw<'_>) -> (u32, u32) {
    let element = |array: &Raw<'_>| array.array().map_or(0, |(element, _)| element);
    (element(one), element(other))
}
