//! Writes what is generated for people to read: `pages FOLDER` makes `FOLDER/man1/*.1` and `FOLDER/completions/*`; `pages contract WIT`
//! makes the page of the contract in that folder.
//!
//! The command lines are those of the programs themselves: their files are a part of this program too.

#![allow(dead_code, reason = "what is typed is not read here")]

mod contract;
mod files;

#[path = "../../ecc/src/cli.rs"]
mod ecc_cli;
#[path = "../../ecli/src/cli.rs"]
mod ecli_cli;

use std::path::PathBuf;

use anyhow::Result;
use clap::{CommandFactory, Parser};

/// Write man pages and shell completions of ecli and ecc, or the page of the contract
#[derive(Debug, Parser)]
struct Cli {
    /// Where to write
    folder: PathBuf,

    /// Write README.md of the contract in this folder, from its WIT files
    #[arg(long)]
    contract: bool,
}

fn main() -> Result<()> {
    let cli = Cli::parse();
    if cli.contract {
        return contract::write(&cli.folder);
    }
    files::write(&cli.folder, ecli_cli::Cli::command())?;
    // A first word that is no command is the source: one page for both.
    let mut ecc = ecc_cli::Compile::command();
    for command in ecc_cli::Commands::command().get_subcommands() {
        ecc = ecc.subcommand(command.clone());
    }
    files::write(&cli.folder, ecc)
}
