//! Measures `ecli` against native tools that print the same lines, in one run, and says how they compare.

mod contenders;
mod drain;
mod driver;
mod ending;
mod guests;
mod kernel;
mod latency;
mod line;
mod machine;
mod programs;
mod report;
mod sections;
mod start;
mod throughput;
mod tool;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::{Parser, ValueEnum};

use crate::machine::{Cores, HighPriority};
use crate::programs::{Bootstrap, Compilers, Workload};
use crate::report::{Report, note};
use crate::sections::Bench;

/// Compare ecli with native tools: CPU an event, losses, latency, start, memory, size.
#[derive(Debug, Parser)]
struct Arguments {
    /// One short run of everything, to see that it works; the numbers mean little
    #[arg(long)]
    quick: bool,

    /// How long each load lasts
    #[arg(long, value_name = "N")]
    seconds: Option<f64>,

    /// How often each load is repeated; the tools take turns
    #[arg(long, value_name = "N")]
    repeat: Option<usize>,

    /// Only this part
    #[arg(long, value_name = "NAME")]
    only: Option<Part>,

    /// Only tools whose name contains this
    #[arg(long, value_name = "TEXT")]
    tool: Option<String>,

    /// The `ecli` to measure, built with the profile `dist`
    #[arg(long, value_name = "PROGRAM", env = "BENCH_ECLI")]
    ecli: Option<PathBuf>,

    /// The `ecc` that makes a package of examples/bootstrap, for the start
    #[arg(long, value_name = "PROGRAM", env = "BENCH_ECC")]
    ecc: Option<PathBuf>,

    /// A clang that knows the BPF target
    #[arg(long, value_name = "PROGRAM", env = "CLANG")]
    clang: Option<PathBuf>,

    /// The C compiler for the native tools
    #[arg(long, value_name = "PROGRAM", env = "CC", default_value = "cc")]
    cc: PathBuf,

    /// Write the results to this file too
    #[arg(long, value_name = "FILE")]
    results: Option<PathBuf>,
}

/// A part of the bench.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// CPU an event, and what became of every event.
    Cpu,
    /// What tools say when they are ended under load.
    Ending,
    /// From event to line.
    Latency,
    /// From exec to attached, to the first line, and the end.
    Start,
    /// Memory and sizes.
    Size,
    /// Reading a large map.
    Maps,
    /// Printing the histograms of a sampled map.
    Histograms,
    /// What `ecc` takes above clang; needs neither root nor `ecli`.
    Ecc,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    if arguments.only == Some(Part::Ecc) {
        return compiler_only(&arguments);
    }
    if !rustix::process::geteuid().is_root() {
        bail!("the bench loads programs into the kernel: run it as root");
    }
    let cores = Cores::of_machine()?;
    let _priority = HighPriority::take()?;
    let ecli = arguments.ecli.clone().or_else(|| beside_us("ecli"));
    let Some(ecli) = ecli.filter(|path| path.exists()) else {
        note("there is no ecli to measure: name one with --ecli");
        return run(&arguments, cores, None);
    };
    run(&arguments, cores, Some(&ecli))
}

/// What needs no kernel.
fn compiler_only(arguments: &Arguments) -> Result<()> {
    let ecc = arguments
        .ecc
        .as_ref()
        .context("there is no ecc to measure: name one with --ecc")?;
    let (compilers, folder) = prepare(arguments)?;
    let mut report = Report::default();
    describe(&mut report, &compilers, None);
    sections::ecc(&mut report, ecc, &compilers, &folder, repeat(arguments))?;
    save(arguments, &report.finish())
}

/// The compilers, and a folder for what they make.
fn prepare(arguments: &Arguments) -> Result<(Compilers, PathBuf)> {
    let compilers = Compilers {
        clang: find_clang(arguments.clang.as_deref())?,
        cc: arguments.cc.clone(),
    };
    let folder = beside_us("bench-programs").context("the bench does not know where it lies")?;
    std::fs::create_dir_all(&folder)?;
    Ok((compilers, folder))
}

fn repeat(arguments: &Arguments) -> usize {
    arguments.repeat.unwrap_or(if arguments.quick { 1 } else { 5 }).max(1)
}

