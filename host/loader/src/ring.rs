//! A BPF ring buffer, read from its own mapping in whole batches.
//!
//! The layout and its ordering rules are those of the kernel's `kernel/bpf/ringbuf.c`: a page with the consumer's position, a page
//! with the producers', then the data pages mapped twice in a row, so that no record is ever cut at the end. Positions only grow.
//! A record is 8 bytes of header (u32 length with two flags, u32 that is the kernel's own), its data, and padding to 8.

use std::os::fd::BorrowedFd;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering, fence};

use rustix::mm::ProtFlags;

use crate::batch::{Batch, CPU_UNKNOWN, header_base, with_length};
use crate::error::{Error, Result};
use crate::mapping::Mapping;

/// A producer still writes this record.
const BUSY: u32 = 1 << 31;
/// The program took this record back.
const DISCARD: u32 = 1 << 30;
const HEADER: u64 = 8;

const _: () = assert!(
    size_of::<usize>() == 8,
    "the kernel's positions are of the size of its `long`"
);

/// The consumer's side of one ring buffer.
#[derive(Debug)]
pub(crate) struct Ring {
    consumer: Mapping,
    /// The producers' page and, behind it, the data twice.
    producer: Mapping,
    data: NonNull<u8>,
    /// Bytes of data, a power of two.
    size: u64,
    /// How far this side has read. Nobody else moves it.
    position: u64,
    /// How far it is going to read at most.
    until: u64,
    /// What the header of each record begins as.
    header: u64,
}

// SAFETY: `data` points into `producer`, which goes where the ring goes.
unsafe impl Send for Ring {}

/// Why reading ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// Everything that was asked for, or that there is, has been read.
    Exhausted,
    /// The next record is still being written.
    Busy,
    /// The next record does not fit; it needs so many bytes, header included.
    Full(usize),
    /// As many records as were asked for.
    Limit,
}

/// What a walk over the headers found: records that are complete and may be taken.
struct Span {
    bytes: u64,
    records: u64,
    discarded: bool,
    end: End,
}

impl Ring {
    /// Maps the ring buffer of `size` bytes behind `fd`. `source` goes into the header of each record.
    pub(crate) fn open(fd: BorrowedFd<'_>, size: u32, source: u16) -> Result<Self> {
        let page = rustix::param::page_size();
        let size = u64::from(size);
        if !size.is_power_of_two() || size < page as u64 {
            return Err(Error::invalid(format!(
                "a ring buffer of {size} bytes is not a power of two of at least {page}"
            )));
        }
        let consumer = Mapping::new(fd, 0, page, ProtFlags::READ | ProtFlags::WRITE)?;
        let length = page + 2 * size as usize;
        let producer = Mapping::new(fd, page as u64, length, ProtFlags::READ)?;
        // SAFETY: the data begins one page into a mapping that is longer than a page.
        let data = unsafe { producer.base().add(page) };
        let mut ring = Self {
            consumer,
            producer,
            data,
            size,
            position: 0,
            until: u64::MAX,
            header: header_base(source, CPU_UNKNOWN),
        };
        ring.position = ring.consumer_position().load(Ordering::Relaxed);
        Ok(ring)
    }

    /// Bytes of data that fit.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// How far the producers have reserved. What lies below is either complete or marked busy.
    fn produced(&self) -> u64 {
        // SAFETY: the page is mapped and aligned, and the kernel writes this word as one. The page is read-only, for which
        // relaxed loads are the ones that are allowed; the fence makes the headers below the position visible.
        let position = unsafe { AtomicU64::from_ptr(self.producer.base().as_ptr().cast()) }.load(Ordering::Relaxed);
        fence(Ordering::Acquire);
        position
    }

    /// Bytes reserved and not yet read.
    pub(crate) fn filled(&self) -> u64 {
        self.produced().wrapping_sub(self.position).min(self.size)
    }

    /// From now on reads only what has been reserved so far.
    pub(crate) fn stop_here(&mut self) {
        self.until = self.until.min(self.produced());
    }

    /// Moves complete records into the batch: at most `room` bytes and `limit` records.
    pub(crate) fn read(&mut self, batch: &mut Batch, room: usize, limit: u64) -> End {
        let end = self.until.min(self.position + self.filled());
        let span = loop {
            let span = self.walk(end, room as u64, limit);
            if span.records > 0 {
                break span;
            }
            // Records that were taken back need no room in the batch: nothing is copied, and all of it is there for the next.
            if span.bytes > 0 {
                self.advance(span.bytes);
            }
            if span.bytes == 0 || !matches!(span.end, End::Full(_)) {
                return span.end;
            }
        };
        let words = (span.bytes / 8) as usize;
        let start = batch.data.len();
        batch.data.reserve(words);
        // What makes a record complete is its header's flag going away: after this, the bytes behind the headers that the walk
        // saw are the producers' last word.
        fence(Ordering::Acquire);
        // SAFETY: the walk stayed within what was produced, at most `size` bytes, and the data is mapped twice in a row, so
        // `bytes` from the masked position on lie in the mapping. No producer writes there until the position is stored
        // below. The vector has room for the words, which are all written before it is told of them.
        unsafe {
            let from = self
                .data
                .as_ptr()
                .add((self.position & (self.size - 1)) as usize)
                .cast::<u64>();
            let to = batch.data.as_mut_ptr().add(start);
            std::ptr::copy_nonoverlapping(from, to, words);
            batch.data.set_len(start + words);
        }
        self.advance(span.bytes);

        let taken = batch.data.get_mut(start..).unwrap_or_default();
        if span.discarded {
            let kept = drop_discarded(taken, self.header);
            batch.data.truncate(start + kept);
        } else {
            rewrite_headers(taken, self.header);
        }
        batch.records += span.records;
        span.end
    }

