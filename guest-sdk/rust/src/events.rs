//! Events from the kernel, a batch a call.

use alloc::vec::Vec;
use core::time::Duration;

use crate::error::Error;
use crate::map::Map;
use crate::object::Object;
use crate::session;
use crate::types::{Batch, Description, SourceFormat};

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
            wait: None,
        }
    }

    /// Wait for one batch, for at most so long: it is empty if the time is up. None if the run should end.
    ///
    /// # Errors
    /// As [`batches`](Self::batches).
    pub fn next_within(&self, wait: Duration) -> Result<Option<Batch>, Error> {
        self.batches_within(wait).next().transpose()
    }

    /// As [`batches`](Self::batches), and an empty batch wherever nothing has come for so long: time to print what was counted.
    pub fn batches_within(&self, wait: Duration) -> Batches<'_> {
        Batches {
            wait: Some(nanoseconds(wait)),
            ..self.batches()
        }
    }
}

/// Wait for so long, or until the run should end. False says that it should.
///
/// ```no_run
/// # use std::time::Duration;
/// while eunomia::events::sleep(Duration::from_secs(1))? {
///     // Print what the BPF program has counted in this second.
/// }
/// # Ok::<(), eunomia::Error>(())
/// ```
///
/// # Errors
/// Where the host cannot wait.
pub fn sleep(time: Duration) -> Result<bool, Error> {
    let source = EventSource::open(&[])?;
    Ok(source.next(0, Some(nanoseconds(time)))?.is_some())
}

/// Five hundred years stand for what is longer.
fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// What a package says is to be read, buffers and sampled maps, as the default tool reads it.
#[derive(Debug)]
pub struct Declared {
    maps: Vec<(Map, Option<Sampling>)>,
    formats: Vec<SourceFormat>,
}

/// Finds what the description of an object says is to be read: maps at the interval, and in the way, that the user wishes.
///
/// # Errors
/// Where a map is missing.
pub fn declared(object: &Object, description: &Description) -> Result<Declared, Error> {
    let (mut maps, mut formats) = (Vec::new(), Vec::new());
    let wishes = session::output();
    for map in &description.maps {
        let Some(kind) = &map.source else { continue };
        let sampling = map.interval.map(|interval| Sampling {
            interval: wishes.interval.unwrap_or(interval),
            clear: map.clear,
            per_cpu: wishes.per_cpu,
        });
        maps.push((object.map(&map.name)?, sampling));
        formats.push(SourceFormat {
            name: map.name.clone(),
            kind: kind.clone(),
        });
    }
    Ok(Declared { maps, formats })
}

impl Declared {
    /// For [`EventSource::open`].
    pub fn inputs(&self) -> Vec<Input<'_>> {
        self.maps
            .iter()
            .map(|(map, sampling)| Input {
                map,
                sampling: *sampling,
            })
            .collect()
    }

    /// For [`Printer::open`](crate::printer::Printer::open), in the order of the inputs.
    pub fn formats(&self) -> &[SourceFormat] {
        &self.formats
    }
}

/// The batches of an event source, until the run should end. An error may be followed by further batches.
#[derive(Debug)]
pub struct Batches<'a> {
    source: &'a EventSource,
    room: u32,
    wait: Option<u64>,
}

impl Iterator for Batches<'_> {
    type Item = Result<Batch, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.source.next(self.room, self.wait) {
                // What no room is enough for is an error, not a reason to ask for ever.
                Err(EventsError::TooSmall(needed)) if needed > self.room => self.room = needed,
                result => return result.map_err(Error::from).transpose(),
            }
        }
    }
}
