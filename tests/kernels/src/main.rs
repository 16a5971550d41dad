//! The same tools on many kernels: fetches them, boots them, compares what works with what should. `README.md` says how it is used.

mod apt;
mod archive;
mod boot;
mod case;
mod compare;
mod console;
mod expect;
mod fetch;
mod inside;
mod kernel;
mod machine;
mod matrix;
mod modules;
mod outside;
mod payload;
mod results;
mod verdict;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Run the same tools on many kernels.
#[derive(Debug, Parser)]
#[command(name = "kernels")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Fetch kernels, boot each, run the cases there, compare
    Run(outside::Run),
    /// Write the table anew from the results of the last runs, such as of one kernel that was run again
    Table(outside::Table),
    /// Run the cases on this kernel: what a booted kernel calls
    Inside(inside::Inside),
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Run(run) => outside::run(&run),
        Command::Table(table) => outside::table_again(&table).map(|()| true),
        Command::Inside(inside) => inside::run(&inside).map(|()| true),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            // Nobody is left to tell if this fails.
            writeln!(io::stderr(), "error: {error:#}").ok();
            ExitCode::FAILURE
        }
    }
}
