//! A map that is read at an interval: its entries come as records among those of buffers.
//!
//! A record is the key, padded to 8 bytes, and the value; one without any bytes says that the map has been read to its end.

use std::time::{Duration, Instant};

use crate::batch::{Batch, CPU_UNKNOWN, header_base, with_length};
use crate::error::{Error, Kind, Result};
use crate::map::{Map, UpdateMode, kind_name};
use crate::map_batch::Entries;
use crate::refused_kinds::{self, Access};
use crate::ring::End;

/// No map is read more often.
const SHORTEST: Duration = Duration::from_millis(1);
/// Bytes of keys and values that one call to the kernel reads.
const CHUNK: usize = 256 * 1024;
/// Entries of one call: above this the call itself costs nothing.
const ENTRIES: usize = 4096;

/// How a map is sampled: first at once, then at each interval, and once more at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sampling {
    /// From one sample to the next, at least a millisecond.
    pub interval: Duration,
    /// Whether what was read is deleted; the entries of an array are set to zero.
    pub clear: bool,
    /// Whether each CPU's value of a per-CPU map is a record of its own.
    pub per_cpu: bool,
}

/// A map and where its reading is.
#[derive(Debug)]
pub(crate) struct Sampled {
    map: Map,
    sampling: Sampling,
    source: u16,
    /// When the next sample begins; `None` after the last.
    due: Option<Instant>,
    reading: Option<Reading>,
}

/// A sample that is not yet complete.
#[derive(Debug)]
struct Reading {
    entries: Entries,
    /// The next entry of `entries`.
    entry: usize,
    /// The next CPU of that entry.
    cpu: u32,
    /// Whether the kernel may have more.
    more: bool,
    /// Entries that may still be read: while programs write, a map may have no end.
    left: u64,
}

impl Sampled {
    pub(crate) fn open(map: &Map, sampling: Sampling, source: u16, now: Instant) -> Result<Self> {
        let sampling = Sampling {
            interval: sampling.interval.max(SHORTEST),
            ..sampling
        };
        let info = map.info();
        let refuse = |why: &str| {
            let kind = kind_name(info.kind);
            Err(Error::new(Kind::InvalidInput, format!("it is a {kind}: {why}")))
        };
        match info.kind {
            libbpf_sys::BPF_MAP_TYPE_RINGBUF | libbpf_sys::BPF_MAP_TYPE_PERF_EVENT_ARRAY => {
                refuse("it holds events, which are read as they come and not at an interval")
            }
            libbpf_sys::BPF_MAP_TYPE_QUEUE | libbpf_sys::BPF_MAP_TYPE_STACK if !sampling.clear => {
                refuse("it can only be read by taking its elements out").map_err(|error: Error| {
                    error.with_hint("let the sample clear it: \"clear_map\": true in the package")
                })
            }
            libbpf_sys::BPF_MAP_TYPE_BLOOM_FILTER
            | libbpf_sys::BPF_MAP_TYPE_USER_RINGBUF
            | libbpf_sys::BPF_MAP_TYPE_ARENA => refuse("it has no entries that could be listed"),
            _ => {
                let takes_out = takes_out(info.kind);
                if !takes_out {
                    refused_kinds::check(info, Access::Read)?;
                    refused_kinds::check(info, Access::Walk)?;
                }
                let is_array = matches!(
                    info.kind,
                    libbpf_sys::BPF_MAP_TYPE_ARRAY | libbpf_sys::BPF_MAP_TYPE_PERCPU_ARRAY
                );
                if sampling.clear && !takes_out && !is_array {
                    refused_kinds::check(info, Access::Delete)?;
                }
                Ok(Self {
                    map: map.clone(),
                    sampling,
                    source,
                    due: Some(now),
                    reading: None,
                })
            }
        }
    }

    /// What was lost: nothing while a map is only read. Between the reading and the clearing of an entry programs may add to it, and
    /// that nobody counts; only queues and stacks give each of their elements away at once.
    pub(crate) fn lost(&self) -> Option<u64> {
        (!self.sampling.clear || takes_out(self.map.info().kind)).then_some(0)
    }

    /// When there is something to read: a moment that may have passed.
    pub(crate) fn due(&self, now: Instant) -> Option<Instant> {
        self.reading.as_ref().map(|_| now).or(self.due)
    }

    /// One more sample, and no other after that. One that has begun is that one.
    pub(crate) fn stop_here(&mut self) {
        self.due = None;
        self.reading.get_or_insert_with(|| Reading::new(&self.map));
    }

