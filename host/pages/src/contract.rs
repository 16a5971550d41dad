//! The contract as a page: every function and type of the WIT files, with what is said about it there.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use wit_bindgen_core::Files;
use wit_parser::Resolve;

/// The world that has all of it.
const WORLD: &str = "tool";

/// Writes `CONTRACT.md` into the folder of the WIT files.
pub(crate) fn write(folder: &Path) -> Result<()> {
    let path = folder.join("CONTRACT.md");
    fs::write(&path, page(folder)?).with_context(|| format!("cannot write {}", path.display()))
}

fn page(folder: &Path) -> Result<String> {
    let mut resolve = Resolve::default();
    let (package, _) = resolve
        .push_dir(folder)
        .with_context(|| format!("{} is no contract", folder.display()))?;
    let world = resolve.select_world(&[package], Some(WORLD))?;
    let mut files = Files::default();
    wit_bindgen_markdown::Opts::default()
        .build()
        .generate(&mut resolve, world, &mut files)?;
    let (_, bytes) = files
        .iter()
        .find(|(name, _)| name.ends_with(".md"))
        .context("nothing was generated")?;
    let text = String::from_utf8_lossy(bytes);
    // Trailing blanks come and go with the generator.
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    Ok(format!(
        "<!-- Made by `make pages` from the WIT files. -->\n{}\n",
        lines.join("\n").trim_end()
    ))
}
