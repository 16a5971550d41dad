//! The two kinds of buffers that events come in, behind one face.

use std::os::fd::AsFd;

use crate::batch::Batch;
use crate::error::{Error, Result};
use crate::events::EventOptions;
use crate::map::{Map, kind_name};
use crate::perf::PerfBuffer;
use crate::ring::{End, Ring};

/// What is read.
#[derive(Debug)]
pub(crate) enum Buffer {
    Ring(Ring),
    Perf(PerfBuffer),
}

impl Buffer {
    pub(crate) fn open(map: &Map, source: u16, options: EventOptions) -> Result<Self> {
        let info = map.info();
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

    pub(crate) fn size(&self) -> u64 {
        match self {
            Self::Ring(ring) => ring.size(),
            Self::Perf(perf) => perf.size(),
        }
    }

    pub(crate) fn filled(&self) -> (u64, f64) {
        let (all, most) = match self {
            Self::Ring(ring) => (ring.filled(), ring.filled()),
            Self::Perf(perf) => perf.filled(),
        };
        (all, most as f64 / self.size() as f64)
    }

    pub(crate) fn read(&mut self, batch: &mut Batch, room: usize, limit: u64) -> End {
        match self {
            Self::Ring(ring) => ring.read(batch, room, limit),
            Self::Perf(perf) => perf.read(batch, room, limit),
        }
    }

    pub(crate) fn unread(&self) -> u64 {
        match self {
            Self::Ring(ring) => ring.unread(),
            Self::Perf(perf) => perf.unread(),
        }
    }

    pub(crate) fn stop_here(&mut self) {
        match self {
            Self::Ring(ring) => ring.stop_here(),
            Self::Perf(perf) => perf.stop_here(),
        }
    }
}
