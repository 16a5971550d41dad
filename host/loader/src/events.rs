//! One reader for several ring buffers, perf buffers and sampled maps, a batch a call.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, epoll, poll};
use rustix::io::Errno;

use crate::batch::Batch;
use crate::buffer::Buffer;
use crate::error::{Error, Kind, Result};
use crate::input::{EventOptions, Input};
use crate::map::Map;
use crate::pace::{Look, Pace, Step};
use crate::reader::Reader;
use crate::ring::End;
use crate::stop::Stop;

/// The most maps that one source reads: its index has to fit into a record's header.
const MAPS: usize = 0xffff;
/// Up to which number of records wanted they are counted while waiting: counting walks over every header.
const COUNTED: u64 = 1024;
/// How often, and how long each time, the end waits for a record that a program is still writing. Programs take microseconds.
const BUSY_TRIES: u32 = 20;
const BUSY_SLEEP: Duration = Duration::from_micros(100);

/// How a wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// The batch holds something: records, the end of a sample, or only the news of losses.
    Batch,
    /// The time is up; the batch is empty.
    TimedOut,
    /// A stop was requested, and what lay in the buffers then has been handed out; the batch is empty.
    Ended,
}

/// What became of the events of all maps of a source. Exact while nothing produces.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Records of buffers handed out.
    pub delivered: u64,
    /// Samples of maps handed out to their end.
    pub samples: u64,
    /// Records that did not fit into a buffer; `None` if of one of the maps neither the kernel nor a counter tells.
    pub lost: Option<u64>,
    /// Complete records that lie in the buffers.
    pub unread: u64,
}

/// Reads ring buffers and perf buffers, and samples other maps.
///
/// Open it before programs are attached: what a program sends to a perf buffer that is not open is lost and not counted by the
/// kernel. A map has no more than one reader at a time.
#[derive(Debug)]
pub struct EventSource {
    // The buffers go first: libbpf clears a perf buffer's map when it is closed.
    buffers: Vec<Buffer>,
    inputs: Vec<Input>,
    _readers: Vec<Reader>,
    epoll: OwnedFd,
    pace: Pace,
    /// Which buffer the next read begins with, so that none starves the others.
    first: usize,
    /// A stop was requested; what is read ends where the buffers ended then.
    ending: bool,
    /// After the stop the kernel was asked about losses. Later ones show in the totals only: while programs stay attached
    /// they go on, and the end would never come.
    settled: bool,
    delivered: u64,
    samples: u64,
}

impl EventSource {
    /// Makes a reader of buffers. The index of a map in `maps` is what the headers of its records name.
    ///
    /// A map that is no buffer is [`Kind::InvalidInput`]. With no maps at all, `next` waits for its deadline or the end.
    pub fn open(maps: &[Map], options: EventOptions) -> Result<Self> {
        Self::of(maps.iter().map(Input::from).collect(), options)
    }

    /// Makes a reader of buffers and sampled maps.
    pub fn of(inputs: Vec<Input>, options: EventOptions) -> Result<Self> {
        if inputs.len() > MAPS {
            return Err(Error::invalid(format!(
                "{} maps are more than one source reads ({MAPS})",
                inputs.len()
            )));
        }
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        // What is sampled stays as it is for whoever else reads it.
        let read = inputs.iter().filter(|input| input.sampling.is_none());
        let readers = read.map(|input| Reader::of(&input.map)).collect::<Result<_>>()?;
        let mut buffers = Vec::with_capacity(inputs.len());
        for (input, source) in inputs.iter().zip(0..) {
            let buffer = Buffer::open(input, source, options).map_err(|error| {
                let how = if input.sampling.is_some() {
                    "sampled"
                } else {
                    "read as a buffer"
                };
                error.context(format!("map {} cannot be {how}", input.map.name()))
            })?;
            if let Some(fd) = buffer.fd(input) {
                let data = epoll::EventData::new_u64(source.into());
                epoll::add(&epoll, fd, data, epoll::EventFlags::IN)?;
            }
            buffers.push(buffer);
        }
        let smallest = buffers.iter().map(Buffer::size).min().unwrap_or(u64::MAX);
        let pace = Pace::new(Instant::now(), smallest);
        Ok(Self {
            buffers,
            inputs,
            _readers: readers,
            epoll,
            pace,
            first: 0,
            ending: false,
            settled: false,
            delivered: 0,
            samples: 0,
        })
    }

