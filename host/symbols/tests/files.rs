//! What the files of a process do and do not say.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::with_libraries;
use symbols::{Detail, Space, Symbols};

/// A library of one function, whose code begins with it.
fn library(folder: &Path, name: &str, function: &str) -> PathBuf {
    let (source, library) = (folder.join(format!("{name}.c")), folder.join(format!("{name}.so")));
    // The section comes before all others that have code.
    let code = format!("__attribute__((used, section(\".init\"))) {function}(void) {{}}\n");
    fs::write(&source, code).unwrap();
    run(Command::new("cc")
        .args(["-g", "-nostdlib", "-shared", "-fPIC", "-Wl,-z,separate-code", "-o"])
        .args([&library, &source]));
    library
}

fn run(command: &mut Command) {
    assert!(command.status().unwrap().success(), "{command:?}");
}

#[test]
fn a_damaged_file_takes_no_names_from_others() {
    let folder = tempfile::tempdir().unwrap();
    let good = library(folder.path(), "good", "void good");
    let bad = library(folder.path(), "bad", "void bad");
    let mut elf = fs::read(&bad).unwrap();
    // Where its sections are: nobody needs those to run it.
    elf[0x28..0x30].copy_from_slice(&u64::MAX.to_le_bytes());
    fs::write(&bad, elf).unwrap();
    let (child, address) = with_libraries(&[&good, &bad]);
    for detail in [Detail::Names, Detail::Lines] {
        let mut symbols = Symbols::new();
        // In any order, and twice.
        let asked = [address[1], address[0], 1, address[0]];
        let found = symbols.resolve(Space::Process(child.id()), &asked, detail);
        let [None, Some(good), None, Some(again)] = &found.unwrap()[..] else {
            unreachable!()
        };
        assert_eq!((good.name.as_str(), good), ("good", again));
        let error = symbols
            .resolve(Space::Process(child.id()), &[address[1]], detail)
            .unwrap_err();
        assert!(error.to_string().contains("cannot be read: "), "{error}");
    }
}

#[test]
fn a_file_that_never_ends_costs_lines_and_no_names() {
    let folder = tempfile::tempdir().unwrap();
    let library = library(folder.path(), "piped", "void piped");
    let debug = folder.path().join("piped.debug");
    run(Command::new("objcopy")
        .arg("--only-keep-debug")
        .args([&library, &debug]));
    run(Command::new("objcopy")
        .arg("--strip-debug")
        .arg(format!("--add-gnu-debuglink={}", debug.display()))
        .arg(&library));
    fs::remove_file(&debug).unwrap();
    run(Command::new("mkfifo").arg(&debug));
    let (child, address) = with_libraries(&[&library]);
    let space = Space::Process(child.id());
    let mut symbols = Symbols::new();
    let error = symbols.resolve(space, &address, Detail::Lines).unwrap_err().to_string();
    let reason = "it took more than 20 s; from here on there are names without lines";
    assert!(error.ends_with(reason), "{error}");
    let found = symbols.resolve(space, &address, Detail::Lines).unwrap();
    let [Some(symbol)] = found.as_slice() else {
        unreachable!()
    };
    assert_eq!((symbol.name.as_str(), symbol.line), ("piped", None));
}
