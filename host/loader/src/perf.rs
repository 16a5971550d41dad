//! Perf buffers: one for each CPU, opened by libbpf and read here, so that a batch is never larger than asked for.
//!
//! The layout is that of `struct perf_event_mmap_page` (`include/uapi/linux/perf_event.h`): a page with the positions, then the
//! data once. Records are multiples of 8 bytes, so a header is never cut at the end, but a record may be.

use std::ffi::c_int;
use std::os::fd::{AsFd, BorrowedFd};
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicU64, Ordering};

use libbpf_sys::perf_event_mmap_page;

use crate::batch::{Batch, header_base, with_length};
use crate::error::{Error, Result};
use crate::perf_open::{self, Opened};
use crate::ring::End;

/// `PERF_RECORD_LOST`: 8 bytes of event number, 8 bytes of how many.
const LOST: u32 = 2;
/// `PERF_RECORD_SAMPLE`: with `PERF_SAMPLE_RAW`, 4 bytes of length and the data.
const SAMPLE: u32 = 9;
/// The most pages of one CPU's buffer: with pages of 4 KiB they are 64 MiB.
const MOST_PAGES: u32 = 1 << 14;

/// The buffers of all CPUs for one `BPF_MAP_TYPE_PERF_EVENT_ARRAY`.
#[derive(Debug)]
pub(crate) struct PerfBuffer {
    raw: NonNull<libbpf_sys::perf_buffer>,
    cpus: Vec<CpuBuffer>,
    /// Where the next read begins, so that no CPU starves the others.
    first: usize,
    /// Whether the kernel tells how many were lost when it is asked.
    counts: bool,
    /// Losses that records in the buffers have told of.
    reported: u64,
    /// Losses that a batch has told of.
    told: u64,
    /// What a record should be long: the kernel pads it and keeps only the padded length.
    record: Option<u32>,
}

// SAFETY: libbpf's perf buffer is bound to no thread; it is used through `&mut self` but for reading positions.
unsafe impl Send for PerfBuffer {}

/// The buffer of one CPU.
#[derive(Debug)]
struct CpuBuffer {
    page: NonNull<perf_event_mmap_page>,
    data: NonNull<u8>,
    size: u64,
    fd: c_int,
    tail: u64,
    until: u64,
    header: u64,
}

impl PerfBuffer {
    /// Opens `pages` pages for each CPU that is online. `record` is the length of the map's record type, if it has one.
    ///
    /// The map must stay open as long as the buffer: libbpf clears its entries at the end.
    pub(crate) fn open(
        map: BorrowedFd<'_>,
        entries: u32,
        pages: u32,
        record_size: Option<u32>,
        source: u16,
    ) -> Result<Self> {
        if !pages.is_power_of_two() {
            return Err(Error::invalid(format!(
                "a perf buffer of {pages} pages: the number must be a power of two"
            )));
        }
        if pages > MOST_PAGES {
            return Err(Error::invalid(format!(
                "a perf buffer of {pages} pages: each CPU has {MOST_PAGES} at most"
            ))
            .with_hint("ask for fewer pages"));
        }
        let Opened { raw, cpus, counts } = perf_open::open(map, entries, pages)?;
        let mut buffer = Self {
            raw,
            cpus: Vec::new(),
            first: 0,
            counts,
            reported: 0,
            told: 0,
            record: record_size,
        };
        for (index, cpu) in (0..).zip(&cpus) {
            buffer.cpus.push(CpuBuffer::open(
                raw,
                index,
                header_base(source, u16::try_from(*cpu).unwrap_or(u16::MAX)),
            )?);
        }
        Ok(buffer)
    }

