//! Tries `ecc` on folders of BPF programs that others have written: how many compile as they are, how many this kernel loads, and why
//! the others do not.

mod compile;
mod load;
mod outside;
mod report;
mod sources;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Args, Parser, Subcommand};

use crate::compile::Compiler;
use crate::report::{Outcome, Report};

/// Compile and load BPF programs that others have written.
#[derive(Debug, Parser)]
#[command(name = "corpus")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Compile and load the programs below some folders, one after the other
    Try(Try),
    /// Load a package and let it go again, attaching nothing: says nothing if that worked
    Load {
        /// The package
        package: PathBuf,
    },
}

#[derive(Debug, Args)]
struct Try {
    /// Where the sources are
    #[arg(value_name = "FOLDER", required = true)]
    folders: Vec<PathBuf>,

    /// The compiler to try
    #[arg(long, value_name = "FILE")]
    ecc: PathBuf,

    /// What the sources' own build gives clang, as one argument
    #[arg(long, value_name = "FLAGS", default_value = "", allow_hyphen_values = true)]
    cflags: String,
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Try(arguments) => attempt(&arguments),
        Command::Load { package } => load::load(&package),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Who closed standard error cannot be told so.
            let _ = writeln!(io::stderr(), "{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn attempt(arguments: &Try) -> Result<()> {
    let scratch = tempfile::tempdir().context("a folder for packages")?;
    let compiler = Compiler {
        ecc: &arguments.ecc,
        cflags: &arguments.cflags,
        out: scratch.path(),
    };
    let sources = sources::below(&arguments.folders)?;
    let mut report = Report::default();
    for (number, source) in sources.iter().enumerate() {
        if number % 50 == 0 {
            writeln!(io::stderr(), "corpus: {number} of {} sources tried", sources.len())?;
        }
        report.add(source, outcome(&compiler, source)?);
    }
    report.print(&mut io::stdout().lock())?;
    Ok(())
}

fn outcome(compiler: &Compiler<'_>, source: &Path) -> Result<Outcome> {
    let package = match compiler.compile(source)? {
        Ok(package) => package,
        Err(cause) => return Ok(Outcome::NotCompiled(cause)),
    };
    Ok(match load::outside(&package)? {
        Ok(()) => Outcome::Loaded,
        Err(cause) if cause.starts_with(load::VERIFIER) && sources::expects_refusal(source)? => {
            Outcome::RefusedOnPurpose
        }
        Err(cause) => Outcome::NotLoaded(cause),
    })
}
