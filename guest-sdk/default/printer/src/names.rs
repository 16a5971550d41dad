//! The names of an enumeration, ready to be copied into a row.

use crate::layout::Enumerator;
use crate::number::MOST_64;
use crate::text::{Style, name};
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

/// From values to names.
#[derive(Debug)]
pub(crate) struct Names {
    /// How many of the 64 bits above a value repeat its sign; none if the enumeration is unsigned.
    sign_bits: Option<u32>,
    /// What turns the order of the values into the order of unsigned numbers.
    flip: u64,
    /// The value that `near` begins with, flipped.
    first: u64,
    /// The names of consecutive values, where the values are that near to each other.
    near: Vec<Short>,
    /// All names by flipped value.
    all: Vec<(u64, Vec<u8>)>,
    /// The most bytes that a value takes.
    most: usize,
}

/// A name that one store writes. Length 0 stands for a value without a name, or with a longer one.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Short {
    pub(crate) text: [u8; SHORT],
    pub(crate) length: u8,
}

const SHORT: usize = 16;

impl Names {
    /// The names of an enumeration of `size` bytes. Of several names for one value the first is shown.
    pub(crate) fn new(values: &[Enumerator], signed: bool, size: u32, style: Style) -> Self {
        let flip = if signed { 1 << 63 } else { 0 };
        let mut all = BTreeMap::new();
        for value in values.iter().filter(|value| !value.name.is_empty()) {
            all.entry(value.value ^ flip).or_insert_with(|| match style {
                Style::Bare => name(&value.name, style),
                Style::Quoted => [b"\"", &name(&value.name, style)[..], b"\""].concat(),
            });
        }
        let all: Vec<(u64, Vec<u8>)> = all.into_iter().collect();
        let first = all.first().map_or(0, |(key, _)| *key);
        Self {
            sign_bits: signed.then(|| 64_u32.saturating_sub(8 * size)),
            flip,
            first,
            near: near(&all, first),
            most: all
                .iter()
                .map(|(_, name)| name.len())
                .max()
                .unwrap_or_default()
                .max(MOST_64),
            all,
        }
    }

    /// Whether a value without a name may be negative.
    pub(crate) fn is_signed(&self) -> bool {
        self.sign_bits.is_some()
    }

    /// The most bytes that a value takes, name or number.
    pub(crate) fn most(&self) -> usize {
        self.most
    }

    /// A value as the names have it: 64 bits, sign-extended where the enumeration is signed.
    #[inline(always)]
    pub(crate) fn extend(&self, value: u64) -> u64 {
        match self.sign_bits {
            Some(bits) => ((value << bits) as i64 >> bits) as u64,
            None => value,
        }
    }

    /// The name of a value, if it is a short one.
    #[inline(always)]
    pub(crate) fn short(&self, value: u64) -> Option<&Short> {
        let place = usize::try_from((value ^ self.flip).wrapping_sub(self.first)).ok()?;
        self.near.get(place).filter(|name| name.length > 0)
    }

    /// The name of a value.
    #[inline(never)]
    pub(crate) fn find(&self, value: u64) -> Option<&[u8]> {
        let place = self
            .all
            .binary_search_by_key(&(value ^ self.flip), |(key, _)| *key)
            .ok()?;
        self.all.get(place).map(|(_, name)| name.as_slice())
    }
}

/// The names from `first` on, if there are at most three holes a name.
fn near(all: &[(u64, Vec<u8>)], first: u64) -> Vec<Short> {
    let last = all.last().map_or(0, |(key, _)| *key);
    let range = last - first;
    if range >= 4 * all.len() as u64 {
        return Vec::new();
    }
    let mut near = alloc::vec![Short::default(); range as usize + 1];
    for (key, name) in all.iter().filter(|(_, name)| name.len() <= SHORT) {
        if let Some(short) = near.get_mut((key - first) as usize) {
            short.length = name.len() as u8;
            for (place, byte) in short.text.iter_mut().zip(name) {
                *place = *byte;
            }
        }
    }
    near
}
