//! What a BPF program includes, in a private folder: `vmlinux.h`, and libbpf's headers under `bpf/`.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::error::{Error, Exit, Result, reason};

/// Where `vmlinux.h` comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum KernelTypes<'a> {
    /// The running kernel's BTF.
    Running,
    /// The BTF in a file.
    Btf(&'a Path),
    /// A finished header.
    Header(&'a Path),
}

/// A folder that is deleted when this is dropped.
pub(crate) struct Includes {
    folder: TempDir,
    missing: Option<String>,
}

impl Includes {
    /// Makes the folder and writes the headers.
    pub(crate) fn write(types: KernelTypes<'_>) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("ecc-").tempdir().map_err(|error| {
            Error::failed(format!(
                "cannot make a folder under {}: {}",
                std::env::temp_dir().display(),
                reason(&error)
            ))
            .with_hint("set TMPDIR to a folder that can be written to")
        })?;
        let mut includes = Self { folder, missing: None };
        let libbpf = includes.path().join("bpf");
        fs::create_dir(&libbpf).map_err(|error| cannot_write(&libbpf, &error))?;
        for (name, text) in loader::headers() {
            includes.add(&format!("bpf/{name}"), text)?;
        }
        match (types, vmlinux(types)) {
            (_, Ok(text)) => {
                includes.add("vmlinux.h", &text)?;
            }
            // A program may do without, or have its own beside it: without the file, clang stops who includes it.
            (KernelTypes::Running, Err(error)) => includes.missing = Some(error.message().to_owned()),
            (_, Err(error)) => return Err(error),
        }
        Ok(includes)
    }

    /// Why there is no `vmlinux.h`, if there is none.
    pub(crate) fn missing(&self) -> Option<&str> {
        self.missing.as_deref()
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes one more file and returns its path.
    pub(crate) fn add(&self, name: &str, text: &str) -> Result<PathBuf> {
        let path = self.path().join(name);
        fs::write(&path, text).map_err(|error| cannot_write(&path, &error))?;
        Ok(path)
    }
}

fn vmlinux(types: KernelTypes<'_>) -> Result<String> {
    match types {
        KernelTypes::Running => loader::vmlinux_header(None).map_err(|error| Error::failed(format!("{error:#}"))),
        KernelTypes::Btf(path) => loader::vmlinux_header(Some(path)).map_err(|error| {
            let exit = if path.exists() { Exit::Failed } else { Exit::NotFound };
            Error::failed(format!("cannot make vmlinux.h from {}: {error:#}", path.display())).with_exit(exit)
        }),
        KernelTypes::Header(path) => {
            fs::read_to_string(path).map_err(|error| Error::input("kernel header", path, &error))
        }
    }
}

fn cannot_write(path: &Path, error: &std::io::Error) -> Error {
    Error::failed(format!("cannot write {}: {}", path.display(), reason(error)))
}