    /// Waits for records and moves as many as fit into `batch`, whose memory is used again.
    ///
    /// `max_bytes` bounds the batch with headers and padding, `limit` how many records of buffers and ends of samples are in it. Records that follow shortly are
    /// waited for, up to 10 ms and never until a buffer fills, unless `deadline` is nearer. A deadline that has passed only looks.
    ///
    /// A record that alone is larger than `max_bytes` is [`Kind::TooSmall`]; nothing was consumed.
    pub fn next(
        &mut self,
        max_bytes: usize,
        deadline: Option<Instant>,
        stop: &Stop,
        limit: Option<u64>,
        batch: &mut Batch,
    ) -> Result<Next> {
        batch.clear();
        batch.stamp();
        loop {
            match self.wait(max_bytes, deadline, stop, limit)? {
                Next::Batch => {}
                Next::TimedOut => {
                    batch.stamp();
                    return Ok(Next::TimedOut);
                }
                Next::Ended => return self.drain(max_bytes, limit, batch),
            }
            let began = Instant::now();
            let (all, events) = self.read(max_bytes, limit, batch)?;
            self.pace.taken(began, events, all);
            if !batch.data.is_empty() || batch.lost > 0 {
                return Ok(Next::Batch);
            }
            // What is there is still being written, or was taken back. The descriptor would be ready at once and for as long.
            if deadline.is_some_and(|deadline| deadline <= began) {
                return Ok(Next::TimedOut);
            }
            self.sleep(Some(BUSY_SLEEP), deadline, stop, false)?;
        }
    }

    /// Waits as `next` does and reads nothing: `Next::Batch` says that reading pays now, or that a deadline forces it.
    /// After a stop request it answers [`Next::Ended`] at once.
    pub fn wait(
        &mut self,
        max_bytes: usize,
        deadline: Option<Instant>,
        stop: &Stop,
        limit: Option<u64>,
    ) -> Result<Next> {
        loop {
            if stop.is_requested() {
                return Ok(Next::Ended);
            }
            let now = Instant::now();
            if self.due(now).is_some_and(|due| due <= now) {
                return Ok(Next::Batch);
            }
            let (bytes, share) = self.filled();
            let late = deadline.is_some_and(|deadline| deadline <= now);
            let enough = late || bytes >= max_bytes as u64 || self.has_records(limit);
            match self.pace.decide(now, Look { share, enough }) {
                Step::Read => return Ok(Next::Batch),
                _ if late => return Ok(Next::TimedOut),
                Step::Doze(time) => {
                    self.sleep(Some(time), deadline, stop, false)?;
                }
                Step::Wait => {
                    if self.sleep(None, deadline, stop, true)? {
                        self.pace.woken(Instant::now());
                    }
                }
            }
        }
    }

    /// Whether a buffer holds something that was not read, or a map is to be sampled now.
    pub fn is_ready(&self) -> bool {
        let now = Instant::now();
        self.filled().0 > 0 || self.due(now).is_some_and(|due| due <= now)
    }

    /// When the next map is to be sampled.
    pub fn due(&self, now: Instant) -> Option<Instant> {
        self.buffers.iter().filter_map(|buffer| buffer.due(now)).min()
    }

    /// Complete records that lie in the buffers: those that a program took back are not counted.
    pub fn unread(&self) -> u64 {
        self.buffers.iter().map(Buffer::unread).sum()
    }

    /// Records that did not fit into the buffer of the map at `index`.
    ///
    /// From the counter that the package names for the map; else, for a perf buffer, from the kernel if it counts, as Linux does
    /// from 6.0; else `None`: unknown. Of a sampled map nothing is lost, unless it is cleared while programs write. Maps may share
    /// a counter: each then has the losses of all of them.
    pub fn lost(&self, index: usize) -> Option<u64> {
        let counted = self.inputs.get(index).and_then(|input| input.map.lost());
        match self.buffers.get(index)? {
            Buffer::Perf(perf) => counted.or_else(|| perf.lost()),
            Buffer::Ring(_) => counted,
            Buffer::Sampled(sampled) => sampled.lost(),
        }
    }

    /// What became of the events so far.
    pub fn totals(&self) -> Totals {
        let lost = self.inputs.iter().enumerate().try_fold(0_u64, |all, (index, input)| {
            let mut earlier = self.inputs.iter().take(index);
            // A counter that several maps share counts once.
            if earlier.any(|earlier| earlier.map.shares_counter(&input.map)) {
                return Some(all);
            }
            Some(all.saturating_add(self.lost(index)?))
        });
        Totals {
            delivered: self.delivered,
            samples: self.samples,
            lost,
            unread: self.unread(),
        }
    }

