//! From an event to its line: the program stamps, the drain compares.

use std::time::Duration;

use anyhow::{Context, Result};

use crate::drain::Look;
use crate::driver::drive;
use crate::kernel::newest_map;
use crate::report::percentile_99;
use crate::throughput::{Load, SETTLE, wait_attached};
use crate::tool::{Format, Tool};

/// How long the last event may be on its way.
const LAST: Duration = Duration::from_millis(100);

/// How long it took.
#[derive(Debug)]
pub(crate) struct Latency {
    /// Events that were seen.
    pub(crate) events: usize,
    /// Half of them were not slower, in milliseconds.
    pub(crate) median: f64,
    /// 99 of 100 were not slower, in milliseconds.
    pub(crate) most_of_them: f64,
    /// The slowest, in milliseconds.
    pub(crate) slowest: f64,
    /// What was printed wrong.
    pub(crate) wrong: Option<String>,
}

/// Measure a tool that prints JSON, flushing where it has to be told.
pub(crate) fn measure(tool: &Tool, load: &Load<'_>) -> Result<Latency> {
    let newest_before = newest_map();
    let mut running = tool.start(Format::Json, true, Look::Ages, load.words, load.cores)?;
    wait_attached(&mut running, newest_before, load.offsets)?;
    std::thread::sleep(SETTLE);
    let (rate, duration, core) = (load.rate, load.duration, load.cores.producer);
    let driver = std::thread::spawn(move || drive(rate, duration, core));
    driver.join().ok().context("the driver panicked")??;
    std::thread::sleep(LAST);
    running.expect_alive()?;
    let drained = running.end()?.drained;
    let mut ages = drained.ages;
    let most_of_them = percentile_99(&mut ages);
    let at = |index: usize| ages.get(index).map_or(0.0, |&age| age as f64 / 1e6);
    Ok(Latency {
        events: ages.len(),
        median: at(ages.len() / 2),
        most_of_them: most_of_them as f64 / 1e6,
        slowest: at(ages.len().saturating_sub(1)),
        wrong: drained.wrong,
    })
}
