//! `wit/events.wit`.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use loader::{EventOptions, Input, Next, Sampling};
use wasmtime::component::Resource;
use wasmtime_wasi::p2::DynPollable;

use super::eunomia::bpf::events as wit;
use super::text;
use crate::poll::Readable;
use crate::state::State;

/// The most that one call gives back, so that a guest's number cannot make the host allocate without end. Far more than
/// what makes an event cheap, because a single record may be large.
const MOST_BYTES: u32 = 16 << 20;

/// A reader that the end of the run counts, too.
#[expect(unreachable_pub, reason = "the generated bindings export it again")]
pub struct EventSource(Arc<Mutex<loader::EventSource>>);

impl EventSource {
    fn lock(&self) -> MutexGuard<'_, loader::EventSource> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl wit::Host for State {}

impl wit::HostEventSource for State {
    fn open(&mut self, inputs: Vec<wit::Input>) -> wasmtime::Result<Result<Resource<EventSource>, wit::Error>> {
        let mut maps = Vec::with_capacity(inputs.len());
        let mut clears = Vec::with_capacity(inputs.len());
        let mut sources = Vec::with_capacity(inputs.len());
        for input in inputs {
            let map = self.table.get(&input.map)?.clone();
            let sampling = match input.sampling {
                Some(sampling) if sampling.interval == 0 => {
                    return Ok(Err(wit::Error::Mismatch(format!(
                        "map {} cannot be sampled at an interval of 0",
                        map.name()
                    ))));
                }
                sampling => sampling.map(|sampling| Sampling {
                    interval: Duration::from_nanos(sampling.interval),
                    clear: sampling.clear,
                    per_cpu: sampling.per_cpu,
                }),
            };
            maps.push(map.clone());
            clears.push(sampling.is_some_and(|sampling| sampling.clear));
            sources.push(Input { map, sampling });
        }
        // Of several objects that lose as little as the most careful one asked for.
        let pages = maps.iter().map(|map| map.object().description().perf_buffer_pages);
        let perf_pages = pages.max().unwrap_or(EventOptions::default().perf_pages);
        match loader::EventSource::of(sources, EventOptions { perf_pages }) {
            Ok(source) => {
                let uncounted = (0..maps.len()).find(|index| source.lost(*index).is_none());
                if let (true, Some(index)) = (self.session.fail_on_loss, uncounted) {
                    let name = maps.get(index).map_or("", |map| map.name());
                    let is_cleared = clears.get(index).is_some_and(|clears| *clears);
                    return Ok(Err(wit::Error::Other(uncountable(name, is_cleared))));
                }
                let source = EventSource(self.keep_source(source, maps.iter().map(|map| map.info().id).collect()));
                Ok(Ok(self.table.push(source)?))
            }
            Err(error) => Ok(Err(failure(&error))),
        }
    }

    fn next(
        &mut self,
        this: Resource<EventSource>,
        max_bytes: u32,
        wait: Option<u64>,
    ) -> wasmtime::Result<Result<Option<wit::Batch>, wit::Error>> {
        let deadline = wait.and_then(|wait| Instant::now().checked_add(Duration::from_nanos(wait)));
        let limit = self.session.count.map(|count| count.saturating_sub(self.delivered()));
        if limit == Some(0) {
            self.session.stop.request();
        }
        let mut source = self.table.get(&this)?.lock();
        let mut batch = loader::Batch::default();
        let next = source.next(
            max_bytes.min(MOST_BYTES) as usize,
            deadline,
            &self.session.stop,
            limit,
            &mut batch,
        );
        Ok(match next {
            Ok(Next::Ended) => Ok(None),
            Ok(Next::Batch | Next::TimedOut) => Ok(Some(wit::Batch {
                data: batch.data,
                records: u32::try_from(batch.records).unwrap_or(u32::MAX),
                lost: batch.lost,
                time: batch.time_ns,
            })),
            Err(error) => Err(failure(&error)),
        })
    }

    fn subscribe(&mut self, this: Resource<EventSource>) -> wasmtime::Result<Resource<DynPollable>> {
        let readable = {
            let source = self.table.get(&this)?;
            let stop = &self.session.stop;
            let (sampled, end) = (EventSource(Arc::clone(&source.0)), stop.deadline());
            // The next sample is another one at each wait.
            let moment = move || end.into_iter().chain(sampled.lock().due(Instant::now())).min();
            Readable::at(&[source.lock().fd(), stop.fd()], moment)?
        };
        let resource = self.table.push(readable)?;
        wasmtime_wasi::p2::subscribe(&mut self.table, resource)
    }

    fn totals(&mut self, this: Resource<EventSource>) -> wasmtime::Result<wit::Totals> {
        let source = self.table.get(&this)?.lock();
        let totals = source.totals();
        Ok(wit::Totals {
            delivered: totals.delivered,
            samples: totals.samples,
            lost: totals.lost,
            unread: totals.unread,
        })
    }

    fn drop(&mut self, this: Resource<EventSource>) -> wasmtime::Result<()> {
        let source = self.table.delete(this)?;
        self.close_source(&source.0);
        Ok(())
    }
}

fn uncountable(map: &str, is_cleared: bool) -> String {
    if is_cleared {
        return format!(
            "map {map} is cleared after it was read: what programs add in between is lost, and nobody counts that\n\
             hint: run without --fail-on-loss, or leave \"clear_map\" out of the package"
        );
    }
    format!(
        "map {map}: nobody counts what is lost in it, so the run could not say whether anything was\n\
         hint: run without --fail-on-loss, or count failed reserves in the program and name the counter in the package \
         (maps[].lost)"
    )
}

fn failure(error: &loader::Error) -> wit::Error {
    use loader::Kind;
    let text = text(error);
    match error.kind() {
        Kind::InvalidInput => wit::Error::Mismatch(text),
        Kind::TooSmall { needed } => wit::Error::TooSmall(u32::try_from(needed).unwrap_or(u32::MAX)),
        Kind::Denied => wit::Error::Denied(text),
        Kind::Unsupported => wit::Error::Unsupported(text),
        _ => wit::Error::Other(text),
    }
}
