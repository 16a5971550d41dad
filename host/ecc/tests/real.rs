//! Sources as people write them compile without a change, and their packages say what they have.
//!
//! Each `*.bpf.c` in `tests/real` is one, with a header of its name as export header if there is one. A first line `// loads` says that
//! every kernel that we test on takes it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use loader::{OpenObject, OpenOptions};
use package::{Description, Package};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/real")
}

/// Compiles a file, with the header beside it.
#[track_caller]
fn compiled(source: &Path) -> (Package, Description) {
    let out = tempfile::tempdir().unwrap();
    let header = source.to_str().unwrap().replace(".bpf.c", ".h");
    let run = Command::new(env!("CARGO_BIN_EXE_ecc"))
        .arg(source)
        .args(Some(header).filter(|header| Path::new(header).exists()))
        .arg("-o")
        .arg(out.path())
        .env_remove("CLANG")
        .output()
        .unwrap();
    let words = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{words}");
    assert_eq!(words, "", "{}", source.display());
    let package = Package::parse(&fs::read(out.path().join("package.json")).unwrap()).unwrap();
    let description = package.describe().unwrap();
    (package, description)
}

fn names<'a>(all: impl Iterator<Item = &'a String>) -> Vec<&'a str> {
    all.map(String::as_str).collect()
}

#[test]
fn they_compile_without_a_word_and_the_kernel_takes_them() {
    let mut sources: Vec<_> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    sources.retain(|path| path.to_str().unwrap().ends_with(".bpf.c"));
    sources.sort();
    for source in sources {
        let (package, description) = compiled(&source);
        assert!(!description.programs.is_empty(), "{}", source.display());
        let open = OpenObject::open(package.object(), Arc::new(description), &OpenOptions::default());
        let open = open.unwrap_or_else(|error| panic!("{}: {error:#}", source.display()));
        if !fs::read_to_string(&source).unwrap().starts_with("// loads\n") {
            continue;
        }
        match open.load() {
            Ok(_) => {}
            // Without privilege this is as far as it goes.
            Err(error) if error.kind() == loader::Kind::Denied => {}
            Err(error) => panic!("{}: {error:#}", source.display()),
        }
    }
}

#[test]
fn every_macro_that_names_a_program_is_understood() {
    let (package, description) = compiled(&folder().join("probes.bpf.c"));
    let target = &description.variables[0];
    let argument = target.argument.as_ref().unwrap();
    assert_eq!((argument.short, argument.long.as_deref()), (Some('p'), Some("pid")));
    assert_eq!(target.description.as_deref(), Some("Only this process"));
    let programs = package.meta()["bpf_skel"]["progs"].as_array().unwrap();
    let described: Vec<_> = programs
        .iter()
        .filter(|program| program.as_object().unwrap().len() > 3)
        .map(ToString::to_string)
        .collect();
    // What documents the code stays there.
    assert_eq!(
        described,
        [
            r#"{"name":"do_unlinkat_exit","attach":"kretprobe/do_unlinkat","link":true,"description":"Ends what the entry began."}"#,
            r#"{"name":"on_unlink_exit","attach":"fexit/do_unlinkat","link":true,"description":"the end, with what it answers"}"#,
        ]
    );
    assert_eq!(description.programs.iter().filter(|program| !program.link).count(), 1);
}

#[test]
fn an_odd_file_is_read_as_the_compiler_reads_it() {
    let text = fs::read(folder().join("odd.bpf.c")).unwrap();
    let plain = [text.clone(), b"\n/* caf\xe9 */\n".to_vec()].concat();
    let windows = String::from_utf8_lossy(&text).replace('\n', "\r\n").into_bytes();
    let marked = [b"\xef\xbb\xbf".to_vec(), text].concat();
    let mut packages = Vec::new();
    for bytes in [plain, windows, marked] {
        let folder = tempfile::tempdir().unwrap();
        let source = folder.path().join("odd.bpf.c");
        fs::write(&source, bytes).unwrap();
        let (package, description) = compiled(&source);
        assert_eq!(description.doc.version.as_deref(), Some("0.2"));
        assert_eq!(
            names(description.variables.iter().map(|variable| &variable.name)),
            ["open", "after"]
        );
        let arguments: Vec<_> = description
            .variables
            .iter()
            .map(|variable| variable.argument.as_ref().unwrap())
            .collect();
        assert_eq!((arguments[0].short, arguments[1].short), (Some('o'), Some('a')));
        assert_eq!(arguments[0].help.as_deref(), Some("what opens: // or ü"));
        assert_eq!(description.variables[1].description.as_deref(), Some("Comes after"));
        packages.push(package.meta().clone());
    }
    assert_eq!(packages[0], packages[1]);
    assert_eq!(packages[0], packages[2]);
    assert_eq!(packages[0]["bpf_skel"]["progs"][0]["description"], "The one that is.");
}
