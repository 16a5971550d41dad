//! How long a tool takes to begin and to end.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::drain::Look;
use crate::driver::order;
use crate::kernel::{links_after, newest_link};
use crate::machine::Cores;
use crate::tool::{Format, Tool};

/// How long to wait for a tool that may have failed.
const PATIENCE: Duration = Duration::from_secs(20);

/// Between two starts. What the run before detached is then gone from the kernel too: attaching to a tracepoint that somebody
/// has just left waits for that.
const PAUSE: Duration = Duration::from_millis(200);

/// What makes a tool print its first line.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Trigger {
    /// An event of the workload.
    Order,
    /// A process that starts and ends.
    Process,
}

/// One start, in milliseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Start {
    /// From exec until all links exist.
    pub(crate) attached: f64,
    /// From exec until the first byte about an event is in the pipe.
    pub(crate) first_line: f64,
    /// From SIGINT until the process is gone.
    pub(crate) detach: f64,
}

/// Start a tool that makes `links` links, wait for its first line, end it.
pub(crate) fn measure(tool: &Tool, links: usize, trigger: Trigger, cores: Cores, words: &Path) -> Result<Start> {
    std::thread::sleep(PAUSE);
    let newest_before = newest_link();
    let mut running = tool.start(Format::Json, true, Look::Nothing, words, cores)?;
    // No sleep: this is the producer's core, and the tool is alone on its own.
    while links_after(newest_before) < links {
        if running.start.elapsed() > PATIENCE {
            bail!("{} links did not appear within {PATIENCE:?}", links);
        }
        running.expect_alive()?;
    }
    let attached = running.start.elapsed();
    let since = Instant::now();
    while running.drain.first_byte() == 0 {
        match trigger {
            Trigger::Order => order(1)?,
            Trigger::Process => drop(Command::new("/bin/true").stdin(Stdio::null()).status()?),
        }
        if since.elapsed() > PATIENCE {
            bail!("no line came within {PATIENCE:?}");
        }
        std::thread::sleep(Duration::from_micros(200));
    }
    let first_line = Duration::from_nanos(running.drain.first_byte());
    let ended = running.end()?;
    let in_ms = |duration: Duration| duration.as_secs_f64() * 1e3;
    Ok(Start {
        attached: in_ms(attached),
        first_line: in_ms(first_line),
        detach: in_ms(ended.took),
    })
}
