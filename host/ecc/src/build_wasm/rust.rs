//! Rust: cargo builds components by itself, for the target wasm32-wasip2.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::error::{Error, Result, reason};
use crate::printer::Printer;

const TARGET: &str = "wasm32-wasip2";

/// Builds the one program of the package in `folder`, for release. cargo's words go where ours do.
pub(crate) fn build(folder: &Path, printer: &mut Printer) -> Result<Vec<u8>> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo
        .args(["build", "--release", "--target", TARGET])
        .args(["--message-format", "json-render-diagnostics"])
        .current_dir(folder)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit());
    printer.detail(&format!("+ cd {} && {}", folder.display(), in_words(&cargo)));
    let output = cargo.output().map_err(|error| match error.kind() {
        ErrorKind::NotFound => Error::failed("cargo was not found on the PATH: it builds user space in Rust")
            .with_hint("install Rust with rustup, then `rustup target add wasm32-wasip2`"),
        _ => Error::failed(format!("cargo cannot be run: {}", reason(&error))),
    })?;
    if !output.status.success() {
        let error = Error::failed(format!(
            "{} does not build: see what cargo says above",
            folder.display()
        ));
        return Err(if has_target(folder) {
            error
        } else {
            error.with_hint(format!(
                "Rust's target {TARGET} is not installed: rustup target add {TARGET}"
            ))
        });
    }
    let programs = programs(&output.stdout);
    match programs.as_slice() {
        [program] => {
            std::fs::read(program).map_err(|error| Error::input("component that cargo has built,", program, &error))
        }
        [] => Err(Error::failed(format!("{} has no program to build", folder.display()))
            .with_hint("a tool has a `fn main()` in src/main.rs")),
        several => {
            let names = several.iter().filter_map(|path| path.file_stem()?.to_str());
            let names: Vec<&str> = names.collect();
            Err(Error::failed(format!(
                "{} has several programs: {}",
                folder.display(),
                names.join(", ")
            ))
            .with_hint("one component is one program: make a package of each"))
        }
    }
}

/// The components among what cargo says that it has built: one JSON object a line, "External tools" of the Cargo Book.
fn programs(messages: &[u8]) -> Vec<PathBuf> {
    let lines = messages.split(|byte| *byte == b'\n');
    lines
        .filter_map(|line| serde_json::from_slice::<Value>(line).ok())
        .filter_map(|message| message.get("executable")?.as_str().map(PathBuf::from))
        .filter(|path| path.extension().is_some_and(|extension| extension == "wasm"))
        .collect()
}

/// Whether the standard library for the target is there. If nobody can tell, it is not what is in the way.
fn has_target(folder: &Path) -> bool {
    let output = Command::new("rustc")
        .args(["--print", "target-libdir", "--target", TARGET])
        .current_dir(folder)
        .stderr(Stdio::null())
        .output();
    let Ok(output) = output else { return true };
    Path::new(String::from_utf8_lossy(&output.stdout).trim()).is_dir()
}

fn in_words(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
    words.join(" ")
}
