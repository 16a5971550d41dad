//! `ecli` runs eBPF tools whose whole user space is sandboxed WebAssembly.
//!
//! This crate is arguments and words. What a name stands for is `registry`'s business, what a package says is `package`'s,
//! and everything that a tool does is `runtime`'s.

mod cli;
mod content;
mod doctor;
mod failed;
mod habits;
mod inspect;
mod module;
mod places;
mod run;
mod settings;

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;
use clap::error::{ContextKind, ErrorKind};
use console::{Exit, Failure, Printer};

use cli::{Cli, Command};
use settings::Settings;

fn main() -> ExitCode {
    if console::serves_another() {
        return ExitCode::SUCCESS;
    }
    let mut printer = Printer::stderr();
    let line = habits::with_command(std::env::args_os().collect());
    match execute(&line, &mut printer) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            printer.failure(&failure);
            failure.exit.into()
        }
    }
}

fn execute(line: &[OsString], printer: &mut Printer) -> Result<Exit, Failure> {
    match Cli::try_parse_from(line) {
        Ok(Cli {
            command: Command::Run(run),
        }) => run::run(Settings::new(*run, line)?, printer),
        Ok(Cli {
            command: Command::Inspect(inspect),
        }) => inspect::inspect(&inspect, printer),
        Ok(Cli {
            command: Command::Doctor(doctor),
        }) => doctor::doctor(&doctor, printer),
        Err(message) => explain(message, line, printer),
    }
}

/// Prints help, or what is wrong with the line.
fn explain(mut message: clap::Error, line: &[OsString], printer: &mut Printer) -> Result<Exit, Failure> {
    // clap's advice is to put `--` before what it does not know; here that would name standard input.
    let runs = line.get(1).is_some_and(|command| command == "run");
    let unknown =
        runs && message.kind() == ErrorKind::UnknownArgument && message.get(ContextKind::SuggestedArg).is_none();
    message.remove(ContextKind::Suggested);
    // It writes to standard error too, where nobody is left to tell if this fails.
    let printed = message.print().and_then(|()| io::stdout().flush());
    if !message.use_stderr() {
        printed.or_else(Failure::of_output)?;
    }
    if unknown {
        printer.hint("options of the tool come after its name: ecli run NAME [ARGS]...");
    }
    Ok(if message.use_stderr() {
        Exit::Usage
    } else {
        Exit::Success
    })
}
