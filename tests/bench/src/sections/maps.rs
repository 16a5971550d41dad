//! Reading a large map.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use nix::sys::resource::{UsageWho, getrusage};

use crate::guests::{self, Language};
use crate::programs::{Compilers, with_native};
use crate::report::{Report, median, note};

/// How often a run reads all entries; what it does besides is measured by one that never reads.
const READS: u32 = 20;

const BOUND: f64 = 1.5;

/// A program that fills the map and reads it.
struct Reader {
    name: &'static str,
    command: Vec<std::ffi::OsString>,
}

/// CPU for reading 100,000 entries of a map in batches. Each reader prints the sum of what it read, which has to be the same.
pub(crate) fn maps(
    report: &mut Report,
    ecli: &Path,
    ecc: &Path,
    compilers: &Compilers,
    folder: &Path,
    repeat: usize,
) -> Result<()> {
    report.section(
        "A map of 100,000 entries, read in batches",
        "CPU time of the program, and of the kernel for it, to read all entries once: 16 bytes each, and a key of 8.",
    );
    let (native, source) = with_native("entries", ecc, compilers, folder)?;
    let mut readers = vec![Reader {
        name: "native C",
        command: vec![native.into()],
    }];
    for (language, name) in Language::ALL.into_iter().zip(["own tool in Rust", "own tool in C"]) {
        let component = guests::build(ecc, "entries", &source, language, folder)?;
        readers.push(Reader {
            name,
            command: vec![ecli.into(), "run".into(), component.into()],
        });
    }
    let mut times: Vec<Vec<f64>> = vec![Vec::new(); readers.len()];
    for turn in 0..=repeat {
        for (reader, times) in readers.iter().zip(&mut times) {
            let (with, without) = (reader.run(READS)?, reader.run(0)?);
            let milliseconds = with.saturating_sub(without).as_secs_f64() * 1e3 / f64::from(READS);
            note(&format!("maps, turn {turn}, {}: {milliseconds:.2} ms", reader.name));
            // The first one compiles and fills caches.
            if turn > 0 {
                times.push(milliseconds);
            }
        }
    }
    let middle: Vec<f64> = times.iter().map(|times| median(times)).collect();
    let native = middle.first().copied().unwrap_or_default();
    let rows = readers.iter().zip(&middle).map(|(reader, time)| {
        vec![
            reader.name.to_owned(),
            format!("{time:.2}"),
            format!("{:.2}", time / native),
        ]
    });
    report.table(&["reader", "CPU ms", "÷ native C"], &rows.collect::<Vec<_>>());
    for (reader, time) in readers.iter().zip(&middle).skip(1) {
        let ratio = time / native;
        report.verdict(
            &format!("reading a map, {}", reader.name),
            &format!("≤ {BOUND} ×"),
            "",
            &format!("{ratio:.2} ×"),
            ratio <= BOUND,
        );
    }
    Ok(())
}

impl Reader {
    /// CPU time of a whole run.
    fn run(&self, reads: u32) -> Result<Duration> {
        let before = children()?;
        let (program, arguments) = self.command.split_first().context("a reader without a program")?;
        let output = Command::new(program).args(arguments).arg(reads.to_string()).output()?;
        let took = children()?.saturating_sub(before);
        let words = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() {
            bail!("{} failed: {words}", self.name);
        }
        // Keys and counts are 0 to 99,999, and each entry has a 1 besides.
        let expected = u64::from(reads) * (99_999 * 100_000 + 100_000);
        let sum = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        if sum != expected.to_string() {
            bail!("{} read {sum:?} instead of {expected}", self.name);
        }
        Ok(took)
    }
}

/// CPU time of all children that have ended.
pub(super) fn children() -> Result<Duration> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let time = |of: nix::sys::time::TimeVal| -> Result<Duration> {
        Ok(Duration::from_secs(of.tv_sec().try_into()?) + Duration::from_micros(of.tv_usec().try_into()?))
    };
    Ok(time(usage.user_time())? + time(usage.system_time())?)
}
