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
fn names_are_looked_for_beside_a_file_that_has_none() {
    let folder = tempfile::tempdir().unwrap();
    let library = library(folder.path(), "stripped", "static void nobody_else_sees_it");
    let debug = folder.path().join("stripped.debug");
    run(Command::new("objcopy")
        .arg("--only-keep-debug")
        .args([&library, &debug]));
    run(Command::new("strip").arg("--strip-all").arg(&library));
    let (child, address) = with_libraries(&[&library]);
    let name = |symbols: &mut Symbols, detail| {
        let found = symbols.resolve(Space::Process(child.id()), &[1, address[0]], detail);
        let found = found.unwrap();
        assert_eq!(found[0], None);
        found[1].clone()
    };
    assert_eq!(
        name(&mut Symbols::new(), Detail::Names),
        None,
        "nothing says where they are"
    );
    let mut link = Command::new("objcopy");
    link.arg("--add-gnu-debuglink=stripped.debug")
        .arg(&library)
        .current_dir(folder.path());
    run(&mut link);
    drop(child);

    let (child, address) = with_libraries(&[&library]);
    for detail in [Detail::Names, Detail::Lines] {
        let found = Symbols::new().resolve(Space::Process(child.id()), &[1, address[0]], detail);
        let found = found.unwrap().pop().flatten().unwrap();
        assert_eq!(found.name, "nobody_else_sees_it");
        assert_eq!(found.line.is_some(), detail == Detail::Lines, "{found:?}");
        assert_eq!(found.file.is_some(), detail == Detail::Lines, "{found:?}");
    }
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
        let found = symbols.resolve(Space::Process(child.id()), &[address[1], address[0]], detail);
        let [None, Some(good)] = &found.unwrap()[..] else {
            unreachable!()
        };
        assert_eq!(good.name, "good");
        let error = symbols
            .resolve(Space::Process(child.id()), &[address[1]], detail)
            .unwrap_err();
        assert!(error.to_string().contains("cannot be read: "), "{error}");
    }
}
