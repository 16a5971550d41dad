//! The tools that are compared: how each is called, and one of them running.

use std::ffi::OsString;
use std::fmt;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use nix::time::ClockId;
use nix::unistd::Pid;
use rustix::pipe::{PipeFlags, fcntl_setpipe_size, pipe_with};
use rustix::process::{Signal, kill_process};

use crate::drain::{Drain, Drained, Look};
use crate::driver::pin;
use crate::machine::Cores;

/// So large that a drain which has to wait for its core does not stop the writer; what an unprivileged user may have.
const PIPE_SIZE: usize = 1 << 20;

/// How long a tool may take to end after it was asked to.
const PATIENCE: Duration = Duration::from_secs(10);

/// How events are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// A line with columns.
    Table,
    /// An object a line.
    Json,
}

impl fmt::Display for Format {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Table => "table",
            Self::Json => "JSON",
        })
    }
}

/// A program that prints events.
#[derive(Clone, Debug)]
pub(crate) struct Tool {
    /// How the tables name it.
    pub(crate) name: &'static str,
    /// What to start.
    pub(crate) program: PathBuf,
    /// Arguments for a table.
    pub(crate) table: Vec<OsString>,
    /// Arguments for JSON.
    pub(crate) json: Vec<OsString>,
    /// What to add so that every event is written soon, for a tool that would fill its buffer first.
    pub(crate) flush: Option<&'static str>,
    /// Whether it is measured with this format.
    pub(crate) formats: &'static [Format],
}

/// Both formats.
pub(crate) const BOTH: &[Format] = &[Format::Table, Format::Json];

impl Tool {
    fn command(&self, format: Format, flush: bool) -> Command {
        let mut command = Command::new(&self.program);
        command.args(match format {
            Format::Table => &self.table,
            Format::Json => &self.json,
        });
        command.args(self.flush.filter(|_| flush));
        command
    }

    /// Start it on the consumer's core, with a pipe for its output that `look` drains on the producer's.
    pub(crate) fn start(&self, format: Format, flush: bool, look: Look, words: &Path, cores: Cores) -> Result<Running> {
        let (reader, writer) = pipe_with(PipeFlags::CLOEXEC)?;
        fcntl_setpipe_size(&writer, PIPE_SIZE)?;
        let mut command = self.command(format, flush);
        command.stdin(Stdio::null()).stdout(writer).stderr(File::create(words)?);
        // The child inherits the core of the thread that starts it.
        pin(cores.consumer)?;
        let start = Instant::now();
        let child = command
            .spawn()
            .with_context(|| format!("cannot start {}", self.program.display()));
        pin(cores.producer)?;
        // Closes our copy of the pipe's end, which the drain would otherwise wait for.
        drop(command);
        let child = child?;
        let pid = child.id().cast_signed();
        let clock = ClockId::pid_cpu_clock_id(Pid::from_raw(pid)).context("the tool ended at once")?;
        let drain = Drain::start(reader, cores.producer, look, start);
        Ok(Running {
            name: self.name,
            child,
            clock,
            drain,
            start,
            words: words.to_path_buf(),
        })
    }
}

/// A tool that was started.
#[derive(Debug)]
pub(crate) struct Running {
    name: &'static str,
    child: Child,
    clock: ClockId,
    /// What reads its output.
    pub(crate) drain: Drain,
    /// Just before it was started.
    pub(crate) start: Instant,
    words: PathBuf,
}

/// What is left of a tool that ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// What it wrote to standard output.
    pub(crate) drained: Drained,
    /// What it wrote to standard error.
    pub(crate) words: String,
    /// From the signal to the end of the process.
    pub(crate) took: Duration,
}

impl Running {
    /// CPU time of all its threads so far, dead ones included.
    pub(crate) fn cpu(&self) -> Result<Duration> {
        Ok(Duration::from(self.clock.now().context("the tool has ended")?))
    }

    /// How often its first thread went to sleep.
    pub(crate) fn sleeps(&self) -> u64 {
        self.status_number("voluntary_ctxt_switches:").unwrap_or(0)
    }

    /// How many write system calls all its threads made.
    pub(crate) fn writes(&self) -> u64 {
        let text = std::fs::read_to_string(format!("/proc/{}/io", self.child.id())).unwrap_or_default();
        text.lines()
            .find(|line| line.starts_with("syscw:"))
            .and_then(number)
            .unwrap_or(0)
    }

    /// Bytes of a line of `/proc/PID/status` that is in kB.
    pub(crate) fn status_bytes(&self, key: &str) -> Option<u64> {
        self.status_number(key).map(|kilobytes| kilobytes * 1024)
    }

    /// Resident bytes of mapped BPF maps: the ring, and data sections.
    pub(crate) fn map_bytes(&self) -> u64 {
        let text = std::fs::read_to_string(format!("/proc/{}/smaps", self.child.id())).unwrap_or_default();
        let mut of_map = false;
        let mut bytes = 0;
        for line in text.lines() {
            if line
                .split_ascii_whitespace()
                .next()
                .is_some_and(|word| word.contains('-'))
            {
                of_map = line.contains("bpf-map");
            } else if of_map && line.starts_with("Rss:") {
                bytes += number(line).unwrap_or(0) * 1024;
            }
        }
        bytes
    }

    /// An error if it is no longer there.
    pub(crate) fn expect_alive(&mut self) -> Result<()> {
        if let Some(status) = self.child.try_wait()? {
            let words = std::fs::read_to_string(&self.words).unwrap_or_default();
            bail!("{} ended early ({status}): {}", self.name, words.trim_end());
        }
        Ok(())
    }

    /// Ask it to end as Ctrl-C does, and wait for that.
    pub(crate) fn end(mut self) -> Result<Ended> {
        let pid = rustix::process::Pid::from_child(&self.child);
        let asked = Instant::now();
        kill_process(pid, Signal::INT)?;
        while self.child.try_wait()?.is_none() {
            if asked.elapsed() > PATIENCE {
                self.child.kill()?;
                self.child.wait()?;
                bail!("{} did not end within {PATIENCE:?}", self.name);
            }
            std::thread::sleep(Duration::from_micros(100));
        }
        let took = asked.elapsed();
        let words = std::fs::read_to_string(&self.words).unwrap_or_default();
        Ok(Ended {
            drained: self.drain.finish()?,
            words,
            took,
        })
    }

    fn status_number(&self, key: &str) -> Option<u64> {
        let text = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        text.lines().find(|line| line.starts_with(key)).and_then(number)
    }
}

fn number(line: &str) -> Option<u64> {
    line.split_ascii_whitespace().nth(1)?.parse().ok()
}