    /// Readable when something was written since the last wait on it.
    pub(crate) fn fd(&self) -> BorrowedFd<'_> {
        // SAFETY: libbpf's epoll descriptor lives as long as the buffer.
        unsafe { BorrowedFd::borrow_raw(libbpf_sys::perf_buffer__epoll_fd(self.raw.as_ptr())) }
    }

    /// The bytes of one CPU's buffer.
    pub(crate) fn size(&self) -> u64 {
        self.cpus.first().map_or(u64::MAX, |cpu| cpu.size)
    }

    /// Bytes not yet read: in all, and in the fullest.
    pub(crate) fn filled(&self) -> (u64, u64) {
        self.cpus
            .iter()
            .map(CpuBuffer::filled)
            .fold((0, 0), |(all, most), filled| (all + filled, most.max(filled)))
    }

    /// From now on reads only what has been written so far.
    pub(crate) fn stop_here(&mut self) {
        for cpu in &mut self.cpus {
            cpu.until = cpu.until.min(cpu.head());
        }
    }

    /// Moves records into the batch: at most `room` bytes and `limit` records.
    pub(crate) fn read(&mut self, batch: &mut Batch, room: usize, limit: u64) -> End {
        let (words, records) = (batch.data.len(), batch.records);
        let mut end = End::Exhausted;
        for turn in 0..self.cpus.len() {
            let index = (self.first + turn) % self.cpus.len();
            let Some(cpu) = self.cpus.get_mut(index) else { break };
            let used = (batch.data.len() - words) * 8;
            end = cpu.read(
                batch,
                room.saturating_sub(used),
                limit - (batch.records - records),
                self.record,
                &mut self.reported,
            );
            if end != End::Exhausted {
                self.first = index;
                break;
            }
        }
        self.tell_losses(batch, self.reported);
        end
    }

    /// Adds losses to the batch that it has not been told of: those that no record in the buffers will tell of any more, too.
    pub(crate) fn settle(&mut self, batch: &mut Batch) {
        let lost = self.lost().unwrap_or(self.reported);
        self.tell_losses(batch, lost);
    }

    /// How many records were lost so far; `None` if the kernel does not tell. What records in the buffers told is then only a
    /// part: the losses after the last record that found room are in none.
    pub(crate) fn lost(&self) -> Option<u64> {
        if !self.counts {
            return None;
        }
        let each = self.cpus.iter().map(CpuBuffer::lost);
        let counted = each.reduce(|all, lost| Some(all?.saturating_add(lost?)));
        Some(self.reported.max(counted.unwrap_or(Some(0))?))
    }

    /// Records that were not read.
    pub(crate) fn unread(&self) -> u64 {
        self.cpus.iter().map(CpuBuffer::unread).sum()
    }

    fn tell_losses(&mut self, batch: &mut Batch, lost: u64) {
        batch.lost = batch.lost.saturating_add(lost.saturating_sub(self.told));
        self.told = self.told.max(lost);
    }
}

impl Drop for PerfBuffer {
    fn drop(&mut self) {
        // SAFETY: owned, and freed once; the positions that point into it go at the same time.
        unsafe { libbpf_sys::perf_buffer__free(self.raw.as_ptr()) }
    }
}

impl CpuBuffer {
    fn open(raw: NonNull<libbpf_sys::perf_buffer>, index: c_int, header: u64) -> Result<Self> {
        let (mut base, mut length) = (ptr::null_mut(), 0);
        // SAFETY: the buffer is open; libbpf checks the index and fills in both.
        let code = unsafe { libbpf_sys::perf_buffer__buffer(raw.as_ptr(), index, &raw mut base, &raw mut length) };
        // SAFETY: as above.
        let fd = unsafe { libbpf_sys::perf_buffer__buffer_fd(raw.as_ptr(), index as libbpf_sys::size_t) };
        if code != 0 || fd < 0 {
            return Err(Error::from_errno(code.min(fd)));
        }
        let page = NonNull::new(base.cast::<perf_event_mmap_page>()).ok_or_else(|| Error::from_errno(libc::EINVAL))?;
        // SAFETY: libbpf maps one page of positions and, behind it, the pages of data that were asked for.
        let data = unsafe { page.cast::<u8>().add(rustix::param::page_size()) };
        // The length that libbpf tells is that of the data alone.
        let mut buffer = Self {
            page,
            data,
            size: length,
            fd,
            tail: 0,
            until: u64::MAX,
            header,
        };
        buffer.tail = buffer.position(buffer.tail_word()).load(Ordering::Relaxed);
        if !buffer.size.is_power_of_two() {
            return Err(Error::invalid(format!(
                "a perf buffer of {} bytes is not a power of two",
                buffer.size
            )));
        }
        Ok(buffer)
    }

