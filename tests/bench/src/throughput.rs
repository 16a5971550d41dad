//! One tool under load: what an event costs it, and what became of every event.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::drain::Look;
use crate::driver::{Rate, drive, order};
use crate::kernel::{CounterOffsets, Counters, newest_map};
use crate::machine::Cores;
use crate::tool::{Format, Running, Tool};

/// How long a tool may take until its program answers.
const ATTACH_PATIENCE: Duration = Duration::from_secs(20);

/// What start-up leaves for later (a cache to be written) is over by then.
pub(crate) const SETTLE: Duration = Duration::from_millis(300);

/// The last batch, which waits for company up to 20 ms, is printed by then.
const LAST_BATCH: Duration = Duration::from_millis(60);

/// How long the ring may stay as full as it is before its bytes count as left unread.
const STALL: Duration = Duration::from_secs(1);

/// Bytes that an event takes in the ring: 88 and a header of 8.
const EVENT_BYTES: u64 = 96;

/// What a load is, and where.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load<'a> {
    /// How fast.
    pub(crate) rate: Rate,
    /// How long.
    pub(crate) duration: Duration,
    /// Where the workload counts.
    pub(crate) offsets: CounterOffsets,
    /// Who runs where.
    pub(crate) cores: Cores,
    /// A file for what the tool says.
    pub(crate) words: &'a Path,
}

/// What one run showed.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    /// Events made, as the program counted them.
    pub(crate) produced: u64,
    /// Lines about events.
    pub(crate) delivered: u64,
    /// Events that found no room.
    pub(crate) lost: u64,
    /// Events that lay in the ring at the end.
    pub(crate) unread: u64,
    /// CPU time of the tool between the first event and the last line.
    pub(crate) cpu: Duration,
    /// How long that was.
    pub(crate) span: Duration,
    /// How often the tool went to sleep meanwhile.
    pub(crate) sleeps: u64,
    /// How many write system calls it made meanwhile.
    pub(crate) writes: u64,
    /// The most memory it ever had, less its mapped BPF maps.
    pub(crate) peak_memory: u64,
    /// The memory it had in the end, less its mapped BPF maps.
    pub(crate) memory: u64,
    /// What does not add up, or is printed wrong.
    pub(crate) wrong: Vec<String>,
}

impl Sample {
    /// CPU time an event that was printed.
    pub(crate) fn nanoseconds_an_event(&self) -> f64 {
        self.cpu.as_nanos() as f64 / self.delivered.max(1) as f64
    }
}

/// Wait until the workload that the tool loads answers.
pub(crate) fn wait_attached(tool: &mut Running, newest_before: u32, offsets: CounterOffsets) -> Result<Counters> {
    loop {
        if let Some(counters) = Counters::find(newest_before, offsets)? {
            order(0)?;
            if counters.read()?.answers > 0 {
                return Ok(counters);
            }
        }
        tool.expect_alive()?;
        if tool.start.elapsed() > ATTACH_PATIENCE {
            bail!("the program was not attached within {ATTACH_PATIENCE:?}");
        }
        std::thread::sleep(Duration::from_micros(200));
    }
}

/// Run a tool under a load.
pub(crate) fn measure(tool: &Tool, format: Format, load: &Load<'_>) -> Result<Sample> {
    let newest_before = newest_map();
    let mut running = tool.start(format, false, Look::Samples(format), load.words, load.cores)?;
    let counters = wait_attached(&mut running, newest_before, load.offsets)?;
    std::thread::sleep(SETTLE);

    let (cpu_before, sleeps_before, writes_before) = (running.cpu()?, running.sleeps(), running.writes());
    let (rate, duration, core) = (load.rate, load.duration, load.cores.producer);
    let began = Instant::now();
    let driver = std::thread::spawn(move || drive(rate, duration, core));
    let made = driver.join().ok().context("the driver panicked")??;
    let unread = wait_drained(&counters)? / EVENT_BYTES;
    let span = began.elapsed();
    std::thread::sleep(LAST_BATCH);
    let (cpu, sleeps) = (running.cpu()? - cpu_before, running.sleeps() - sleeps_before);
    let writes = running.writes() - writes_before;

    running.expect_alive()?;
    let maps = running.map_bytes();
    let memory = |key| running.status_bytes(key).unwrap_or(0).saturating_sub(maps);
    let (peak_memory, memory) = (memory("VmHWM:"), memory("VmRSS:"));
    let ended = running.end()?;
    let counts = counters.read()?;
    let delivered = ended.drained.lines - u64::from(ended.drained.header);

    let mut wrong: Vec<String> = ended.drained.wrong.into_iter().collect();
    if made != counts.produced {
        wrong.push(format!(
            "the driver ordered {made} events and the program made {}",
            counts.produced
        ));
    }
    if counts.produced != delivered + counts.lost + unread {
        wrong.push(format!(
            "produced {} ≠ delivered {delivered} + lost {} + unread {unread}; the tool said: {}",
            counts.produced,
            counts.lost,
            ended.words.trim_end()
        ));
    }
    if ended.drained.checked == 0 {
        wrong.push("no line was checked".to_owned());
    }
    Ok(Sample {
        produced: counts.produced,
        delivered,
        lost: counts.lost,
        unread,
        cpu,
        span,
        sleeps,
        writes,
        peak_memory,
        memory,
        wrong,
    })
}

/// Wait until the ring is empty, or no longer gets emptier. Gives back the bytes in it.
fn wait_drained(counters: &Counters) -> Result<u64> {
    let mut least = u64::MAX;
    let mut since = Instant::now();
    loop {
        order(0)?;
        let unread = counters.read()?.unread;
        if unread == 0 {
            return Ok(0);
        }
        if unread < least {
            (least, since) = (unread, Instant::now());
        } else if since.elapsed() > STALL {
            return Ok(unread);
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}
