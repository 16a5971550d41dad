//! C: clang compiles, wasm-ld links, and the rest is here: the SDK, the bindings and the encoder of components.
//!
//! No adapter from WASI 0.1 to 0.2: the SDK has what the C library asks of a system, over WASI 0.2, and the linker keeps of it what a
//! tool reaches. With the adapter a tool that prints a line is 61 KB and imports WASI's file system; so it is 41 KB and does not.
//!
//! The SDK is compiled with each tool: 0.6 s, at the same time as the tool's own sources, and no WebAssembly has to be built to build
//! `ecc`.

mod compile;
mod encode;
mod names;
mod sdk;
mod toolchain;

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::interrupts::Interrupts;
use crate::output::folder_of;
use crate::printer::Printer;
use compile::{Compilation, compile_all, link};
use sdk::Sdk;
use toolchain::Toolchain;

/// What is built, and with what.
#[derive(Debug, Default)]
pub(crate) struct Settings {
    /// At least one.
    pub(crate) sources: Vec<PathBuf>,
    /// Where headers are looked for first, beside each source's own folder.
    pub(crate) includes: Vec<PathBuf>,
    /// The folder of the SDK that the project has; the one that comes with `ecc` if it has none.
    pub(crate) sdk: Option<PathBuf>,
    /// The user's, for the tool's sources.
    pub(crate) flags: Vec<String>,
    /// The clang that the user named.
    pub(crate) clang: Option<PathBuf>,
    /// The folder of the C library that the user named.
    pub(crate) sysroot: Option<PathBuf>,
}

impl Settings {
    /// What is in a project's folder: `src/*.c`, and what `gen-wasm-skel` has written. None if it has no such sources.
    pub(crate) fn of_project(folder: &Path) -> Option<Self> {
        let mut sources = c_files(&folder.join("src"));
        if sources.is_empty() {
            return None;
        }
        sources.extend(c_files(&folder.join("skel")));
        let sdk = folder.join("sdk");
        Some(Self {
            sources,
            includes: vec![folder.join("skel"), folder.join("src"), folder.to_owned()],
            sdk: sdk.join("include/eunomia.h").is_file().then_some(sdk),
            ..Self::default()
        })
    }

    /// C files that the user named.
    pub(crate) fn of_files(files: &[PathBuf]) -> Result<Self> {
        for file in files {
            if file.extension().is_none_or(|ending| ending != "c") {
                return Err(Error::usage(format!("{} is no C file", file.display()))
                    .with_hint("name the folder of a project, or the C files of one tool"));
            }
            if !file.is_file() {
                return Err(Error::failed(format!("{} does not exist", file.display()))
                    .with_hint("name the folder of a project that `ecc gen-wasm-skel` has written, or C files"));
            }
        }
        Ok(Self {
            sources: files.to_vec(),
            ..Self::default()
        })
    }
}

/// Builds a component.
pub(crate) fn build(settings: &Settings, printer: &mut Printer, interrupts: &Interrupts) -> Result<Vec<u8>> {
    let toolchain = Toolchain::find(settings.clang.as_deref(), settings.sysroot.as_deref(), printer)?;
    let scratch = tempfile::tempdir().map_err(|error| {
        Error::failed(format!(
            "cannot make a temporary folder: {}",
            crate::error::reason(&error)
        ))
    })?;
    let sdk = match &settings.sdk {
        Some(folder) => Sdk::of_project(folder, scratch.path())?,
        None => Sdk::embedded(scratch.path())?,
    };
    let mut compilations = sdk.compilations();
    for source in &settings.sources {
        let mut includes = vec![folder_of(source).to_owned()];
        includes.extend(settings.includes.iter().cloned());
        includes.push(sdk.include());
        compilations.push(Compilation::of_tool(source, includes, &settings.flags));
    }
    let objects = compile_all(&toolchain, &compilations, scratch.path(), printer)?;
    interrupts.check()?;
    let module = link(&toolchain, &objects, scratch.path(), printer)?;
    interrupts.check()?;
    encode::component(module, &sdk)
}

/// The C files of a folder, in the order of their names; none if there is no such folder.
fn c_files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path());
    let mut files: Vec<PathBuf> = paths
        .filter(|path| path.extension().is_some_and(|ending| ending == "c") && path.is_file())
        .collect();
    files.sort();
    files
}
