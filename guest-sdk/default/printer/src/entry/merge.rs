//! The values of several CPUs as one.
//!
//! Integers, also in bitfields, are added and wrap around, floating-point numbers are added, booleans are true if one is.
//! Everything else (text, enumerations, addresses, unions) is not something that has a sum: it is that of the first CPU
//! whose value is not all zeros.

use alloc::vec::Vec;

/// What of a value is added up, and how.
#[derive(Debug, Default)]
pub(crate) struct Merge {
    pub(crate) sums: Vec<Sum>,
}

/// Something that is added, `count` times next to each other.
#[derive(Debug)]
pub(crate) struct Sum {
    /// In bytes from the start of the value, or of the element.
    pub(crate) offset: usize,
    /// The bytes of one.
    pub(crate) stride: usize,
    pub(crate) count: usize,
    pub(crate) how: How,
}

/// How something is added.
#[derive(Debug)]
pub(crate) enum How {
    /// An integer of 1, 2, 4, 8 or 16 bytes.
    Integer,
    /// A floating-point number of 4 or 8 bytes.
    Float,
    /// A boolean.
    Or,
    /// A bitfield whose first bit is this one of its first byte.
    Bits { shift: u32, width: u32 },
    /// The members of a struct.
    Members(Merge),
}

impl Merge {
    /// Merge the values that begin `stride` bytes after each other. `sum` holds the first of them, and has a value's size.
    pub(crate) fn run(&self, values: &[u8], stride: usize, sum: &mut [u8]) {
        let size = sum.len();
        let each = || values.chunks_exact(stride).filter_map(|value| value.get(..size));
        let mut rest = each().skip_while(|value| value.iter().all(|byte| *byte == 0));
        let Some(first) = rest.next() else { return };
        sum.copy_from_slice(first);
        for value in rest {
            self.add(value, sum);
        }
    }

    fn add(&self, value: &[u8], sum: &mut [u8]) {
        for of in &self.sums {
            let end = of.offset + of.stride * of.count;
            if let (Some(value), Some(sum)) = (value.get(of.offset..end), sum.get_mut(of.offset..end)) {
                of.add(value, sum);
            }
        }
    }
}

impl Sum {
    fn add(&self, value: &[u8], sum: &mut [u8]) {
        match (&self.how, self.stride) {
            (How::Integer, 1) => each(value, sum, |a, b| {
                u8::from_ne_bytes(a).wrapping_add(u8::from_ne_bytes(b)).to_ne_bytes()
            }),
            (How::Integer, 2) => each(value, sum, |a, b| {
                u16::from_ne_bytes(a).wrapping_add(u16::from_ne_bytes(b)).to_ne_bytes()
            }),
            (How::Integer, 4) => each(value, sum, |a, b| {
                u32::from_ne_bytes(a).wrapping_add(u32::from_ne_bytes(b)).to_ne_bytes()
            }),
            (How::Integer, 8) => each(value, sum, |a, b| {
                u64::from_ne_bytes(a).wrapping_add(u64::from_ne_bytes(b)).to_ne_bytes()
            }),
            (How::Integer, 16) => each(value, sum, |a, b| {
                u128::from_ne_bytes(a)
                    .wrapping_add(u128::from_ne_bytes(b))
                    .to_ne_bytes()
            }),
            (How::Float, 4) => each(value, sum, |a, b| {
                (f32::from_ne_bytes(a) + f32::from_ne_bytes(b)).to_ne_bytes()
            }),
            (How::Float, 8) => each(value, sum, |a, b| {
                (f64::from_ne_bytes(a) + f64::from_ne_bytes(b)).to_ne_bytes()
            }),
            (How::Or, 1) => each(value, sum, |[a], [b]| [a | b]),
            (How::Bits { shift, width }, _) => bits(*shift, *width, value, sum),
            (How::Members(merge), stride) if stride > 0 => {
                for (value, sum) in value.chunks_exact(stride).zip(sum.chunks_exact_mut(stride)) {
                    merge.add(value, sum);
                }
            }
            _ => {}
        }
    }
}

/// Put together two rows of elements of `N` bytes.
fn each<const N: usize>(value: &[u8], sum: &mut [u8], together: impl Fn([u8; N], [u8; N]) -> [u8; N]) {
    let (value, _) = value.as_chunks::<N>();
    let (sum, _) = sum.as_chunks_mut::<N>();
    for (value, sum) in value.iter().zip(sum) {
        *sum = together(*value, *sum);
    }
}

fn bits(shift: u32, width: u32, value: &[u8], sum: &mut [u8]) {
    let whole = |bytes: &[u8]| {
        let bytes = bytes.iter().take(9).rev();
        bytes.fold(0_u128, |whole, byte| whole << 8 | u128::from(*byte))
    };
    let mask = ((1_u128 << width) - 1) << shift;
    let before = whole(sum);
    let added = before.wrapping_add(whole(value) & mask) & mask;
    let after = (before & !mask | added).to_le_bytes();
    for (place, byte) in sum.iter_mut().zip(after) {
        *place = byte;
    }
}
