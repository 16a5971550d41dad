//! A type as it is encoded, without its name looked up.

use super::{Kind, u32_at};

/// The common part of a type, and the bytes of its entries.
#[derive(Clone, Copy)]
pub(crate) struct Raw<'a> {
    /// Offset of the name in the strings, 0 for none.
    pub(crate) name: u32,
    pub(crate) kind: Kind,
    pub(crate) kind_flag: bool,
    /// Bytes of the type, or the ID of the type that it refers to.
    pub(crate) size_or_type: u32,
    /// Members, enumerators, parameters or variables.
    pub(crate) count: u32,
    extra: &'a [u8],
}

impl<'a> Raw<'a> {
    pub(super) const VOID: Self = Self {
        name: 0,
        kind: Kind::Void,
        kind_flag: false,
        size_or_type: 0,
        count: 0,
        extra: &[],
    };

    /// The type at `start` of the types section.
    pub(super) fn read(types: &'a [u8], start: usize, kind: Kind, count: usize) -> Option<Self> {
        let extra = start + 12;
        Some(Self {
            name: u32_at(types, start)?,
            kind,
            kind_flag: u32_at(types, start + 4)? >> 31 != 0,
            size_or_type: u32_at(types, start + 8)?,
            count: u32::try_from(count).ok()?,
            extra: types.get(extra..extra + kind.extra_bytes(count))?,
        })
    }

    /// A word of what follows the common part.
    pub(crate) fn word(&self, index: usize) -> Option<u32> {
        u32_at(self.extra, index * 4)
    }

    /// What follows the common part, as entries of `N` words.
    pub(crate) fn entries<const N: usize>(&self) -> impl ExactSizeIterator<Item = [u32; N]> + use<'a, N> {
        self.extra.chunks_exact(N * 4).map(|entry| {
            let mut words = [0; N];
            for (word, bytes) in words.iter_mut().zip(entry.chunks_exact(4)) {
                *word = u32_at(bytes, 0).unwrap_or_default();
            }
            words
        })
    }

    /// Element type and count of an array.
    pub(crate) fn array(&self) -> Option<(u32, u32)> {
        Some((self.word(0)?, self.word(2)?))
    }

    /// The entry at `index`.
    pub(crate) fn entry<const N: usize>(&self, index: u32) -> Option<[u32; N]> {
        let start = (index as usize).checked_mul(N * 4)?;
        let mut words = [0; N];
        for (at, word) in words.iter_mut().enumerate() {
            *word = u32_at(self.extra, start + at * 4)?;
        }
        Some(words)
    }

    pub(crate) fn is_composite(&self) -> bool {
        matches!(self.kind, Kind::Struct | Kind::Union)
    }

    pub(crate) fn is_enum(&self) -> bool {
        matches!(self.kind, Kind::Enum | Kind::Enum64)
    }
}
