//! A kernel in QEMU, from its start to its end.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::console;
use crate::fetch::Fetched;
use crate::matrix::{Arch, Entry};

/// Until `init` must be ready: ten times what a busy machine takes.
const READY: Duration = Duration::from_secs(120);
/// Until all cases must be done.
const DONE: Duration = Duration::from_secs(1800);

/// What a boot leaves behind.
#[derive(Debug)]
pub(crate) struct Booted {
    /// All that came on the console.
    pub(crate) console: String,
    /// The file with the verdicts.
    pub(crate) results: PathBuf,
    /// How long it ran.
    pub(crate) seconds: f64,
    /// Why the payload did not come to its end.
    pub(crate) trouble: Option<String>,
}

/// Boot a kernel with a payload. A second time if it did not come as far as running it: then it is the emulator's fault, not the payload's.
///
/// # Errors
/// QEMU cannot be started, or the kernel does not come up twice.
pub(crate) fn boot(entry: &Entry, kernel: &Fetched, payload: &Path, folder: &Path) -> Result<Booted> {
    let booted = once(entry, kernel, payload, folder)?;
    if console::is_ready(&booted.console) {
        return Ok(booted);
    }
    let booted = once(entry, kernel, payload, folder)?;
    if !console::is_ready(&booted.console) {
        let last: Vec<&str> = booted.console.lines().rev().take(20).collect();
        let last: Vec<&str> = last.into_iter().rev().collect();
        bail!(
            "it does not come up within {READY:?}; the end of its console:\n{}",
            last.join("\n")
        );
    }
    Ok(booted)
}

fn once(entry: &Entry, kernel: &Fetched, payload: &Path, folder: &Path) -> Result<Booted> {
    let begin = Instant::now();
    let at = |extension: &str| folder.join(format!("{}.{extension}", entry.id));
    let (initrd, console_path, results) = (at("cpio"), at("console"), at("lines"));
    join(&kernel.base, payload, &initrd).context("cannot write the first file system")?;
    File::create(&results)?;

    let mut command = qemu(entry);
    command.args([
        "-m",
        "1024",
        "-smp",
        "1",
        "-nodefaults",
        "-no-user-config",
        "-display",
        "none",
        "-no-reboot",
    ]);
    command
        .arg("-serial")
        .arg("stdio")
        .arg("-kernel")
        .arg(&kernel.kernel)
        .arg("-initrd")
        .arg(&initrd);
    command.args([
        "-device",
        "virtio-serial-pci",
        "-device",
        "virtserialport,chardev=results",
    ]);
    command
        .arg("-chardev")
        .arg(format!("file,id=results,path={}", results.display()));
    // Warnings of the kernel are shown from level 5 on; a panic ends the emulator.
    let serial = if entry.arch == Arch::Arm64 { "ttyAMA0" } else { "ttyS0" };
    let line = format!(
        "console={serial} panic=-1 loglevel=5 FLAVOUR={} {}",
        entry.flavour, entry.command_line
    );
    command.args(["-append", line.trim()]);
    let output = File::create(&console_path)?;
    command.stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output);

    let mut child = command.spawn().with_context(|| {
        format!(
            "cannot start {}: scripts/kernels installs it",
            command.get_program().to_string_lossy()
        )
    })?;
    let mut ready = false;
    loop {
        if child.try_wait()?.is_some() {
            break;
        }
        ready = ready || console::is_ready(&read(&console_path)?);
        if begin.elapsed() > if ready { DONE } else { READY } {
            child.kill()?;
            child.wait()?;
            break;
        }
        sleep(Duration::from_millis(100));
    }
    fs::remove_file(&initrd)?;
    let console = read(&console_path)?;
    Ok(Booted {
        trouble: match console::exit(&console) {
            Some(0) => None,
            Some(exit) => Some(format!(
                "what runs the cases has ended with {exit}:\n{}",
                console::end(&console)
            )),
            None => Some(format!(
                "the kernel has ended before the cases:\n{}",
                console::end(&console)
            )),
        },
        console,
        results,
        seconds: begin.elapsed().as_secs_f64(),
    })
}

fn read(path: &Path) -> io::Result<String> {
    Ok(String::from_utf8_lossy(&fs::read(path)?).into_owned())
}

/// The emulator and its machine. On arm64 a small processor does: the largest one takes five times as long.
fn qemu(entry: &Entry) -> Command {
    let (program, machine, cpu) = match entry.arch {
        Arch::Amd64 => ("qemu-system-x86_64", "pc", "max"),
        Arch::Arm64 => ("qemu-system-aarch64", "virt", "cortex-a57"),
    };
    let mut command = Command::new(program);
    command.args([
        "-M",
        machine,
        "-cpu",
        entry.cpu.as_deref().unwrap_or(cpu),
        "-accel",
        "tcg,thread=multi",
    ]);
    command
}

/// Two archives, one after the other: the kernel unpacks both.
fn join(base: &Path, payload: &Path, into: &Path) -> io::Result<()> {
    let mut out = File::create(into)?;
    for part in [base, payload] {
        io::copy(&mut File::open(part)?, &mut out)?;
    }
    Ok(())
}
