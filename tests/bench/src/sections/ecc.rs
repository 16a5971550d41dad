//! What `ecc` costs above the compiler that it calls.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;

use crate::programs::{Compilers, INCLUDE, SOURCES};
use crate::report::{Report, median, milliseconds};

/// How often one compilation is repeated for each repetition of a load: it is short, and the least of them is what counts.
const RUNS: usize = 4;

/// What `ecc` may take, by clang's own time, and what it should.
const BOUND: f64 = 1.5;
const AIM: f64 = 1.3;

/// A source, compiled in both ways.
struct Case {
    name: &'static str,
    clang: Vec<PathBuf>,
    ecc: Vec<PathBuf>,
}

/// User and system time of `ecc` and of all that it calls, against clang alone on the same source.
pub(crate) fn ecc(report: &mut Report, ecc: &Path, compilers: &Compilers, folder: &Path, repeat: usize) -> Result<()> {
    report.section(
        "ecc",
        "User and system time of `ecc SRC HEADER`, clang's included, against `clang -O2 -g -target bpf -c SRC` alone, which finds \
         vmlinux.h and libbpf's headers ready made: the least of the runs (median), taking turns. `ecc ÷ clang` is of the least. \
         ecc makes vmlinux.h itself, of what the source names; once it is given the whole one, as clang is, and one source has none.",
    );
    let mut rows = Vec::new();
    for case in cases(folder)? {
        let (mut clang, mut ours) = (Vec::new(), Vec::new());
        // The first ones fill the caches of the machine.
        for turn in 0..=repeat * RUNS {
            let took = [
                seconds(
                    Command::new(&compilers.clang)
                        .args(["-O2", "-g", "-target", "bpf"])
                        .args(&case.clang),
                )?,
                seconds(Command::new(ecc).args(&case.ecc).env("CLANG", &compilers.clang))?,
            ];
            if turn > 0 {
                clang.push(took[0]);
                ours.push(took[1]);
            }
        }
        let ratio = least(&ours) / least(&clang);
        report.verdict(
            &format!("ecc ÷ clang, {}", case.name),
            &format!("≤ {BOUND}"),
            &format!("≤ {AIM}"),
            &format!("{ratio:.2}"),
            ratio <= BOUND,
        );
        let cell = |values: &[f64]| format!("{} ({:.2})", milliseconds(least(values) * 1e3), median(values) * 1e3);
        rows.push(vec![
            case.name.to_owned(),
            cell(&clang),
            cell(&ours),
            format!("{ratio:.2}"),
        ]);
    }
    report.table(&["source", "clang alone", "ecc", "ecc ÷ clang"], &rows);
    Ok(())
}

/// The sources, and what they need in `folder`.
fn cases(folder: &Path) -> Result<Vec<Case>> {
    let include = folder.join("include");
    std::fs::create_dir_all(include.join("bpf"))?;
    for (name, text) in loader::headers() {
        std::fs::write(include.join("bpf").join(name), text)?;
    }
    let kernel = include.join("vmlinux.h");
    std::fs::write(&kernel, loader::vmlinux_header(None)?)?;
    let architecture = package::architecture::host().context("libbpf does not know this machine's architecture")?;
    let clang = |source: &Path| {
        let mut arguments: Vec<PathBuf> = vec![format!("-D__TARGET_ARCH_{architecture}").into()];
        let system = format!("/usr/include/{}-linux-gnu", std::env::consts::ARCH);
        for folder in [&include, Path::new(INCLUDE), Path::new(&system)] {
            arguments.extend(["-I".into(), folder.to_owned()]);
        }
        arguments.extend(["-c".into(), source.to_owned(), "-o".into(), folder.join("alone.o")]);
        arguments
    };
    let ecc = |source: &Path, more: &[&Path]| {
        let header = source.with_extension("").with_extension("h");
        let mut arguments = vec![source.to_owned(), header, "-o".into(), folder.join("ecc")];
        arguments.extend(more.iter().map(|path| (*path).to_owned()));
        arguments
    };
    let example = Path::new(SOURCES).join("../../examples/bootstrap/bootstrap.bpf.c");
    let workload = Path::new(SOURCES).join("bpf/workload.bpf.c");
    // Each source has a package of its own.
    std::fs::remove_dir_all(folder.join("ecc")).or_else(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Ok(()),
        _ => Err(error),
    })?;
    Ok(vec![
        Case {
            name: "bootstrap",
            clang: clang(&example),
            ecc: ecc(&example, &[]),
        },
        Case {
            name: "bootstrap, given vmlinux.h",
            clang: clang(&example),
            ecc: ecc(&example, &[Path::new("--vmlinux"), &kernel]),
        },
        Case {
            name: "workload, without vmlinux.h",
            clang: clang(&workload),
            ecc: ecc(&workload, &["--name".as_ref(), "workload".as_ref()]),
        },
    ])
}

/// What a command and all that it waited for took.
fn seconds(command: &mut Command) -> Result<f64> {
    let spent = || -> Result<f64> {
        let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
        let time = usage.user_time() + usage.system_time();
        Ok(time.num_microseconds() as f64 / 1e6)
    };
    let before = spent()?;
    let done = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot run {}", command.get_program().to_string_lossy()))?;
    if !done.status.success() {
        bail!("{command:?} failed: {}", String::from_utf8_lossy(&done.stderr));
    }
    Ok(spent()? - before)
}

fn least(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::INFINITY, f64::min)
}
