//! Records in a batch, looked at where they lie.

use core::fmt;
use core::iter::FusedIterator;

use bytemuck::AnyBitPattern;

use crate::types::Batch;

/// What the header says where the kernel does not tell the CPU.
const NO_CPU: u16 = u16::MAX;

/// One record of a batch, without a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record<'a> {
    /// The place of its map among the event source's inputs.
    pub source: usize,
    /// The CPU that wrote it, where the kernel tells: perf event arrays do, ring buffers do not.
    pub cpu: Option<u16>,
    /// What the program wrote, starting at a multiple of 8 bytes.
    pub data: &'a [u8],
}

impl<'a> Record<'a> {
    /// The record as a type that any bytes are a value of, where it lies. None if it is shorter than the type; what is
    /// longer is cut, because the kernel pads some records.
    ///
    /// ```
    /// # let batch = eunomia_component::types::Batch { data: vec![4, 77], records: 1, lost: 0, time: 0 };
    /// for record in &batch {
    ///     assert_eq!(record.view::<u32>(), Some(&77));
    /// }
    /// ```
    pub fn view<T: AnyBitPattern>(&self) -> Option<&'a T> {
        bytemuck::try_from_bytes(self.data.get(..size_of::<T>())?).ok()
    }

    /// As [`view`](Self::view), and a sentence where the record is too short: no event goes by unseen.
    ///
    /// # Errors
    /// The record is shorter than the type.
    pub fn read<T: AnyBitPattern>(&self) -> Result<&'a T, TooShort> {
        self.view().ok_or(TooShort {
            source: self.source,
            length: self.data.len(),
            wanted: size_of::<T>(),
            name: core::any::type_name::<T>(),
        })
    }
}

/// A record that is shorter than what it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooShort {
    source: usize,
    length: usize,
    wanted: usize,
    name: &'static str,
}

impl fmt::Display for TooShort {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            source,
            length,
            wanted,
            name,
        } = self;
        write!(
            formatter,
            "a record of source {source} has {length} bytes, and {name} has {wanted}"
        )
    }
}

impl core::error::Error for TooShort {}

/// The records of a batch, in the order in which they were read.
#[derive(Debug, Clone)]
pub struct Records<'a> {
    words: &'a [u64],
}

impl<'a> Records<'a> {
    /// What has not been given out. Not empty at the end only if a record claims to be longer than the batch, which no
    /// host writes: a component that takes batches from others may check it.
    pub fn rest(&self) -> &'a [u64] {
        self.words
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    #[inline]
    fn next(&mut self) -> Option<Record<'a>> {
        let (header, rest) = self.words.split_first()?;
        let [l0, l1, l2, l3, s0, s1, c0, c1] = header.to_ne_bytes();
        let length = u32::from_ne_bytes([l0, l1, l2, l3]) as usize;
        let (record, rest) = rest.split_at_checked(length.div_ceil(8))?;
        let data = bytemuck::cast_slice(record).get(..length)?;
        let cpu = u16::from_ne_bytes([c0, c1]);
        self.words = rest;
        Some(Record {
            source: u16::from_ne_bytes([s0, s1]).into(),
            cpu: (cpu != NO_CPU).then_some(cpu),
            data,
        })
    }
}

impl FusedIterator for Records<'_> {}

impl Batch {
    /// The records, in the order in which they were read.
    pub fn iter(&self) -> Records<'_> {
        Records { words: &self.data }
    }
}

impl<'a> IntoIterator for &'a Batch {
    type Item = Record<'a>;
    type IntoIter = Records<'a>;

    fn into_iter(self) -> Records<'a> {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::Record;
    use crate::types::Batch;
    use alloc::vec;
    use alloc::vec::Vec;

    /// A header as the contract lays it out.
    fn header(length: u32, source: u16, cpu: u16) -> u64 {
        let mut bytes = [0; 8];
        bytes[..4].copy_from_slice(&length.to_ne_bytes());
        bytes[4..6].copy_from_slice(&source.to_ne_bytes());
        bytes[6..].copy_from_slice(&cpu.to_ne_bytes());
        u64::from_ne_bytes(bytes)
    }

    fn batch(data: Vec<u64>) -> Batch {
        Batch {
            data,
            records: 0,
            lost: 0,
            time: 0,
        }
    }

    #[test]
    fn records_are_found_with_their_source_cpu_and_bytes() {
        let word = u64::from_ne_bytes(*b"abcdefgh");
        let batch = batch(vec![
            header(3, 0, 5),
            word,
            header(0, 1, 0xffff),
            header(16, 2, 0),
            word,
            word,
        ]);
        let records: Vec<Record<'_>> = batch.iter().collect();
        let expected = [
            (0, Some(5), b"abc".as_slice()),
            (1, None, b"".as_slice()),
            (2, Some(0), b"abcdefghabcdefgh".as_slice()),
        ];
        assert_eq!(
            records,
            expected.map(|(source, cpu, data)| Record { source, cpu, data })
        );
    }

    #[test]
    fn a_record_longer_than_its_batch_ends_the_batch() {
        for length in [9, 17, u32::MAX] {
            let batch = batch(vec![header(8, 0, 0), 1, header(length, 0, 0), 2]);
            let mut records = batch.iter();
            assert!(records.next().is_some());
            assert_eq!(records.next(), None);
            assert_eq!(records.next(), None);
            assert_eq!(records.rest(), [header(length, 0, 0), 2]);
        }
    }

    #[test]
    fn a_view_needs_as_many_bytes_as_its_type_has() {
        let batch = batch(vec![header(4, 0, 0), u64::from_ne_bytes([1, 0, 0, 0, 9, 9, 9, 9])]);
        let record = batch.iter().next().unwrap();
        assert_eq!(record.view::<u32>(), Some(&u32::from_ne_bytes([1, 0, 0, 0])));
        assert_eq!(record.view::<u64>(), None);
    }
}
