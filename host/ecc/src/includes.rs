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
        let includes = Self { folder };
        includes.add("vmlinux.h", &vmlinux(types)?)?;
        let libbpf = includes.path().join("bpf");
        fs::create_dir(&libbpf).map_err(|error| cannot_write(&libbpf, &error))?;
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
        fs::write(&path, text).map_err(|error| cannot_write(&path, &error))?;
        Ok(path)
    }
}

fn vmlinux(types: KernelTypes<'_>) -> Result<String> {
    match types {
        // A program may do without, or have one beside it: the error is for who includes this one.
        KernelTypes::Running => Ok(loader::vmlinux_header(None).unwrap_or_else(|error| {
            format!("#error \"{error:#}; give a header with --vmlinux or type information with --btf\"\n")
        })),
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
