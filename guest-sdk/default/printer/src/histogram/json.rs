//! Histograms as JSON: an object a range.

use super::Ranges;
use crate::gathered::Gathered;
use crate::number::unsigned;
use crate::write::{put, put_far, window};
use alloc::format;
use alloc::vec::Vec;

/// The most bytes of an object up to its count: numbers of 20 digits, and their names.
const BEFORE: usize = 64;
/// The most bytes of a count, the closing brace and a comma.
const COUNT: usize = 22;

/// Prints counts as objects.
#[derive(Debug)]
pub(super) struct Objects {
    /// Each object up to its count, and how much of these bytes counts.
    before: Vec<([u8; BEFORE], u8)>,
}

impl Objects {
    pub(super) fn new(ranges: Ranges, slots: u32) -> Self {
        let before = |slot| {
            let (from, to) = ranges.of(slot);
            let text = format!("{{\"from\":{from},\"to\":{to},\"count\":");
            let mut bytes = [0; BEFORE];
            for (place, byte) in bytes.iter_mut().zip(text.bytes()) {
                *place = byte;
            }
            (bytes, text.len() as u8)
        };
        Self {
            before: (0..slots).map(before).collect(),
        }
    }

    /// Print counts of which the last is not 0, and the end of the line.
    #[inline]
    pub(super) fn print(&self, counts: &[u64], out: &mut Gathered) {
        out.reserve(counts.len() * (BEFORE + COUNT) + 3);
        let mut at = out.at;
        for ((before, length), &count) in self.before.iter().zip(counts) {
            put_far(&mut out.bytes, at, *before);
            at += usize::from(*length);
            let Some(window) = window(&mut out.bytes, at) else {
                return;
            };
            let end = unsigned(window, 0, count);
            put(window, end, *b"},");
            at += end + 2;
        }
        // The last comma is written over.
        at -= usize::from(!counts.is_empty());
        put_far(&mut out.bytes, at, *b"]}\n");
        out.at = at + 3;
    }
}
