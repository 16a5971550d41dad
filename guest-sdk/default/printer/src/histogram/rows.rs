//! Histograms for people: a row a range, with its count and a bar.
//!
//! A row is put together from pieces that were made beforehand, each stored whole: its range, the digits of its count, and
//! its bar with all around it.

use super::Ranges;
use crate::gathered::Gathered;
use crate::number::unsigned;
use crate::write::{Window, window};
use alloc::format;
use alloc::vec::Vec;
use eunomia_component::digits::{TEN_8, short};

/// The columns of a range's numbers, and of its bar, as long as all numbers are no longer.
const NARROW: (usize, usize) = (10, 40);
/// The same for longer numbers. They have at most 20 digits.
const WIDE: (usize, usize) = (20, 20);
/// The bytes before a count: two numbers, the arrow and the colon.
const BEFORE_NARROW: usize = 2 * NARROW.0 + 7;
const BEFORE_WIDE: usize = 2 * WIDE.0 + 7;
/// The columns of a count. Longer ones move the bar to the right.
const COUNT: usize = 8;
/// The longest count.
const LONGEST_COUNT: usize = 20;
/// The bytes of a bar with what is around it.
const BAR: usize = 48;

/// Prints counts as rows.
#[derive(Debug)]
pub(super) struct Rows {
    /// The line above the rows, up to the colon.
    narrow_title: Vec<u8>,
    wide_title: Vec<u8>,
    /// The rows up to their counts, as far as their numbers are short enough.
    narrow: Vec<[u8; 32]>,
    /// The same of all rows.
    wide: Vec<[u8; 48]>,
}

/// A bar for each number of stars: a space, the bar between two lines, and the line's end.
type Bars<const N: usize> = [[u8; BAR]; N];

static NARROW_BARS: Bars<{ NARROW.1 + 1 }> = bars();
static WIDE_BARS: Bars<{ WIDE.1 + 1 }> = bars();

const fn bars<const N: usize>() -> Bars<N> {
    let mut bars = [[b' '; BAR]; N];
    let mut stars = 0;
    while stars < N {
        let (_, rest) = bars.split_at_mut(stars);
        if let [bar, ..] = rest {
            let mut place = 0;
            let mut rest: &mut [u8] = bar;
            while let [byte, after @ ..] = rest {
                if place == 1 || place == N + 1 {
                    *byte = b'|';
                } else if place == N + 2 {
                    *byte = b'\n';
                } else if place > 1 && place < 2 + stars {
                    *byte = b'*';
                }
                place += 1;
                rest = after;
            }
        }
        stars += 1;
    }
    bars
}

impl Rows {
    pub(super) fn new(ranges: Ranges, slots: u32, unit: &[u8]) -> Self {
        let mut narrow = Vec::new();
        let mut wide = Vec::new();
        for slot in 0..slots {
            let (from, to) = ranges.of(slot);
            let row = format!("{from:>10} -> {to:<10} : ");
            if row.len() == BEFORE_NARROW && narrow.len() == wide.len() {
                narrow.push(padded(&row));
            }
            wide.push(padded(&format!("{from:>20} -> {to:<20} : ")));
        }
        let unit = core::str::from_utf8(unit).unwrap_or_default();
        Self {
            narrow_title: format!("     {unit:<19} : ").into_bytes(),
            wide_title: format!("{:15}{unit:<29} : ", "").into_bytes(),
            narrow,
            wide,
        }
    }

    /// Print counts of which `most` is the largest and the last is not 0.
    #[inline]
    pub(super) fn print(&self, counts: &[u64], most: u64, out: &mut Gathered) {
        let is_narrow = counts.len() <= self.narrow.len();
        out.append(if is_narrow {
            &self.narrow_title
        } else {
            &self.wide_title
        });
        if counts.is_empty() {
            return out.append(b"no values\n");
        }
        out.append(b"count    distribution\n");
        out.reserve(counts.len() * (BEFORE_WIDE + LONGEST_COUNT + BAR));
        if is_narrow {
            rows::<32, BEFORE_NARROW, { NARROW.1 + 1 }>(&self.narrow, counts, most, &NARROW_BARS, out);
        } else {
            rows::<48, BEFORE_WIDE, { WIDE.1 + 1 }>(&self.wide, counts, most, &WIDE_BARS, out);
        }
    }
}

/// The bytes of a text that is no longer, and what is to be written over.
fn padded<const N: usize>(text: &str) -> [u8; N] {
    let mut padded = [b' '; N];
    for (place, byte) in padded.iter_mut().zip(text.bytes()) {
        *place = byte;
    }
    padded
}

#[inline(always)]
fn rows<const PIECE: usize, const BEFORE: usize, const STARS: usize>(
    ranges: &[[u8; PIECE]],
    counts: &[u64],
    most: u64,
    bars: &Bars<STARS>,
    out: &mut Gathered,
) {
    let stars = Scale::new(most, STARS as u64 - 1);
    let mut at = out.at;
    for (range, &count) in ranges.iter().zip(counts) {
        let Some(row) = window(&mut out.bytes, at) else { return };
        store(row, 0, *range);
        let width = digits::<BEFORE>(row, count);
        let bar = bars.get(stars.of(count) as usize).unwrap_or(&[b' '; BAR]);
        if width == COUNT {
            store(row, BEFORE + COUNT, *bar);
        } else {
            store(row, BEFORE + width, *bar);
        }
        // The bar, two lines, the space before and the end of the line.
        at += BEFORE + width + STARS - 1 + 4;
    }
    out.at = at;
}

/// Write a count at a place of a row, and return the columns that it takes.
#[inline(always)]
fn digits<const AT: usize>(row: &mut Window, count: u64) -> usize {
    if count < TEN_8 {
        let (word, length) = short(count);
        // Spaces for what the digits leave; eight of them leave nothing.
        let spaces = u64::from_le_bytes([b' '; 8]);
        let after = spaces << (4 * length) << (4 * length);
        store(row, AT, (word | after).to_le_bytes());
        COUNT
    } else {
        unsigned(row, AT, count) - AT
    }
}

/// Store bytes at a place of a row: its longest, with a count of 20 digits, ends within.
#[inline(always)]
fn store<const N: usize>(row: &mut Window, at: usize, bytes: [u8; N]) {
    if let Some(place) = row.get_mut(at..).and_then(<[u8]>::first_chunk_mut::<N>) {
        *place = bytes;
    }
}

/// How many stars a count has, `width` for the largest.
#[derive(Clone, Copy)]
struct Scale {
    most: u64,
    width: u64,
    /// `width / most` in units of 2^-32, rounded down, while the largest fits into 32 bits; else 0.
    factor: u64,
}

impl Scale {
    #[inline(always)]
    fn new(most: u64, width: u64) -> Self {
        let factor = match u32::try_from(most) {
            Ok(1..) => (width << 32) / most,
            _ => 0,
        };
        Self { most, width, factor }
    }

    /// `count * width / most`, rounded down, without a division for each count where that is possible.
    #[inline(always)]
    fn of(self, count: u64) -> u64 {
        if self.factor == 0 {
            return self.far(count);
        }
        // At most `width << 32`, and never too many: one too few at most, for the factor was rounded down.
        let stars = (count * self.factor) >> 32;
        stars + u64::from((stars + 1) * self.most <= count * self.width)
    }

    #[cold]
    fn far(self, count: u64) -> u64 {
        (u128::from(count) * u128::from(self.width) / u128::from(self.most.max(1))) as u64
    }
}
