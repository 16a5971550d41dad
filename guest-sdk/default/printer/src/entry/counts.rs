//! The counts of a histogram over several CPUs, in numbers that hold their sum.

use crate::histogram::Slots;
use alloc::vec::Vec;

/// What a sum has.
const SUM: usize = size_of::<u64>();

/// Counts that are added up beside their entry: there is room for sums that the counts themselves have no room for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Counts {
    /// Where the counts are in a value, the bytes of each, and how many.
    from: usize,
    size: usize,
    count: usize,
    /// Where their sums are in the entry.
    place: usize,
}

impl Counts {
    /// Counts of an entry whose value is at `value`; their sums are going to be at `place`. None if they have the room themselves.
    pub(super) fn new(slots: Slots, value: usize, place: usize) -> Option<Self> {
        let size = slots.size as usize;
        let from = (slots.offset as usize).checked_sub(value)?;
        let count = slots.count as usize;
        (size < SUM).then_some(Self {
            from,
            size,
            count,
            place,
        })
    }

    /// Where a histogram finds the sums.
    pub(super) fn slots(&self) -> Slots {
        Slots {
            offset: self.place as u32,
            size: SUM as u32,
            count: self.count as u32,
        }
    }

    /// Add up what values have that begin `stride` bytes after each other, behind the entry.
    pub(super) fn add_up(&self, values: &[u8], stride: usize, entry: &mut Vec<u8>) {
        entry.resize(self.place, 0);
        entry.resize(self.place + self.count * SUM, 0);
        let (sums, _) = entry.get_mut(self.place..).unwrap_or_default().as_chunks_mut();
        for value in values.chunks(stride) {
            let counts = value.get(self.from..self.from + self.size * self.count);
            let counts = counts.unwrap_or_default();
            match self.size {
                1 => add(counts, sums, |count| u8::from_ne_bytes(count).into()),
                2 => add(counts, sums, |count| u16::from_ne_bytes(count).into()),
                _ => add(counts, sums, |count| u32::from_ne_bytes(count).into()),
            }
        }
    }
}

fn add<const N: usize>(counts: &[u8], sums: &mut [[u8; SUM]], number: impl Fn([u8; N]) -> u64) {
    let (counts, _) = counts.as_chunks();
    for (count, sum) in counts.iter().zip(sums) {
        *sum = (u64::from_ne_bytes(*sum) + number(*count)).to_ne_bytes();
    }
}