    /// Moves entries into the batch, as many as fit. [`End::Exhausted`] if there is nothing to read now, or nothing more.
    pub(crate) fn read(&mut self, batch: &mut Batch, room: usize, now: Instant) -> Result<End> {
        if let (None, Some(due)) = (&self.reading, self.due.filter(|due| *due <= now)) {
            let next = due + self.sampling.interval;
            // A reader that came late does not catch up.
            self.due = Some(if next > now { next } else { now + self.sampling.interval });
            self.reading = Some(Reading::new(&self.map));
        }
        let Some(reading) = &mut self.reading else {
            return Ok(End::Exhausted);
        };
        let end = batch.data.len() + room / 8;
        loop {
            if let Some(needed) = reading.emit(&self.map, self.sampling.per_cpu, self.source, batch, end) {
                return Ok(End::Full(needed * 8));
            }
            if !reading.more {
                break;
            }
            reading.fetch(&self.map, self.sampling.clear)?;
        }
        if batch.data.len() + 1 > end {
            return Ok(End::Full(8));
        }
        batch.data.push(with_length(header_base(self.source, CPU_UNKNOWN), 0));
        batch.samples += 1;
        self.reading = None;
        Ok(End::Exhausted)
    }
}

impl Reading {
    fn new(map: &Map) -> Self {
        Self {
            entries: Entries::default(),
            entry: 0,
            cpu: 0,
            more: true,
            // Some come twice while the map changes.
            left: 2 * u64::from(map.info().max_entries) + 64,
        }
    }

    /// Moves what was fetched into the batch, which may grow up to `end` words. Gives back how many words the next record needs if it does
    /// not fit.
    fn emit(&mut self, map: &Map, per_cpu: bool, source: u16, batch: &mut Batch, end: usize) -> Option<usize> {
        let info = map.info();
        let (key, value) = (info.key_size as usize, info.value_size as usize);
        let cpus = if per_cpu { info.cpus } else { 0 };
        let part = if cpus > 0 { info.value_stride as usize } else { value };
        let words = 1 + key.div_ceil(8) + part.div_ceil(8);
        while self.entry < self.entries.count as usize {
            if batch.data.len() + words > end {
                return Some(words);
            }
            let cpu = u16::try_from(self.cpu).ok().filter(|_| cpus > 0).unwrap_or(CPU_UNKNOWN);
            let length = u32::try_from(key.next_multiple_of(8) + part).unwrap_or(u32::MAX);
            batch.data.push(with_length(header_base(source, cpu), length));
            append(&mut batch.data, slice(&self.entries.keys, self.entry * key, key));
            let start = self.entry * value + self.cpu as usize * part;
            append(&mut batch.data, slice(&self.entries.values, start, part));
            batch.records += 1;
            self.cpu += 1;
            if self.cpu >= cpus {
                self.cpu = 0;
                self.entry += 1;
            }
        }
        None
    }

    /// Reads the next entries from the kernel.
    fn fetch(&mut self, map: &Map, clear: bool) -> Result<()> {
        let info = map.info();
        let size = info.key_size.saturating_add(info.value_size).max(1) as usize;
        let most = u32::try_from((CHUNK / size).clamp(1, ENTRIES)).unwrap_or(1);
        let start = self.entries.next.take();
        let start = start.as_deref();
        self.entries = match info.kind {
            libbpf_sys::BPF_MAP_TYPE_ARRAY | libbpf_sys::BPF_MAP_TYPE_PERCPU_ARRAY => {
                let entries = map.lookup_batch(start, most)?;
                if clear {
                    let zeros = vec![0; entries.values.len()];
                    let written = map.update_batch(&entries.keys, &zeros, UpdateMode::Any)?;
                    if written < entries.count {
                        let left = entries.count - written;
                        return Err(Error::from(std::io::Error::other(format!(
                            "{left} entries cannot be set to zero"
                        ))));
                    }
                }
                entries
            }
            _ if clear => map.lookup_and_delete_batch(start, most)?,
            _ => map.lookup_batch(start, most)?,
        };
        (self.entry, self.cpu) = (0, 0);
        self.left = self.left.saturating_sub(u64::from(self.entries.count));
        self.more = self.entries.next.is_some() && self.left > 0;
        Ok(())
    }
}

/// Whether reading an element of such a map removes it.
fn takes_out(kind: u32) -> bool {
    matches!(kind, libbpf_sys::BPF_MAP_TYPE_QUEUE | libbpf_sys::BPF_MAP_TYPE_STACK)
}

fn slice(of: &[u8], start: usize, length: usize) -> &[u8] {
    of.get(start..start + length).unwrap_or_default()
}

/// Bytes as words, the last padded with zeros.
fn append(words: &mut Vec<u64>, bytes: &[u8]) {
    let (whole, rest) = bytes.as_chunks::<8>();
    words.extend(whole.iter().map(|word| u64::from_ne_bytes(*word)));
    if !rest.is_empty() {
        let mut last = [0; 8];
        for (to, from) in last.iter_mut().zip(rest) {
            *to = *from;
        }
        words.push(u64::from_ne_bytes(last));
    }
}
