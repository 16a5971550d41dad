//! Records as they are handed on: many, back to back, in one aligned piece.

use std::time::{SystemTime, UNIX_EPOCH};

/// The CPU in the header of a record whose source does not say which one wrote it.
pub const CPU_UNKNOWN: u16 = 0xffff;

/// Records that were read together.
///
/// `data` holds them back to back, each behind a header of 8 bytes in native byte order: the record's length in bytes without
/// header and padding (u32), the index of its map in the list that the source was opened with (u16), the CPU that wrote it or
/// [`CPU_UNKNOWN`] (u16). Each record is padded to a multiple of 8 bytes; what the padding holds is not defined. The entries of a sampled
/// map are a key, padded to 8 bytes, and a value; after the last comes a record of length 0.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// Headers and records.
    pub data: Vec<u64>,
    /// How many records `data` holds, without those that only end a sample.
    pub records: u64,
    /// How many samples of maps end in it.
    pub samples: u64,
    /// How many records the kernel reported lost since the batch before: perf buffers only.
    pub lost: u64,
    /// When the batch was read: nanoseconds since 1970-01-01 00:00 UTC.
    pub time_ns: u64,
}

impl Batch {
    /// Makes it empty and keeps its memory.
    pub(crate) fn clear(&mut self) {
        self.data.clear();
        self.records = 0;
        self.samples = 0;
        self.lost = 0;
    }

    /// Notes when it was read.
    pub(crate) fn stamp(&mut self) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        self.time_ns = u64::try_from(now.as_nanos()).unwrap_or(u64::MAX);
    }

    /// Each record with its source and CPU, in the order of `data`. A header that points past the end ends the walk.
    pub fn iter(&self) -> impl Iterator<Item = Record<'_>> {
        let mut rest = self.data.as_slice();
        std::iter::from_fn(move || {
            let (header, after) = rest.split_first()?;
            let [a, b, c, d, e, f, g, h] = header.to_ne_bytes();
            let length = u32::from_ne_bytes([a, b, c, d]) as usize;
            let (record, next) = after.split_at_checked(length.div_ceil(8))?;
            rest = next;
            let data = words_as_bytes(record).get(..length)?;
            Some(Record {
                source: u16::from_ne_bytes([e, f]),
                cpu: u16::from_ne_bytes([g, h]),
                data,
            })
        })
    }
}

/// One record of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'batch> {
    /// The index of its map in the list that the source was opened with.
    pub source: u16,
    /// The CPU that wrote it, or [`CPU_UNKNOWN`].
    pub cpu: u16,
    /// What the program wrote.
    pub data: &'batch [u8],
}

/// The part of a header that is the same for all records of a source and CPU.
pub(crate) fn header_base(source: u16, cpu: u16) -> u64 {
    let ([a, b], [c, d]) = (source.to_ne_bytes(), cpu.to_ne_bytes());
    u64::from_ne_bytes([0, 0, 0, 0, a, b, c, d])
}

/// A header: the base with the length put in.
#[inline]
pub(crate) fn with_length(base: u64, length: u32) -> u64 {
    base | if cfg!(target_endian = "little") {
        u64::from(length)
    } else {
        u64::from(length) << 32
    }
}

/// Words seen as the bytes that they are.
fn words_as_bytes(words: &[u64]) -> &[u8] {
    // SAFETY: the same memory, for as long; bytes have no alignment and no invalid values.
    unsafe { std::slice::from_raw_parts(words.as_ptr().cast(), size_of_val(words)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_read_back_from_their_headers() {
        let base = header_base(3, 7);
        let word = u64::from_ne_bytes(*b"abcdefgh");
        let batch = Batch {
            data: vec![with_length(base, 5), word, with_length(base, 0)],
            records: 2,
            ..Batch::default()
        };
        let records: Vec<_> = batch.iter().collect();
        assert_eq!(
            records.first(),
            Some(&Record {
                source: 3,
                cpu: 7,
                data: b"abcde"
            })
        );
        assert_eq!(
            records.get(1),
            Some(&Record {
                source: 3,
                cpu: 7,
                data: b""
            })
        );
        assert_eq!(records.len(), 2);
    }

    #[test]
    fn a_header_that_points_past_the_end_ends_the_walk() {
        let batch = Batch {
            data: vec![with_length(0, 9), 0],
            ..Batch::default()
        };
        assert_eq!(batch.iter().count(), 0);
    }
}
