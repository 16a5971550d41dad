//! The files of a project, and to whom they belong: what is generated is made anew each time, all else only where it is not there.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::output::{self, File};

/// The folder of the SDK in a project. All of it is ours.
const SDK: &str = "sdk";

/// In the first line of each file that is made anew: who has written it, and so may write over it.
pub(super) const MADE: &str = "made by ecc: changes are lost";

/// Says in the SDK's folder whose it is.
const NOTE: &str = "sdk/README.md";

/// A project that is to be written.
pub(crate) struct Project {
    folder: PathBuf,
    /// Made anew.
    generated: Vec<(PathBuf, Vec<u8>)>,
    /// Written once.
    once: Vec<(PathBuf, Vec<u8>)>,
}

/// What became of the files.
pub(crate) struct Written {
    /// Paths in the project.
    pub(crate) written: Vec<PathBuf>,
    /// Those that were there, and are as they were.
    pub(crate) kept: Vec<PathBuf>,
}

impl Project {
    pub(crate) fn new(folder: &Path) -> Self {
        let note = format!(
            "The SDK, {MADE}.\n\n`ecc gen-wasm-skel` writes this folder anew: the guest SDK (MIT) and the contract between tools and `ecli`.\n"
        );
        Self {
            folder: folder.to_owned(),
            generated: vec![(NOTE.into(), note.into_bytes())],
            once: Vec::new(),
        }
    }

    pub(crate) fn has(&self, path: &str) -> bool {
        self.folder.join(path).exists()
    }

    /// A file that is made anew each time. Its first line has [`MADE`], but in the SDK and for the package.
    pub(super) fn generate(&mut self, path: impl Into<PathBuf>, bytes: impl Into<Vec<u8>>) {
        self.generated.push((path.into(), bytes.into()));
    }

    /// A file that is the user's once it is there.
    pub(crate) fn offer(&mut self, path: impl Into<PathBuf>, bytes: impl Into<Vec<u8>>) {
        self.once.push((path.into(), bytes.into()));
    }

    /// Refuses to replace what is somebody's.
    pub(crate) fn check(&self) -> Result<()> {
        let not_ours = |path: &Path| {
            Err(Error::failed(format!(
                "{} is there and was not made by ecc",
                self.folder.join(path).display()
            ))
            .with_hint("move it away, or write the project into another folder with -o DIR"))
        };
        if self.has(SDK) && !self.is_ours(Path::new(NOTE)) {
            return not_ours(Path::new(SDK));
        }
        for (path, _) in &self.generated {
            let checked = !path.starts_with(SDK) && path.extension().is_none_or(|extension| extension != "json");
            if checked && self.folder.join(path).exists() && !self.is_ours(path) {
                return not_ours(path);
            }
        }
        Ok(())
    }

    fn is_ours(&self, path: &Path) -> bool {
        let bytes = fs::read(self.folder.join(path)).unwrap_or_default();
        let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
        String::from_utf8_lossy(line).contains(MADE)
    }

    /// Writes all of it, or if one file cannot be written, nothing.
    pub(crate) fn write(self) -> Result<Written> {
        self.check()?;
        let (kept, new): (Vec<_>, Vec<_>) = self
            .once
            .into_iter()
            .partition(|(path, _)| self.folder.join(path).exists());
        let stale = stale(&self.folder, &self.generated);
        let files: Vec<(PathBuf, Vec<u8>)> = new.into_iter().chain(self.generated).collect();
        let written = files.iter().map(|(path, _)| path.clone()).collect();
        let files: Vec<_> = files
            .into_iter()
            .map(|(path, bytes)| File::new(self.folder.join(path), bytes))
            .collect();
        output::write(&self.folder, &files)?;
        for path in stale {
            // What an older SDK had. If it stays, it is in nobody's way until something includes it.
            let _ = fs::remove_file(path);
        }
        Ok(Written {
            written,
            kept: kept.into_iter().map(|(path, _)| path).collect(),
        })
    }
}

/// Files of the SDK that this one does not have any more.
fn stale(folder: &Path, generated: &[(PathBuf, Vec<u8>)]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.join(SDK)];
    while let Some(inner) = folders.pop() {
        for entry in fs::read_dir(inner).into_iter().flatten().flatten() {
            let path = entry.path();
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(path),
                // cargo writes its lock beside the SDK's own manifest.
                Ok(kind)
                    if kind.is_file()
                        && path.file_name().is_some_and(|name| name != "Cargo.lock")
                        && !generated.iter().any(|(ours, _)| folder.join(ours) == path) =>
                {
                    found.push(path);
                }
                _ => {}
            }
        }
    }
    found
}
