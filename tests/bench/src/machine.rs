//! The machine that the numbers belong to.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use rustix::process::setpriority_process;

use crate::programs::libbpf_version;

/// Which core does what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cores {
    /// Makes events, empties the pipe, and runs the bench itself.
    pub(crate) producer: usize,
    /// Runs nothing but the tool.
    pub(crate) consumer: usize,
}

impl Cores {
    /// The first and the last core of the machine; it takes two.
    pub(crate) fn of_machine() -> Result<Self> {
        let count = std::thread::available_parallelism()?.get();
        if count < 2 {
            bail!("the bench needs two cores: one that makes events, one that prints them");
        }
        Ok(Self {
            producer: 0,
            consumer: count - 1,
        })
    }
}

/// The highest there is.
const PRIORITY: i32 = -20;

/// The group of this session, in kernels that share the processor between sessions first and processes second.
const AUTOGROUP: &str = "/proc/self/autogroup";

/// A high priority of this process and of the tools that it starts, all alike: what else the machine does should not decide
/// who loses events. What others share is put back when this is dropped.
#[derive(Debug)]
pub(crate) struct HighPriority {
    session_before: Option<String>,
}

impl HighPriority {
    /// Take it.
    pub(crate) fn take() -> Result<Self> {
        setpriority_process(None, PRIORITY).context("cannot take a high priority")?;
        let session = std::fs::read_to_string(AUTOGROUP).unwrap_or_default();
        let session_before = session.split_ascii_whitespace().next_back().map(str::to_owned);
        if session_before.is_some() {
            std::fs::write(AUTOGROUP, PRIORITY.to_string())?;
        }
        Ok(Self { session_before })
    }
}

impl Drop for HighPriority {
    fn drop(&mut self) {
        if let Some(before) = &self.session_before {
            let _ = std::fs::write(AUTOGROUP, before);
        }
    }
}

/// What to call the machine and the software, a line each.
pub(crate) fn describe(clang: &Path, cc: &Path, ecli: Option<&Path>) -> Vec<(&'static str, String)> {
    let mut lines = vec![
        ("date", words(Command::new("date").args(["-u", "+%F %H:%M UTC"]))),
        (
            "processor",
            format!(
                "{}, {} cores",
                processor(),
                std::thread::available_parallelism().map_or(0, usize::from)
            ),
        ),
        ("kernel", words(Command::new("uname").args(["-srm"]))),
        (
            "load when it began",
            std::fs::read_to_string("/proc/loadavg")
                .unwrap_or_default()
                .trim()
                .to_owned(),
        ),
        ("native tools", words(Command::new(cc).arg("--version"))),
        ("BPF objects", words(Command::new(clang).arg("--version"))),
        ("libbpf", libbpf_version()),
    ];
    if let Some(ecli) = ecli {
        lines.push(("ecli", words(Command::new(ecli).arg("--version"))));
    }
    lines
}

/// The first line that a command prints.
fn words(command: &mut Command) -> String {
    let output = command.output().map(|output| output.stdout).unwrap_or_default();
    String::from_utf8_lossy(&output)
        .lines()
        .next()
        .unwrap_or("unknown")
        .trim()
        .to_owned()
}

fn processor() -> String {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    text.lines()
        .find(|line| line.starts_with("model name"))
        .and_then(|line| line.split_once(": "))
        .map_or_else(|| std::env::consts::ARCH.to_owned(), |(_, name)| name.to_owned())
}