    /// Complete records that were not read, discarded ones left out.
    pub(crate) fn unread(&self) -> u64 {
        let mut records = 0;
        let (mut position, end) = (self.position, self.position + self.filled());
        while position < end {
            let length = self.length_at(position);
            records += u64::from(length & (BUSY | DISCARD) == 0);
            position += stride(length);
        }
        records
    }

    /// Gives so many bytes back to the producers.
    fn advance(&mut self, bytes: u64) {
        self.position += bytes;
        self.consumer_position().store(self.position, Ordering::Release);
        // A producer that commits the record at this very position looks whether the reader had caught up, and wakes it. Either
        // it sees this position or the next look at its position sees the record.
        fence(Ordering::SeqCst);
    }

    /// Finds how much can be taken from the front, up to the position `end`.
    fn walk(&self, end: u64, room: u64, limit: u64) -> Span {
        let mut position = self.position;
        let (mut records, mut discarded) = (0, false);
        let end = loop {
            if position >= end {
                break End::Exhausted;
            }
            if records == limit {
                break End::Limit;
            }
            let length = self.length_at(position);
            let step = stride(length);
            if length & BUSY != 0 {
                break End::Busy;
            }
            if step > end - position {
                // No kernel writes this; a second reader of the same ring could make it look so. Nothing after it can be trusted.
                break End::Busy;
            }
            if position + step - self.position > room {
                break End::Full(step as usize);
            }
            if length & DISCARD != 0 {
                discarded = true;
                position += step;
                continue;
            }
            // Most records are as long as the one before. With the step fixed in this loop, the processor need not wait for one
            // header, which another core has just written, to know where the next one is.
            let last = end.min(self.position.saturating_add(room)).saturating_sub(step);
            loop {
                records += 1;
                position += step;
                if position > last || records == limit || self.length_at(position) != length {
                    break;
                }
            }
        };
        Span {
            bytes: position - self.position,
            records,
            discarded,
            end,
        }
    }

    /// The first word of the header at a position below what was produced.
    #[inline]
    fn length_at(&self, position: u64) -> u32 {
        // SAFETY: the masked position is a multiple of 8 within the data, and the kernel writes the word as one. The page is
        // read-only: relaxed loads are the ones that are allowed.
        unsafe {
            let header = self.data.as_ptr().add((position & (self.size - 1)) as usize);
            AtomicU32::from_ptr(header.cast()).load(Ordering::Relaxed)
        }
    }

    fn consumer_position(&self) -> &AtomicU64 {
        // SAFETY: the page is mapped to read and write, aligned, and lives as long as `self`; the kernel only reads it.
        unsafe { AtomicU64::from_ptr(self.consumer.base().as_ptr().cast()) }
    }
}

/// Bytes from one record to the next.
#[inline]
fn stride(length: u32) -> u64 {
    (u64::from(length & !(BUSY | DISCARD)) + HEADER + 7) & !7
}

/// The kernel's length in a copied header.
#[inline]
fn kernel_length(header: u64) -> u32 {
    (if cfg!(target_endian = "little") {
        header
    } else {
        header >> 32
    }) as u32
}

/// Turns the kernel's headers into a batch's.
fn rewrite_headers(words: &mut [u64], base: u64) {
    let mut at = 0;
    while let Some(header) = words.get_mut(at) {
        let length = kernel_length(*header);
        *header = with_length(base, length);
        at += (stride(length) / 8) as usize;
    }
}

/// The same, and moves records over those that were taken back. Gives back how many words are left.
fn drop_discarded(words: &mut [u64], base: u64) -> usize {
    let (mut from, mut to) = (0, 0);
    while let Some(header) = words.get_mut(from) {
        let length = kernel_length(*header);
        let step = (stride(length) / 8) as usize;
        if length & DISCARD == 0 {
            *header = with_length(base, length);
            words.copy_within(from..(from + step).min(words.len()), to);
            to += step;
        }
        from += step;
    }
    to.min(words.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kernel(length: u32) -> u64 {
        with_length(header_base(0xdead, 0xbeef), length)
    }

    #[test]
    fn a_record_takes_its_header_and_padding() {
        assert_eq!(stride(0), 8);
        assert_eq!(stride(1), 16);
        assert_eq!(stride(88 | BUSY), 96);
    }

    #[test]
    fn the_kernels_own_half_of_a_header_is_replaced() {
        let mut words = [kernel(9), 1, 2, kernel(0), kernel(8), 3];
        rewrite_headers(&mut words, header_base(4, CPU_UNKNOWN));
        let header = |length| with_length(header_base(4, CPU_UNKNOWN), length);
        assert_eq!(words, [header(9), 1, 2, header(0), header(8), 3]);
    }

    #[test]
    fn discarded_records_leave_no_gap() {
        let mut words = [
            kernel(8 | DISCARD),
            1,
            kernel(8),
            2,
            kernel(16 | DISCARD),
            3,
            4,
            kernel(4),
            5,
            kernel(DISCARD),
        ];
        let kept = drop_discarded(&mut words, 0);
        assert_eq!(
            words.get(..kept),
            Some(&[with_length(0, 8), 2, with_length(0, 4), 5][..])
        );
    }
}
