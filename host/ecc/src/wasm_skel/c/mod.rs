//! A project in C.

use std::path::{Path, PathBuf};

use super::embedded::{C_BINDINGS, C_SDK, CONTRACT};

/// The SDK as a project has it under `sdk/`: paths from there, and what is in the files.
pub(crate) fn c_sdk() -> impl Iterator<Item = (PathBuf, &'static [u8])> {
    let own = C_SDK.iter().map(|(path, bytes)| match *path {
        // That name is for the note that says whose the folder is.
        "README.md" => (PathBuf::from("MANUAL.md"), *bytes),
        path => (PathBuf::from(path), *bytes),
    });
    let bindings = C_BINDINGS
        .iter()
        .map(|(path, bytes)| (Path::new("src").join(path), *bytes));
    let contract = CONTRACT
        .iter()
        .map(|(path, bytes)| (Path::new("wit").join(path), *bytes));
    own.chain(bindings).chain(contract)
}
