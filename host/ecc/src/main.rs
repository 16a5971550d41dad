//! `ecc FILE.bpf.c [HEADER.h]`: one BPF C source becomes a package that anyone can run. `gen-wasm-skel` and `build-wasm`: a project with
//! user space of one's own, and a component of it.

mod annotate;
mod btfgen;
mod build_wasm;
mod c_header;
mod clang;
mod cli;
mod command;
mod compile;
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
mod standalone;
mod wasm_skel;
mod words;

use std::process::ExitCode;

use crate::cli::{Cli, Commands};
use crate::error::Exit;
use crate::printer::Printer;

fn main() -> ExitCode {
    let mut printer = Printer::new();
    let line: Vec<_> = std::env::args_os().collect();
    let cli = match Cli::parse(&line) {
        Ok(cli) => cli,
        Err(usage) => {
            // Help and version go to stdout and are no failure.
            let exit = if usage.use_stderr() { Exit::Usage } else { Exit::Ok };
            // Nothing is left to tell the user with if this fails.
            let _ = usage.print();
            return exit.into();
        }
    };
    let done = match cli {
        Cli::Compile(compile) => command::compile::run(&compile.args, &mut printer),
        Cli::Command(Commands::GenWasmSkel(args)) => command::gen_wasm_skel::run(&args, &mut printer),
        Cli::Command(Commands::BuildWasm(args)) => command::build_wasm::run(&args, &mut printer),
    };
    match done {
        Ok(()) => Exit::Ok.into(),
        Err(error) => {
            printer.error(&error);
            error.exit().into()
        }
    }
}
