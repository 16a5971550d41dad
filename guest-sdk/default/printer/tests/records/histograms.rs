//! Layouts of histograms.

use super::{chars, int, structure, ty};
use printer::{Kind, Type};

/// u32 → an array of counts of `size` bytes.
pub(crate) fn bare(size: u32, count: u32) -> Vec<Type> {
    vec![
        int(4, false),
        ty("", size * count, Kind::Array { element: 2, count }),
        int(size, false),
    ]
}

/// `{pid, comm}` → `{total, slots, comm}`.
pub(crate) fn within() -> Vec<Type> {
    vec![
        structure("key", 12, &[("pid", 2, 0), ("comm", 3, 4)]),
        structure("hist", 24, &[("total", 5, 0), ("slots", 6, 8), ("comm", 3, 16)]),
        int(4, false),
        chars(4, 8),
        ty("char", 1, Kind::Char),
        int(8, false),
        ty("", 8, Kind::Array { element: 2, count: 2 }),
    ]
}

pub(crate) fn words<const N: usize>(numbers: &[u64]) -> Vec<u8> {
    numbers
        .iter()
        .flat_map(|number| number.to_le_bytes()[..N].to_vec())
        .collect()
}