/// The machine and the programs, a line each.
fn describe(report: &mut Report, compilers: &Compilers, ecli: Option<&Path>) {
    let lines = machine::describe(&compilers.clang, &compilers.cc, ecli);
    let lines: Vec<_> = lines.iter().map(|(key, value)| format!("* {key}: {value}")).collect();
    report.paragraph(&lines.join("\n"));
}

fn save(arguments: &Arguments, text: &str) -> Result<()> {
    match &arguments.results {
        Some(path) => std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display())),
        None => Ok(()),
    }
}

fn run(arguments: &Arguments, cores: Cores, ecli: Option<&Path>) -> Result<()> {
    let (compilers, folder) = prepare(arguments)?;
    let workload = Workload::build(&compilers, &folder)?;

    let mut tools = contenders::workload_tools(&workload, ecli);
    let mut bootstrap = match &arguments.ecc {
        Some(ecc) => contenders::bootstrap_tools(&Bootstrap::build(ecc, &compilers, &folder)?, ecli),
        None => vec![],
    };
    if let (Some(ecli), Some(ecc)) = (ecli, &arguments.ecc) {
        tools.extend(contenders::own_tools(&workload, ecli, ecc, &folder)?);
    }
    if let Some(text) = &arguments.tool {
        tools.retain(|tool| tool.name.contains(text));
        bootstrap.retain(|tool| tool.name.contains(text));
    }

    let mut report = Report::default();
    describe(&mut report, &compilers, ecli);

    let wants = |part| arguments.only.is_none_or(|only| only == part);
    let quick = arguments.quick;
    let bench = Bench {
        duration: Duration::from_secs_f64(arguments.seconds.unwrap_or(if quick { 0.3 } else { 2.0 })),
        repeat: repeat(arguments),
        cores,
        words: folder.join("words"),
        tools,
        bootstrap,
        standalone: match &arguments.ecc {
            Some(ecc) if wants(Part::Size) => Some(programs::standalone(ecc, &compilers, &folder)?),
            _ => None,
        },
        workload,
    };
    let mut wrong = Vec::new();
    if wants(Part::Cpu) {
        wrong.extend(bench.cpu(&mut report)?);
    }
    if wants(Part::Ending) {
        wrong.extend(bench.ending(&mut report)?);
    }
    if wants(Part::Latency) {
        wrong.extend(bench.latency(&mut report)?);
    }
    if wants(Part::Start) {
        bench.start(&mut report)?;
    }
    if wants(Part::Size) {
        wrong.extend(bench.size(&mut report)?);
    }
    if let (Some(ecli), Some(ecc)) = (ecli, &arguments.ecc) {
        if wants(Part::Size) {
            sections::component_sizes(&mut report, ecc, &folder)?;
        }
        if wants(Part::Maps) {
            sections::maps(&mut report, ecli, ecc, &compilers, &folder, bench.repeat)?;
        }
        if wants(Part::Histograms) {
            sections::histograms(&mut report, ecli, ecc, &compilers, &folder, bench.repeat)?;
        }
    }
    if let Some(ecc) = arguments.ecc.as_ref().filter(|_| wants(Part::Ecc)) {
        sections::ecc(&mut report, ecc, &compilers, &folder, bench.repeat)?;
    }
    save(arguments, &report.finish())?;
    if !wrong.is_empty() {
        bail!("{} runs do not add up:\n{}", wrong.len(), wrong.join("\n"));
    }
    Ok(())
}

/// A file in the folder of the running program.
pub(crate) fn beside_us(name: &str) -> Option<PathBuf> {
    Some(std::env::current_exe().ok()?.parent()?.join(name))
}

fn find_clang(given: Option<&Path>) -> Result<PathBuf> {
    if let Some(given) = given {
        return Ok(given.to_path_buf());
    }
    let names = [
        "clang", "clang-21", "clang-20", "clang-19", "clang-18", "clang-17", "clang-16", "clang-15",
    ];
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders)
        .flat_map(|folder| names.map(|name| folder.join(name)))
        .find(|path| path.exists())
        .context("no clang was found: install one, or name it with --clang")
}