    fn read(&mut self, batch: &mut Batch, room: usize, limit: u64, record: Option<u32>, lost: &mut u64) -> End {
        let head = self.head().min(self.until);
        let (start, before, words) = (self.tail, batch.records, batch.data.len());
        let end = loop {
            if self.tail >= head {
                break End::Exhausted;
            }
            let header = self.word(self.tail).to_ne_bytes();
            let [k0, k1, k2, k3, _, _, s0, s1] = header;
            let (kind, step) = (
                u32::from_ne_bytes([k0, k1, k2, k3]),
                u64::from(u16::from_ne_bytes([s0, s1])),
            );
            if step < 8 || step % 8 != 0 || step > head - self.tail {
                // The kernel never writes this. What follows has no beginning that could be found.
                self.tail = head;
                break End::Exhausted;
            }
            match kind {
                SAMPLE if step >= 16 => {
                    let length = self.sample_length(step, record);
                    let needed = 8 + (length as usize).next_multiple_of(8);
                    if needed > room.saturating_sub((batch.data.len() - words) * 8) {
                        break End::Full(needed);
                    }
                    if batch.records - before == limit {
                        break End::Limit;
                    }
                    batch.data.push(with_length(self.header, length));
                    self.copy_out(self.tail + 12, length as usize, &mut batch.data);
                    batch.records += 1;
                }
                LOST if step >= 24 => *lost = lost.saturating_add(self.word(self.tail + 16)),
                _ => {}
            }
            self.tail += step;
        };
        if self.tail != start {
            self.position(self.tail_word()).store(self.tail, Ordering::Release);
        }
        end
    }

    fn unread(&self) -> u64 {
        let (mut position, head, mut records) = (self.tail, self.head(), 0);
        while position < head {
            let [k0, k1, k2, k3, _, _, s0, s1] = self.word(position).to_ne_bytes();
            records += u64::from(u32::from_ne_bytes([k0, k1, k2, k3]) == SAMPLE);
            match u16::from_ne_bytes([s0, s1]) {
                0..8 => break,
                step => position += u64::from(step),
            }
        }
        records
    }

    /// The length of a sample's data. The kernel rounds it so that the record is a multiple of 8 bytes.
    fn sample_length(&self, step: u64, record: Option<u32>) -> u32 {
        let [a, b, c, d, ..] = self.word(self.tail + 8).to_ne_bytes();
        let padded = u32::from_ne_bytes([a, b, c, d]).min((step - 12) as u32);
        record
            .filter(|length| (length + 4).next_multiple_of(8) - 4 == padded)
            .unwrap_or(padded)
    }

    /// Appends bytes of the buffer, in two pieces where they go round its end, as words with zeros behind.
    fn copy_out(&self, from: u64, length: usize, words: &mut Vec<u64>) {
        let start = words.len();
        words.resize(start + length.div_ceil(8), 0);
        let Some(target) = words.get_mut(start..) else { return };
        let from = (from & (self.size - 1)) as usize;
        let first = length.min(self.size as usize - from);
        // SAFETY: `length` is at most what a record below the head has, which is at most the buffer's size; the two pieces are
        // cut at its end. The target was just made as long. The kernel does not write below the head before the tail moves.
        unsafe {
            let target = target.as_mut_ptr().cast::<u8>();
            ptr::copy_nonoverlapping(self.data.as_ptr().add(from), target, first);
            ptr::copy_nonoverlapping(self.data.as_ptr(), target.add(first), length - first);
        }
    }

    fn filled(&self) -> u64 {
        self.head().saturating_sub(self.tail)
    }

    /// How many samples the kernel says were lost; `None` if it cannot be read.
    fn lost(&self) -> Option<u64> {
        let mut values = [0_u8; 16];
        // SAFETY: libbpf keeps the event open as long as the buffer.
        let fd = unsafe { BorrowedFd::borrow_raw(self.fd) };
        match rustix::io::read(fd.as_fd(), &mut values) {
            Ok(16) => values.last_chunk::<8>().map(|lost| u64::from_ne_bytes(*lost)),
            _ => None,
        }
    }

    /// The aligned word at a position below the head.
    fn word(&self, position: u64) -> u64 {
        // SAFETY: the masked position is a multiple of 8 within the data; below the head the kernel does not write.
        unsafe {
            self.data
                .as_ptr()
                .add((position & (self.size - 1) & !7) as usize)
                .cast::<u64>()
                .read()
        }
    }

    fn head(&self) -> u64 {
        // SAFETY: the page is mapped as long as the buffer is open.
        let word = unsafe { &raw mut (*self.page.as_ptr()).data_head };
        self.position(word).load(Ordering::Acquire)
    }

    fn tail_word(&self) -> *mut u64 {
        // SAFETY: as above.
        unsafe { &raw mut (*self.page.as_ptr()).data_tail }
    }

    fn position(&self, word: *mut u64) -> &AtomicU64 {
        // SAFETY: one of the two positions: aligned, in a page that is mapped to read and write as long as the buffer is open,
        // and accessed by the kernel as one word.
        unsafe { AtomicU64::from_ptr(word) }
    }
}
