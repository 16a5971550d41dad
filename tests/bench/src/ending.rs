//! A tool that is ended in the midst of a load: whether what it says in the end is true.

use std::time::Duration;

use anyhow::{Context, Result};

use crate::drain::Look;
use crate::driver::drive;
use crate::kernel::newest_map;
use crate::throughput::{Load, wait_attached};
use crate::tool::{Format, Tool};

/// How long the load goes on after the tool was asked to end, at least: until it has.
const LONGER: Duration = Duration::from_millis(500);

/// What became of the events, and what the tool says about it.
#[derive(Debug)]
pub(crate) struct Ending {
    /// Events made until the program was detached, as it counted them.
    pub(crate) produced: u64,
    /// Lines about events.
    pub(crate) delivered: u64,
    /// Events that found no room, as the program counted them.
    pub(crate) lost: u64,
    /// The tool's own totals, if it says any.
    pub(crate) said: Option<Totals>,
    /// From the signal to the end of the process.
    pub(crate) took: Duration,
}

/// What a tool says in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Totals {
    /// Events that it printed.
    pub(crate) delivered: u64,
    /// Events that found no room.
    pub(crate) lost: u64,
    /// Events that it left in the ring.
    pub(crate) unread: u64,
}

impl Ending {
    /// Events that were made and neither printed nor lost. The ring is the only place for them.
    pub(crate) fn left(&self) -> u64 {
        self.produced.saturating_sub(self.delivered + self.lost)
    }

    /// Whether the tool's totals are the truth; none if it says none.
    pub(crate) fn is_true(&self) -> Option<bool> {
        let truth = Totals {
            delivered: self.delivered,
            lost: self.lost,
            unread: self.left(),
        };
        self.said.map(|said| said == truth)
    }
}

/// End a tool by SIGINT after the load's duration, while the load goes on.
pub(crate) fn measure(tool: &Tool, load: &Load<'_>) -> Result<Ending> {
    let newest_before = newest_map();
    let mut running = tool.start(Format::Json, false, Look::Samples(Format::Json), load.words, load.cores)?;
    let counters = wait_attached(&mut running, newest_before, load.offsets)?;
    let (rate, duration, core) = (load.rate, load.duration + LONGER, load.cores.producer);
    let driver = std::thread::spawn(move || drive(rate, duration, core));
    std::thread::sleep(load.duration);
    running.expect_alive()?;
    let ended = running.end()?;
    driver.join().ok().context("the driver panicked")??;
    let counts = counters.read()?;
    Ok(Ending {
        produced: counts.produced,
        delivered: ended.drained.lines,
        lost: counts.lost,
        said: totals(&ended.words),
        took: ended.took,
    })
}

/// From a line such as `ecli: 5 events, 1 lost, 0 unread`.
fn totals(words: &str) -> Option<Totals> {
    let line = words.lines().find(|line| line.ends_with(" unread"))?;
    let numbers: Vec<u64> = line
        .split(|letter: char| !letter.is_ascii_digit())
        .filter_map(|word| word.parse().ok())
        .collect();
    let &[delivered, lost, unread] = numbers.as_slice() else {
        return None;
    };
    Some(Totals {
        delivered,
        lost,
        unread,
    })
}

#[cfg(test)]
mod tests {
    use super::{Totals, totals};

    #[test]
    fn totals_are_read_from_what_a_tool_says() {
        let words = "ecli: 12 events, 3 lost, 1 unread\nwarning: 3 of 16 events lost\n";
        assert_eq!(
            totals(words),
            Some(Totals {
                delivered: 12,
                lost: 3,
                unread: 1
            })
        );
        assert_eq!(totals("ecli: 12 events, lost: unknown, 1 unread"), None);
        assert_eq!(totals(""), None);
    }
}
