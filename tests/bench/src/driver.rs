//! Makes events, evenly or as fast as it can, from one core, and knows how many it made.

use std::ffi::CStr;
use std::fmt;
use std::num::NonZeroU64;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use rustix::process::setpriority_process;
use rustix::thread::{CpuSet, gettid, sched_setaffinity, set_current_timer_slack, set_name};

/// The most events one order makes, as in `bpf/workload.h`.
const MOST_EVENTS: u8 = 16;

/// The longest time whose events come at once when the driver was kept from running; what was due before is left out.
const LARGEST_GROUP: Duration = Duration::from_millis(1);

/// The shortest sleep between two groups: a timer that fires more often is late anyway.
const SHORTEST_PERIOD: Duration = Duration::from_micros(50);

/// The nice value of the driver: it must not keep the drain, which shares its core, from emptying the pipe.
const PRIORITY: i32 = -10;

/// How fast events are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rate {
    /// So many a second, evenly.
    PerSecond(u64),
    /// As fast as one core can.
    FlatOut,
}

impl fmt::Display for Rate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PerSecond(rate) if rate % 1000 == 0 => write!(formatter, "{}k/s", rate / 1000),
            Self::PerSecond(rate) => write!(formatter, "{rate}/s"),
            Self::FlatOut => write!(formatter, "flat out"),
        }
    }
}

/// Keep the calling thread on one core.
pub(crate) fn pin(core: usize) -> Result<()> {
    let mut cores = CpuSet::new();
    cores.set(core);
    sched_setaffinity(None, &cores).with_context(|| format!("cannot run on core {core}"))
}

/// Order so many events, at most 16. With 0 the workload only answers how full its ring is.
pub(crate) fn order(events: u8) -> Result<()> {
    let name = [b'e', b'v', b'!', b'#', b'0' + events.min(MOST_EVENTS), 0];
    set_name(CStr::from_bytes_with_nul(&name)?).context("cannot give an order")
}

/// Make events for as long as `duration`, on the core `core`. Gives back how many.
pub(crate) fn drive(rate: Rate, duration: Duration, core: usize) -> Result<u64> {
    pin(core)?;
    setpriority_process(Some(gettid()), PRIORITY).context("cannot change the priority")?;
    set_current_timer_slack(NonZeroU64::new(1))?;
    match rate {
        Rate::PerSecond(rate) => drive_evenly(rate, duration),
        Rate::FlatOut => drive_flat_out(duration),
    }
}

fn drive_evenly(rate: u64, duration: Duration) -> Result<u64> {
    let one = Duration::from_secs(1) / u32::try_from(rate).unwrap_or(u32::MAX);
    let period = one.max(SHORTEST_PERIOD);
    let most = due(LARGEST_GROUP, rate).max(1);
    let start = Instant::now();
    let (mut made, mut accounted) = (0, 0);
    let mut wake = period;
    loop {
        // Sleeping towards fixed points, so that lateness does not add up.
        std::thread::sleep(wake.saturating_sub(start.elapsed()));
        let elapsed = start.elapsed();
        if elapsed >= duration {
            return Ok(made);
        }
        let now_due = due(elapsed, rate);
        for _ in 0..(now_due - accounted).min(most) {
            order(1)?;
            made += 1;
        }
        accounted = now_due;
        wake += period;
        if wake < elapsed {
            wake = elapsed;
        }
    }
}

fn drive_flat_out(duration: Duration) -> Result<u64> {
    let start = Instant::now();
    let mut made = 0;
    while start.elapsed() < duration {
        for _ in 0..64 {
            order(MOST_EVENTS)?;
            made += u64::from(MOST_EVENTS);
        }
    }
    Ok(made)
}

fn due(elapsed: Duration, rate: u64) -> u64 {
    u64::try_from(elapsed.as_nanos() * u128::from(rate) / 1_000_000_000).unwrap_or(u64::MAX)
}
