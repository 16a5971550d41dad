//! The SDK for C as files: that of the project, or the one that comes with `ecc`.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use super::compile::Compilation;
use crate::error::{Error, Result, reason};
use crate::wasm_skel::c_sdk;

/// Where the SDK is, and what of it is compiled.
pub(super) struct Sdk {
    folder: PathBuf,
    /// A source that includes all of the SDK's, but the bindings.
    all: PathBuf,
}

impl Sdk {
    /// The SDK that a project has, which stays as it is.
    pub(super) fn of_project(folder: &Path, scratch: &Path) -> Result<Self> {
        let folder = folder
            .canonicalize()
            .map_err(|error| Error::input("SDK of the project,", folder, &error))?;
        Self::prepare(folder, scratch)
    }

    /// Unpacks the SDK that comes with `ecc`.
    pub(super) fn embedded(scratch: &Path) -> Result<Self> {
        let folder = scratch.join("sdk");
        for (path, bytes) in c_sdk() {
            let path = folder.join(path);
            let parent = path.parent().unwrap_or(&folder);
            fs::create_dir_all(parent)
                .and_then(|()| fs::write(&path, bytes))
                .map_err(|error| cannot_unpack(&path, &error))?;
        }
        Self::prepare(folder, scratch)
    }

    /// One source that includes the others: they share most of what they include, and compiling them one by one takes four times as long.
    fn prepare(folder: PathBuf, scratch: &Path) -> Result<Self> {
        let mut text = String::new();
        for inner in ["src", "src/wasi"] {
            let mut files = super::c_files(&folder.join(inner));
            files.retain(|file| file.file_name().is_none_or(|name| name != BINDINGS));
            for file in files {
                let name = file.strip_prefix(&folder).unwrap_or(&file);
                // Writing to a string does not fail.
                let _ = writeln!(text, "#include \"{}\"", name.display());
            }
        }
        let all = scratch.join("eunomia.c");
        fs::write(&all, text).map_err(|error| cannot_unpack(&all, &error))?;
        Ok(Self { folder, all })
    }

    /// The folder of its headers.
    pub(super) fn include(&self) -> PathBuf {
        self.folder.join("include")
    }

    /// The contract, and what a tool in C may ask for.
    pub(super) fn contract(&self) -> (PathBuf, PathBuf) {
        (self.folder.join("wit"), self.folder.join("guest.wit"))
    }

    /// What has to be compiled of it.
    pub(super) fn compilations(&self) -> Vec<Compilation> {
        let includes = vec![self.folder.clone(), self.folder.join("src"), self.include()];
        vec![
            Compilation::of_sdk(&self.all, includes.clone()),
            Compilation::of_sdk(&self.folder.join("src").join(BINDINGS), includes),
        ]
    }
}

/// The functions of the contract. They are a compilation of their own: beside the rest, and as long.
const BINDINGS: &str = "bindings.c";

fn cannot_unpack(path: &Path, error: &std::io::Error) -> Error {
    Error::failed(format!("cannot write {}: {}", path.display(), reason(error)))
        .with_hint("the SDK is unpacked for each build: set TMPDIR to a folder with some room")
}
