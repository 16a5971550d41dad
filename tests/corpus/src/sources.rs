//! Which files are BPF programs.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The BPF programs below some folders, in order: in each folder what ends in `.bpf.c`, or every C source where nothing does.
pub(crate) fn below(folders: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for folder in folders {
        collect(folder, &mut found)?;
    }
    found.sort();
    Ok(found)
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    let mut sources = Vec::new();
    let entries = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    for entry in entries {
        let entry = entry?;
        let (path, kind) = (entry.path(), entry.file_type()?);
        // A link to a folder could lead back to where it stands.
        if kind.is_dir() {
            collect(&path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "c") {
            sources.push(path);
        }
    }
    let is_named_so = |path: &PathBuf| path.to_string_lossy().ends_with(".bpf.c");
    if sources.iter().any(is_named_so) {
        sources.retain(is_named_so);
    }
    found.append(&mut sources);
    Ok(())
}

/// Whether a source says that the verifier is to refuse some of its programs: the kernel's own tests do.
pub(crate) fn expects_refusal(source: &Path) -> Result<bool> {
    let bytes = fs::read(source).with_context(|| source.display().to_string())?;
    Ok(String::from_utf8_lossy(&bytes).contains("__failure"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_space_beside_a_program_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        };
        for name in ["tools/a.bpf.c", "tools/a.c", "tools/a.h", "tests/b.c"] {
            put(name);
        }
        let found = below(&[folder.path().to_owned()]).unwrap();
        let names = found
            .iter()
            .map(|path| path.strip_prefix(folder.path()).unwrap().to_str().unwrap());
        assert_eq!(names.collect::<Vec<_>>(), ["tests/b.c", "tools/a.bpf.c"]);
    }
}
