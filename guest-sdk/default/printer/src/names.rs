//! The names of an enumeration, ready to be copied into a row.

use crate::layout::Enumerator;
use crate::number::MOST_64;
use crate::op::LEAD;
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
    /// The value that `direct` begins with, flipped.
    first: u64,
    /// The names of consecutive values.
    direct: Vec<Span>,
    /// All names by flipped value, where the values are too far apart for `direct`.
    sorted: Vec<(u64, Span)>,
    /// The names one after the other, and enough bytes more that a copy may go past the last.
    text: Vec<u8>,
    /// The most bytes that a value takes.
    most: usize,
}

/// Where a name is in the text. An empty one stands for none.
#[derive(Debug, Clone, Copy, Default)]
struct Span {
    start: u32,
    length: u32,
}

impl Names {
    /// The names of an enumeration of `size` bytes. Of several names for one value the first is shown.
    pub(crate) fn new(values: &[Enumerator], signed: bool, size: u32, style: Style) -> Self {
        let mut text = Vec::new();
        let mut sorted = BTreeMap::new();
        let flip = if signed { 1 << 63 } else { 0 };
        for value in values {
            let key = value.value ^ flip;
            if value.name.is_empty() || sorted.contains_key(&key) {
                continue;
            }
            let start = text.len();
            match style {
                Style::Bare => text.extend(name(&value.name, style)),
                Style::Quoted => {
                    text.push(b'"');
                    text.extend(name(&value.name, style));
                    text.push(b'"');
                }
            }
            let span = Span {
                start: start as u32,
                length: (text.len() - start) as u32,
            };
            sorted.insert(key, span);
        }
        text.extend([0; LEAD]);

        let longest = sorted
            .values()
            .map(|span| span.length as usize)
            .max()
            .unwrap_or_default();
        let sorted: Vec<(u64, Span)> = sorted.into_iter().collect();
        let first = sorted.first().map_or(0, |(value, _)| *value);
        let last = sorted.last().map_or(0, |(value, _)| *value);
        // A table with at most three holes a name costs little, and finds a name without a search.
        let direct = usize::try_from(last - first).is_ok_and(|range| range < 4 * sorted.len());
        let mut names = Self {
            sign_bits: signed.then(|| 64_u32.saturating_sub(8 * size)),
            flip,
            first,
            direct: Vec::new(),
            sorted,
            text,
            most: longest.max(MOST_64),
        };
        if direct {
            names.direct = alloc::vec![Span::default(); (last - first) as usize + 1];
            for (value, span) in core::mem::take(&mut names.sorted) {
                if let Some(place) = names.direct.get_mut((value - first) as usize) {
                    *place = span;
                }
            }
        }
        names
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

    /// The text that begins with a value's name and goes on past it, and the name's length.
    #[inline(always)]
    pub(crate) fn find(&self, value: u64) -> Option<(&[u8], usize)> {
        let key = value ^ self.flip;
        let span = match usize::try_from(key.wrapping_sub(self.first)) {
            Ok(place) if place < self.direct.len() => *self.direct.get(place)?,
            _ => self.search(key)?,
        };
        let text = self.text.get(span.start as usize..)?;
        (span.length > 0).then_some((text, span.length as usize))
    }

    #[inline(never)]
    fn search(&self, key: u64) -> Option<Span> {
        let place = self.sorted.binary_search_by_key(&key, |(key, _)| *key).ok()?;
        self.sorted.get(place).map(|(_, span)| *span)
    }
}