    /// An epoll descriptor, readable when there may be something new. [`is_ready`](Self::is_ready) tells about what was left.
    pub fn fd(&self) -> BorrowedFd<'_> {
        self.epoll.as_fd()
    }

    /// After a stop request: hands out what lay in the buffers when it was first seen.
    fn drain(&mut self, max_bytes: usize, limit: Option<u64>, batch: &mut Batch) -> Result<Next> {
        if !self.ending {
            self.ending = true;
            for buffer in &mut self.buffers {
                buffer.stop_here();
            }
        }
        for _ in 0..BUSY_TRIES {
            let (all, _) = self.read(max_bytes, limit, batch)?;
            if !batch.data.is_empty() {
                return Ok(Next::Batch);
            }
            if all {
                break;
            }
            std::thread::sleep(BUSY_SLEEP);
        }
        if !std::mem::replace(&mut self.settled, true) {
            for buffer in &mut self.buffers {
                if let Buffer::Perf(perf) = buffer {
                    perf.settle(batch);
                }
            }
        }
        Ok(if batch.lost > 0 { Next::Batch } else { Next::Ended })
    }

    /// Reads from each buffer in turn. Gives back whether all were read to their end, and how many records came from buffers.
    fn read(&mut self, max_bytes: usize, limit: Option<u64>, batch: &mut Batch) -> Result<(bool, u64)> {
        let (mut all, mut events) = (true, 0);
        batch.stamp();
        let now = Instant::now();
        for turn in 0..self.buffers.len() {
            let index = (self.first + turn) % self.buffers.len();
            let Some(buffer) = self.buffers.get_mut(index) else {
                break;
            };
            let room = max_bytes.saturating_sub(batch.data.len() * 8);
            let left = limit.unwrap_or(u64::MAX).saturating_sub(events + batch.samples);
            let before = batch.records;
            let end = match left {
                0 => End::Limit,
                _ => buffer
                    .read(batch, room, left, now)
                    .map_err(|error| error.context(format!("map {} cannot be sampled", self.map_name(index))))?,
            };
            if !self.is_sampled(index) {
                events += batch.records - before;
            }
            all &= end == End::Exhausted;
            match end {
                End::Full(needed) if batch.data.is_empty() => {
                    let message = format!(
                        "a record of map {} needs {needed} bytes, {max_bytes} were given",
                        self.map_name(index)
                    );
                    return Err(Error::new(Kind::TooSmall { needed }, message));
                }
                // The next batch begins with the one after it: who has much does not keep others waiting.
                End::Full(_) => {
                    self.first = (index + 1) % self.buffers.len();
                    break;
                }
                End::Limit => {
                    self.first = index;
                    break;
                }
                End::Exhausted | End::Busy => {}
            }
        }
        self.delivered += events;
        self.samples += batch.samples;
        Ok((all, events))
    }

    fn is_sampled(&self, index: usize) -> bool {
        self.inputs.get(index).is_some_and(|input| input.sampling.is_some())
    }

    /// Bytes in all buffers, and how full the fullest is.
    fn filled(&self) -> (u64, f64) {
        self.buffers
            .iter()
            .map(Buffer::filled)
            .fold((0, 0.0), |(all, most), (bytes, share)| (all + bytes, share.max(most)))
    }

    /// Whether there are as many records as were asked for, if those are few.
    fn has_records(&self, limit: Option<u64>) -> bool {
        limit.is_some_and(|limit| limit <= COUNTED && self.unread() >= limit)
    }

    /// Sleeps at most so long, until the deadline or a stop; and, with `listen`, until the kernel has something. Says if it has.
    fn sleep(&self, time: Option<Duration>, deadline: Option<Instant>, stop: &Stop, listen: bool) -> Result<bool> {
        let now = Instant::now();
        let until = [deadline, stop.deadline(), self.due(now)]
            .into_iter()
            .flatten()
            .map(|end| end.saturating_duration_since(now));
        let time = until.chain(time).min();
        // A time that does not fit is as good as none.
        let time = time.and_then(|time| Timespec::try_from(time).ok());
        let mut fds = [
            PollFd::from_borrowed_fd(stop.fd(), PollFlags::IN),
            PollFd::new(&self.epoll, PollFlags::IN),
        ];
        let fds = if listen {
            fds.as_mut_slice()
        } else {
            fds.split_at_mut(1).0
        };
        match poll(fds, time.as_ref()) {
            Ok(_) => Ok(fds.get(1).is_some_and(|events| !events.revents().is_empty())),
            Err(Errno::INTR) => Ok(false),
            Err(error) => Err(Error::from(error).context("the wait for events failed")),
        }
    }

    fn map_name(&self, index: usize) -> &str {
        self.inputs.get(index).map_or("", |input| input.map.name())
    }
}
