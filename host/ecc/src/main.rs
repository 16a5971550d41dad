//! `ecc FILE.bpf.c [HEADER.h]`: one BPF C source becomes a package that anyone can run.

mod annotate;
mod btfgen;
mod c_header;
mod clang;
mod cli;
mod command;
mod error;
mod exports;
mod includes;
mod interrupts;
mod kernel_types;
mod loss;
mod object;
mod output;
mod printer;
mod source;
mod words;

use std::process::ExitCode;

use clap::Parser;

use crate::cli::Cli;
use crate::error::Exit;
use crate::printer::Printer;

fn main() -> ExitCode {
    let mut printer = Printer::new();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(usage) => {
            // Help and version go to stdout and are no failure.
            let exit = if usage.use_stderr() { Exit::Usage } else { Exit::Ok };
            // Nothing is left to tell the user with if this fails.
            let _ = usage.print();
            return exit.into();
        }
    };
    match command::compile::run(&cli.compile, &mut printer) {
        Ok(()) => Exit::Ok.into(),
        Err(error) => {
            printer.error(&error);
            error.exit().into()
        }
    }
}
