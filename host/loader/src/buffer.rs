//! What records come from, behind one face: two kinds of buffers, and maps that are sampled.

use std::os::fd::{AsFd, BorrowedFd};
use std::time::Instant;

use crate::batch::Batch;
use crate::error::{Error, Result};
use crate::input::{EventOptions, Input};
use crate::map::kind_name;
use crate::perf::PerfBuffer;
use crate::ring::{End, Ring};
use crate::sampled::Sampled;

/// What is read.
#[derive(Debug)]
pub(crate) enum Buffer {
    Ring(Ring),
    Perf(PerfBuffer),
    Sampled(Sampled),
}

impl Buffer {
    pub(crate) fn open(input: &Input, source: u16, options: EventOptions) -> Result<Self> {
        let Input { map, sampling } = input;
        let info = map.info();
        if let Some(sampling) = sampling {
            return Sampled::open(map, *sampling, source, Instant::now()).map(Self::Sampled);
        }
        match info.kind {
            libbpf_sys::BPF_MAP_TYPE_RINGBUF => Ok(Self::Ring(Ring::open(map.as_fd(), info.max_entries, source)?)),
            libbpf_sys::BPF_MAP_TYPE_PERF_EVENT_ARRAY => {
                let (pages, record) = (options.perf_pages, map.record_size());
                Ok(Self::Perf(PerfBuffer::open(
                    map.as_fd(),
                    info.max_entries,
                    pages,
                    record,
                    source,
                )?))
            }
            kind => Err(Error::invalid(format!(
                "it is a {}, neither a ring buffer nor a perf event array",
                kind_name(kind)
            ))),
        }
    }

    /// What the kernel makes readable when there is something; nothing for what is read by the clock.
    pub(crate) fn fd<'a>(&'a self, input: &'a Input) -> Option<BorrowedFd<'a>> {
        match self {
            Self::Ring(_) => Some(input.map.as_fd()),
            Self::Perf(perf) => Some(perf.fd()),
            Self::Sampled(_) => None,
        }
    }

    /// Bytes that it holds before something is lost.
    pub(crate) fn size(&self) -> u64 {
        match self {
            Self::Ring(ring) => ring.size(),
            Self::Perf(perf) => perf.size(),
            Self::Sampled(_) => u64::MAX,
        }
    }

    pub(crate) fn filled(&self) -> (u64, f64) {
        let (all, most) = match self {
            Self::Ring(ring) => (ring.filled(), ring.filled()),
            Self::Perf(perf) => perf.filled(),
            Self::Sampled(_) => (0, 0),
        };
        (all, most as f64 / self.size() as f64)
    }

    /// When it is to be read, whatever is in it.
    pub(crate) fn due(&self, now: Instant) -> Option<Instant> {
        match self {
            Self::Ring(_) | Self::Perf(_) => None,
            Self::Sampled(sampled) => sampled.due(now),
        }
    }

    pub(crate) fn read(&mut self, batch: &mut Batch, room: usize, limit: u64, now: Instant) -> Result<End> {
        match self {
            Self::Ring(ring) => Ok(ring.read(batch, room, limit)),
            Self::Perf(perf) => Ok(perf.read(batch, room, limit)),
            Self::Sampled(sampled) => sampled.read(batch, room, now),
        }
    }

    pub(crate) fn unread(&self) -> u64 {
        match self {
            Self::Ring(ring) => ring.unread(),
            Self::Perf(perf) => perf.unread(),
            Self::Sampled(_) => 0,
        }
    }

    pub(crate) fn stop_here(&mut self) {
        match self {
            Self::Ring(ring) => ring.stop_here(),
            Self::Perf(perf) => perf.stop_here(),
            Self::Sampled(sampled) => sampled.stop_here(),
        }
    }
}
