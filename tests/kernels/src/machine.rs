//! The machine's own kernel, without an emulator.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::boot::Booted;
use crate::matrix::MACHINE;

/// Run the cases here. What the kernel logs meanwhile is its console.
///
/// # Errors
/// They cannot be run.
pub(crate) fn run(payload: &Path, folder: &Path) -> Result<Booted> {
    let begin = Instant::now();
    let results = folder.join(format!("{MACHINE}.lines"));
    File::create(&results)?;
    let mut log = end_of_log();
    let program = payload.join("kernels");
    // Only what talks to the kernel has the rights of root.
    let mut command = if rustix::process::geteuid().is_root() {
        Command::new(program)
    } else {
        let mut sudo = Command::new("sudo");
        sudo.arg(program);
        sudo
    };
    let output = command
        .arg("inside")
        .arg(payload)
        .args(["--flavour", MACHINE, "--results"])
        .arg(&results)
        .stdin(Stdio::null())
        .output()
        .context("cannot start the program that runs the cases")?;
    if !output.status.success() {
        bail!("{}", String::from_utf8_lossy(&output.stderr).trim());
    }
    let console = log.as_mut().map(logged).unwrap_or_default();
    fs::write(folder.join(format!("{MACHINE}.console")), &console)?;
    Ok(Booted {
        console,
        results,
        seconds: begin.elapsed().as_secs_f64(),
        trouble: None,
    })
}

/// The kernel's log, from here on. None where it may not be read, as in a container.
fn end_of_log() -> Option<File> {
    let nonblocking = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();
    let mut log = OpenOptions::new()
        .read(true)
        .custom_flags(nonblocking)
        .open("/dev/kmsg")
        .ok()?;
    log.seek(SeekFrom::End(0)).ok()?;
    Some(log)
}

/// The records that have come since, a line each.
fn logged(log: &mut File) -> String {
    let mut text = String::new();
    let mut record = [0; 8192];
    // A read gives one record: its numbers, a semicolon, its line. There is an error at the end.
    while let Ok(length) = log.read(&mut record) {
        let record = String::from_utf8_lossy(record.get(..length).unwrap_or_default()).into_owned();
        let line = record.split_once(';').map_or(record.as_str(), |(_, line)| line);
        text.push_str(line.lines().next().unwrap_or_default());
        text.push('\n');
    }
    text
}
