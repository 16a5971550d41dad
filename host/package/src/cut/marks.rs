//! What of a kernel's BTF has been looked at.
//!
//! The cut keeps all of that, also what was looked at in vain: so each look at the cut meets what it would meet in the whole.

use std::collections::{BTreeMap, BTreeSet};

use crate::btf::{Btf, Kind, Raw};
use crate::error::Error;

/// What was looked at in one type. Its kind, its size and for arrays, prototypes and typedefs what they refer to always belong to it.
#[derive(Default)]
pub(super) struct Mark {
    pub(super) name: bool,
    /// Of a pointer: the type that it points to.
    pub(super) pointee: bool,
    /// Indices of members or enumerators.
    pub(super) entries: BTreeSet<u32>,
    /// How many members or enumerators it must at least have.
    pub(super) at_least: u32,
}

#[derive(Default)]
pub(super) struct Marks {
    types: BTreeMap<u32, Mark>,
    /// Types that a relocation resolves to. What is not in reach of one of them need not stay.
    pub(super) resolved: BTreeSet<u32>,
}

impl Marks {
    /// The mark of a type that is no qualifier and, but at a root, no typedef.
    ///
    /// Kinds that occur neither as a member's type nor behind a pointer are refused: a relocation does not lead there in any kernel.
    pub(super) fn of(&mut self, id: u32, ty: &Raw<'_>) -> Result<&mut Mark, Error> {
        match ty.kind {
            Kind::Variable | Kind::DataSection | Kind::DeclarationTag | Kind::Function => Err(Error::btf(format!(
                "a relocation leads to BTF type {id} of the kernel, which is no type of data"
            ))),
            _ => Ok(self.types.entry(id).or_default()),
        }
    }

    pub(super) fn get(&self, id: u32) -> Option<&Mark> {
        // `void` has no encoding of its own.
        self.types.get(&id).filter(|_| id != 0)
    }

    /// Marks what decides about the type as that of a field: its kind, size, sign, elements; the name where it has forward
    /// declarations or enumerators.
    pub(super) fn field_type(&mut self, mut id: u32, kernel: &Btf<'_>) -> Result<(), Error> {
        for _ in 0..crate::limits::TYPE_DEPTH {
            id = kernel.peel(id)?;
            let ty = kernel.raw(id)?;
            let mark = self.of(id, &ty)?;
            mark.name |= ty.kind == Kind::Forward || ty.is_enum();
            match ty.array() {
                Some((element, _)) if ty.kind == Kind::Array => id = element,
                _ => return Ok(()),
            }
        }
        Err(super::too_deep())
    }
}
