//! Histograms as lines of values: one for each range, with all that the histogram is for.

use super::Ranges;
use crate::form::{self, SEPARATOR};
use crate::gathered::Gathered;
use crate::plan::Field;
use crate::text::{Style, name};
use alloc::vec::Vec;
use alloc::{format, string::String};

/// The columns after those of key and value.
const COLUMNS: &str = "unit,from,to,count\n";

/// The header line of histograms with these members before their counts.
pub(super) fn header(fields: &[Field]) -> Vec<u8> {
    let mut header = Vec::new();
    for field in fields {
        form::value(&name(field.name, Style::Bare), &mut header);
        header.push(b',');
    }
    header.extend_from_slice(COLUMNS.as_bytes());
    header
}

/// Prints counts as lines, whose values are separated by what becomes commas.
#[derive(Debug)]
pub(super) struct Lines {
    ranges: Ranges,
    unit: Vec<u8>,
}

impl Lines {
    pub(super) fn new(ranges: Ranges, unit: &[u8]) -> Self {
        Self {
            ranges,
            unit: unit.to_vec(),
        }
    }

    /// Print counts of which the last is not 0, each after what stands in the output from `start` on.
    pub(super) fn print(&self, counts: &[u64], start: usize, out: &mut Gathered) {
        let before = out.bytes.get(start..out.at).unwrap_or_default().to_vec();
        out.at = start;
        for (slot, count) in (0..).zip(counts) {
            let (from, to) = self.ranges.of(slot);
            let separator = char::from(SEPARATOR);
            let numbers: String = format!("{separator}{from}{separator}{to}{separator}{count}\n");
            out.append(&before);
            out.append(&self.unit);
            out.append(numbers.as_bytes());
        }
    }
}
