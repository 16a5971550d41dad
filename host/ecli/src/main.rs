//! `ecli` runs eBPF tools whose whole user space is sandboxed WebAssembly.
//!
//! This crate is arguments and words. What a name stands for is `registry`'s business, what a package says is `package`'s,
//! and everything that a tool does is `runtime`'s.

mod cli;
mod content;
mod exit;
mod failure;
mod habits;
mod inspect;
mod module;
mod printer;
mod run;
mod settings;
mod signals;
mod totals;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;
use clap::error::{ContextKind, ErrorKind};

use cli::{Cli, Command};
use exit::Exit;
use failure::Failure;
use printer::Printer;
use settings::Settings;

fn main() -> ExitCode {
    let mut printer = Printer::new();
    let line = habits::with_command(std::env::args_os().collect());
    match execute(&line, &mut printer) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            printer.error(&failure.error);
            if let Some(hint) = &failure.hint {
                printer.hint(hint);
            }
            failure.exit.into()
        }
    }
}

fn execute(line: &[OsString], printer: &mut Printer) -> Result<Exit, Failure> {
    match Cli::try_parse_from(line) {
        Ok(Cli {
            command: Command::Run(run),
        }) => run::run(Settings::new(run, line)?, printer),
        Ok(Cli {
            command: Command::Inspect(inspect),
        }) => inspect::inspect(&inspect, printer),
        Err(message) => Ok(explain(message, line, printer)),
    }
}

/// Prints help, or what is wrong with the line.
fn explain(mut message: clap::Error, line: &[OsString], printer: &mut Printer) -> Exit {
    // clap's advice is to put `--` before what it does not know; here that would name standard input.
    let runs = line.get(1).is_some_and(|command| command == "run");
    let unknown =
        runs && message.kind() == ErrorKind::UnknownArgument && message.get(ContextKind::SuggestedArg).is_none();
    message.remove(ContextKind::Suggested);
    printer.clap(&message);
    if unknown {
        printer.hint("options of the tool come after its name: ecli run NAME [ARGS]...");
    }
    if message.use_stderr() {
        Exit::Usage
    } else {
        Exit::Success
    }
}
