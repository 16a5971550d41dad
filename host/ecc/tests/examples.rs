//! The examples compile without a warning, say what they should, and the kernel takes them.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use loader::{OpenObject, OpenOptions};
use package::{Description, Package, TypeKind};

/// Compiles an example into a folder that is gone afterwards.
fn example(name: &str) -> (Package, Description) {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(name);
    let out = tempfile::tempdir().unwrap();
    let run = Command::new(env!("CARGO_BIN_EXE_ecc"))
        .args([source.join(format!("{name}.bpf.c")), source.join(format!("{name}.h"))])
        .args(["--additional-cflags", "-Wall -Wextra -Wno-unused-parameter -Werror"])
        .arg("-o")
        .arg(out.path())
        .env_remove("CLANG")
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let package = Package::parse(&fs::read(out.path().join("package.json")).unwrap()).unwrap();
    let description = package.describe().unwrap();
    (package, description)
}

/// Loads it; where the kernel does not let us, opening it has to do.
#[track_caller]
fn load(package: &Package, description: Description) {
    let open = OpenObject::open(package.object(), Arc::new(description), &OpenOptions::default()).unwrap();
    match open.load() {
        Ok(_) => {}
        // Without privilege this is as far as it goes; the tests that run the tools load them.
        Err(error) if error.kind() == loader::Kind::Denied => {}
        Err(error) => panic!("{error:?}"),
    }
}

/// Short and long name of each variable's option.
fn options(description: &Description) -> Vec<(Option<char>, &str)> {
    let arguments = description
        .variables
        .iter()
        .filter_map(|variable| variable.argument.as_ref());
    arguments
        .map(|argument| (argument.short, argument.long.as_deref().unwrap_or_default()))
        .collect()
}

/// The members of the records in `events`, with their offsets in bytes.
fn members(description: &Description) -> Vec<(&str, u32)> {
    let events = description.maps.iter().find(|map| map.name == "events").unwrap();
    match &description.types.get(events.record.unwrap()).unwrap().kind {
        TypeKind::Struct(members) => members
            .iter()
            .map(|member| (&*member.name, member.bit_offset / 8))
            .collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn bootstrap_has_a_ring_buffer_whose_losses_are_counted() {
    let (package, description) = example("bootstrap");
    assert_eq!(description.name, "bootstrap");
    let expected = [
        ("pid", 0),
        ("ppid", 4),
        ("exit_code", 8),
        ("duration_ns", 16),
        ("comm", 24),
        ("filename", 40),
        ("exit_event", 167),
    ];
    assert_eq!(members(&description), expected);
    let events = description.maps.iter().find(|map| map.name == "events").unwrap();
    assert_eq!((events.lost.as_deref(), events.max_entries), (Some("lost"), 256 * 1024));
    assert_eq!(options(&description), [(Some('d'), "min-duration-ns")]);
    load(&package, description);
}

#[test]
fn sigsnoop_has_its_four_options() {
    let (package, description) = example("sigsnoop");
    assert_eq!(
        description.doc.brief.as_deref(),
        Some("Trace standard and real-time signals.")
    );
    assert_eq!(
        members(&description),
        [("pid", 0), ("tpid", 4), ("sig", 8), ("ret", 12), ("comm", 16)]
    );
    let expected = [
        (Some('x'), "failed"),
        (Some('k'), "killed"),
        (Some('p'), "pid"),
        (Some('s'), "signal"),
    ];
    assert_eq!(options(&description), expected);
    let help: Vec<_> = description
        .variables
        .iter()
        .filter_map(|variable| variable.description.as_deref())
        .collect();
    assert_eq!(
        help,
        ["failed signals only", "kill only", "target pid", "target signal"]
    );
    load(&package, description);
}
