//! What `gen-wasm-skel` writes: a project with the skeleton in it, types for it, and the SDK.

mod c;
mod embedded;
pub(crate) mod names;
mod project;
mod rust;

pub(crate) use c::{c, c_sdk};
pub(crate) use project::Project;
pub(crate) use rust::rust;

use std::path::Path;

use crate::compile::Compiled;

/// What a project is made for.
pub(crate) struct Tool<'a> {
    /// As the package has it, such as `lsm-connect`.
    pub(crate) name: &'a str,
    pub(crate) compiled: &'a Compiled,
    /// The package as a file.
    pub(crate) json: &'a [u8],
    /// The file with the BPF program in the project's folder; none where it was made from a package.
    pub(crate) program: Option<&'a Path>,
    /// The line that made the project, for its README: from its folder, without `ecc gen-wasm-skel`.
    pub(crate) sources: &'a str,
}

impl Tool<'_> {
    /// The line of a table of files that is for the BPF program.
    fn program_line(&self) -> String {
        self.program.map_or(String::new(), |program| {
            format!(
                "| `{}` and its headers | yours: the program in the kernel |\n",
                program.display()
            )
        })
    }
}

/// The name as C and Rust can have it.
pub(crate) fn identifier(name: &str) -> String {
    let word: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect();
    if word.starts_with(|c: char| c.is_ascii_digit()) {
        format!("_{word}")
    } else {
        word
    }
}
