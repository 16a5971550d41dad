//! Events from the kernel, a batch a call.

use crate::error::Error;
use crate::map::Map;
use crate::types::Batch;

/// A reader of several maps. Open it before programs are attached, so that nothing is lost.
pub use crate::bindings::events::EventSource;
pub use crate::bindings::events::{Error as EventsError, Input, Sampling, Totals};

/// Large enough that calls cost nothing an event, small enough to stay in a CPU's cache.
const BATCH: u32 = 256 * 1024;

impl<'a> Input<'a> {
    /// A ring buffer or a perf event array.
    pub fn buffer(map: &'a Map) -> Self {
        Self { map, sampling: None }
    }

    /// A map of any other kind, read at an interval.
    pub fn sampled(map: &'a Map, sampling: Sampling) -> Self {
        Self {
            map,
            sampling: Some(sampling),
        }
    }
}

impl EventSource {
    /// Wait for one batch after the other, without a limit of time, until the run should end.
    ///
    /// Batches have up to 256 KiB, and more only where one record needs it.
    pub fn batches(&self) -> Batches<'_> {
        Batches {
            source: self,
            room: BATCH,
        }
    }
}

/// The batches of an event source, until the run should end. An error may be followed by further batches.
#[derive(Debug)]
pub struct Batches<'a> {
    source: &'a EventSource,
    room: u32,
}

impl Iterator for Batches<'_> {
    type Item = Result<Batch, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.source.next(self.room, None) {
                // What no room is enough for is an error, not a reason to ask for ever.
                Err(EventsError::TooSmall(needed)) if needed > self.room => self.room = needed,
                result => return result.map_err(Error::from).transpose(),
            }
        }
    }
}
