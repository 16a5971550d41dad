//! Empties the pipe that a tool writes to: counts lines, looks at samples, notes how old events are when they arrive.

use std::io::Read;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Instant;

use anyhow::Result;
use rustix::time::{ClockId, clock_gettime};

use crate::driver::pin;
use crate::line::{HEADER, check, stamp};
use crate::tool::Format;

/// What the drain looks at beside the number of lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// One line of each read is checked, so that the drain stays out of the way.
    Samples(Format),
    /// The age of each event; lines are JSON.
    Ages,
    /// Nothing: the lines are not about the workload.
    Nothing,
}

/// What came through the pipe.
#[derive(Debug, Default)]
pub(crate) struct Drained {
    /// Lines, header included.
    pub(crate) lines: u64,
    /// Whether the first line was a table's header.
    pub(crate) header: bool,
    /// How many lines were checked.
    pub(crate) checked: u64,
    /// What was wrong with the first wrong one.
    pub(crate) wrong: Option<String>,
    /// Nanoseconds from event to line, where ages were asked for.
    pub(crate) ages: Vec<u64>,
}

/// A thread that reads until the other end closes.
#[derive(Debug)]
pub(crate) struct Drain {
    thread: JoinHandle<Result<Drained>>,
    /// Nanoseconds from `start` to the first byte.
    first: Arc<AtomicU64>,
}

impl Drain {
    /// Start reading on the given core. The first byte's time counts from `start`.
    pub(crate) fn start(pipe: OwnedFd, core: usize, look: Look, start: Instant) -> Self {
        let first = Arc::new(AtomicU64::new(0));
        let shared = Arc::clone(&first);
        let thread = std::thread::spawn(move || {
            pin(core)?;
            read_all(std::fs::File::from(pipe), look, &shared, start)
        });
        Self { thread, first }
    }

    /// Nanoseconds from the start to the first byte, 0 before it came.
    pub(crate) fn first_byte(&self) -> u64 {
        self.first.load(Ordering::Relaxed)
    }

    /// Wait for the end of the pipe.
    pub(crate) fn finish(self) -> Result<Drained> {
        match self.thread.join() {
            Ok(drained) => drained,
            Err(_) => anyhow::bail!("the drain panicked"),
        }
    }
}

fn read_all(mut pipe: std::fs::File, look: Look, first: &AtomicU64, start: Instant) -> Result<Drained> {
    let mut buffer = vec![0; 1 << 20];
    let mut drained = Drained::default();
    let mut partial = String::new();
    let mut last_sequence = None;
    loop {
        let length = pipe.read(&mut buffer)?;
        let bytes = buffer.get(..length).unwrap_or_default();
        if bytes.is_empty() {
            return Ok(drained);
        }
        if drained.lines == 0 && first.load(Ordering::Relaxed) == 0 {
            first.store(u64::try_from(start.elapsed().as_nanos())?, Ordering::Relaxed);
            drained.header = bytes.starts_with(b"TIME ");
        }
        match look {
            Look::Samples(format) => sample(bytes, format, &mut drained, &mut last_sequence),
            Look::Ages => measure_ages(bytes, &mut partial, &mut drained),
            Look::Nothing => {}
        }
        drained.lines += count_newlines(bytes);
    }
}

/// Check the first whole line of a read, and a header that stands at its begin.
fn sample(bytes: &[u8], format: Format, drained: &mut Drained, last_sequence: &mut Option<u32>) {
    let mut lines = bytes.splitn(3, |&byte| byte == b'\n');
    let first = lines.next().unwrap_or_default();
    if drained.lines == 0 && drained.header && first != HEADER.as_bytes() {
        let found = String::from_utf8_lossy(first);
        drained
            .wrong
            .get_or_insert_with(|| format!("the header is\n  {found}\nand should be\n  {HEADER}"));
    }
    let (Some(line), Some(_)) = (lines.next(), lines.next()) else {
        return;
    };
    drained.checked += 1;
    match check(&String::from_utf8_lossy(line), format) {
        Ok(sequence) if last_sequence.is_some_and(|last| sequence <= last) => {
            drained
                .wrong
                .get_or_insert_with(|| format!("event {sequence} comes after event {last_sequence:?}"));
        }
        Ok(sequence) => *last_sequence = Some(sequence),
        Err(wrong) => {
            drained.wrong.get_or_insert(wrong);
        }
    }
}

fn measure_ages(bytes: &[u8], partial: &mut String, drained: &mut Drained) {
    let now = clock_gettime(ClockId::Monotonic);
    let now = u64::try_from(now.tv_sec).unwrap_or(0) * 1_000_000_000 + u64::try_from(now.tv_nsec).unwrap_or(0);
    partial.push_str(&String::from_utf8_lossy(bytes));
    let whole = partial.rfind('\n').map_or(0, |end| end + 1);
    let rest = partial.split_off(whole);
    for line in partial.lines() {
        match stamp(line) {
            Some(made) => drained.ages.push(now.saturating_sub(made)),
            None => drop(drained.wrong.get_or_insert_with(|| format!("no time in {line:?}"))),
        }
    }
    *partial = rest;
}

/// Sums bytes first, which the compiler turns into vector instructions; 192 of them fit into one.
fn count_newlines(bytes: &[u8]) -> u64 {
    bytes
        .chunks(192)
        .map(|chunk| u64::from(chunk.iter().map(|&byte| u8::from(byte == b'\n')).sum::<u8>()))
        .sum()
}

#[cfg(test)]
mod tests {
    use super::count_newlines;

    #[test]
    fn newlines_are_counted_across_chunks() {
        assert_eq!(count_newlines(&[b'\n'; 1000]), 1000);
        assert_eq!(count_newlines(&b"line\n".repeat(777)), 777);
        assert_eq!(count_newlines(b"no end"), 0);
    }
}
