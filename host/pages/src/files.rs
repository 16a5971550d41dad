//! Man pages, and what shells complete.

use std::fs::{self, File};
use std::path::Path;

use anyhow::{Context, Result};
use clap::Command;
use clap_complete::Shell;
use clap_mangen::Man;

/// `man1/NAME.1`, one page for each subcommand too, and a file for each shell in `completions`.
pub(crate) fn write(folder: &Path, mut command: Command) -> Result<()> {
    let (man, completions) = (folder.join("man1"), folder.join("completions"));
    for folder in [&man, &completions] {
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    command.build();
    let name = command.get_name().to_owned();
    page(&man, &command, &name)?;
    for subcommand in command.get_subcommands() {
        if subcommand.get_name() != "help" {
            page(&man, subcommand, &format!("{name}-{}", subcommand.get_name()))?;
        }
    }
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
        clap_complete::generate_to(shell, &mut command, &name, &completions)
            .with_context(|| format!("cannot write the completions of {name} for {shell}"))?;
    }
    Ok(())
}

fn page(folder: &Path, command: &Command, title: &str) -> Result<()> {
    let path = folder.join(format!("{title}.1"));
    let mut file = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
    Man::new(command.clone())
        .title(title)
        .render(&mut file)
        .with_context(|| format!("cannot write {}", path.display()))
}
