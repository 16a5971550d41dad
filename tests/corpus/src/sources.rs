//! Which files are BPF programs.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The C sources below some folders that put something into a section, in order. A folder may be a file too.
pub(crate) fn below(folders: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for folder in folders {
        collect(folder, &mut found)?;
    }
    found.sort();
    Ok(found)
}

fn collect(path: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    if path.is_dir() {
        let entries = fs::read_dir(path).with_context(|| path.display().to_string())?;
        for entry in entries {
            let entry = entry?;
            // A link could lead back to where it stands.
            if !entry.file_type()?.is_symlink() {
                collect(&entry.path(), found)?;
            }
        }
    } else if path.extension().is_some_and(|extension| extension == "c") && text(path)?.contains("SEC(") {
        found.push(path.to_owned());
    }
    Ok(())
}

/// Whether a source says that the verifier is to refuse some of its programs: the kernel's own tests do.
pub(crate) fn expects_refusal(source: &Path) -> Result<bool> {
    let text = text(source)?;
    Ok(text.contains("__failure") || text.contains("__msg(") || text.contains("RUN_TESTS_FAIL"))
}

fn text(path: &Path) -> Result<String> {
    let bytes = fs::read(path).with_context(|| path.display().to_string())?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
