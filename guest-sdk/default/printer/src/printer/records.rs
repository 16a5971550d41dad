//! The records of a batch.

use super::{Error, past_the_end, split};

/// The records of a batch, until one lies.
pub(super) struct Records<'a> {
    data: &'a [u8],
    rest: &'a [u8],
}

/// A record of a batch.
pub(super) struct Record<'a> {
    /// The number of its source.
    pub(super) source: usize,
    /// What its header says of the CPU.
    pub(super) cpu: u16,
    pub(super) bytes: &'a [u8],
}

impl<'a> Records<'a> {
    pub(super) fn new(data: &'a [u8]) -> Self {
        Self { data, rest: data }
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Result<Record<'a>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let (header, after) = self.rest.split_first_chunk::<8>()?;
        let header = u64::from_ne_bytes(*header);
        let (length, source) = split(header);
        let place = self.data.len() - self.rest.len();
        // As long as the data is made of words, the padding is there where the record is.
        self.rest = after.get((length as usize).next_multiple_of(8)..).unwrap_or_default();
        Some(match after.get(..length as usize) {
            Some(bytes) => Ok(Record {
                source,
                cpu: cpu(header),
                bytes,
            }),
            None => Err(past_the_end(place, length, after.len())),
        })
    }
}

/// The CPU that a header names.
fn cpu(header: u64) -> u16 {
    if cfg!(target_endian = "little") {
        (header >> 48) as u16
    } else {
        header as u16
    }
}
