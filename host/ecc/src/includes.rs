//! What a BPF program includes, in a private folder: libbpf's headers under `bpf/`, and what is added to them.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::error::{Error, Result, reason};

/// A folder that is deleted when this is dropped.
pub(crate) struct Includes {
    folder: TempDir,
}

impl Includes {
    /// Makes the folder and writes libbpf's headers.
    pub(crate) fn write() -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("ecc-").tempdir();
        let folder = folder.map_err(|error| no_room("make a folder", &error))?;
        let includes = Self { folder };
        let libbpf = includes.path().join("bpf");
        fs::create_dir(&libbpf).map_err(|error| no_room("make a folder", &error))?;
        for (name, text) in loader::headers() {
            includes.add(&format!("bpf/{name}"), text)?;
        }
        Ok(includes)
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes one more file and returns its path.
    pub(crate) fn add(&self, name: &str, text: &str) -> Result<PathBuf> {
        let path = self.path().join(name);
        fs::write(&path, text).map_err(|error| no_room("write headers", &error))?;
        Ok(path)
    }
}

/// The folder's name is made up: it says nothing to the user.
fn no_room(what: &str, error: &std::io::Error) -> Error {
    let all = std::env::temp_dir();
    Error::failed(format!("cannot {what} under {}: {}", all.display(), reason(error)))
        .with_hint("set TMPDIR to a folder that can be written to")
}
