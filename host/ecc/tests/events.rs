//! Which type the records of each buffer have: what the map says itself, what its comment says, what the header exports.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod common;

use std::fs;
use std::process::Command;
use std::sync::Arc;

use loader::{Batch, EventOptions, EventSource, OpenObject, OpenOptions, Stop};
use package::{Description, Package, TypeKind};

/// Compiles `a.bpf.c` with the headers, whose text is given too.
#[track_caller]
fn compiled(source: &str, headers: &[(&str, &str)]) -> (Package, Description) {
    let folder = tempfile::tempdir().unwrap();
    common::put(folder.path(), "a.bpf.c", source);
    for (name, text) in headers {
        common::put(folder.path(), name, text);
    }
    let run = Command::new(env!("CARGO_BIN_EXE_ecc"))
        .arg("a.bpf.c")
        .args(headers.iter().map(|(name, _)| name))
        .env_remove("CLANG")
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let package = Package::parse(&fs::read(folder.path().join("package.json")).unwrap()).unwrap();
    let description = package.describe().unwrap();
    (package, description)
}

/// The names of the members of a map's records.
fn record(description: &Description, map: &str) -> Option<Vec<String>> {
    let map = description.maps.iter().find(|found| found.name == map).unwrap();
    match &description.types.get(map.record?).unwrap().kind {
        TypeKind::Struct(members) => Some(members.iter().map(|member| member.name.clone()).collect()),
        other => panic!("{other:?}"),
    }
}

fn exports(package: &Package) -> Vec<&str> {
    let exports = package.meta()["export_types"].as_array().unwrap();
    exports.iter().map(|export| export["name"].as_str().unwrap()).collect()
}

/// Nothing tells how the types got into the object.
#[track_caller]
fn leaves_no_trace(package: &Package) {
    let object = String::from_utf8_lossy(package.object());
    for trace in ["dummy", "eunomia.types", "_ptr"] {
        assert!(!object.contains(trace), "{trace}");
    }
}

const RINGS: &str = r#"
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
char LICENSE[] SEC("license") = "GPL";
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); } first SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); __type(value, struct inner); } second SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY); __type(key, u32); __type(value, struct inner); } third SEC(".maps");
SEC("syscall") int put(void *ctx)
{
	struct inner inner = { 1, 2 };
	return bpf_ringbuf_output(&second, &inner, sizeof(inner), 0);
}
"#;

/// `RINGS` with a struct that the maps name.
fn rings() -> String {
    RINGS.replacen("char LICENSE", "struct inner { u32 one; u32 two; };\nchar LICENSE", 1)
}

#[test]
fn what_a_map_says_itself_comes_before_the_header() {
    let (package, description) = compiled(&rings(), &[("a.h", "struct event { int pid; };\n")]);
    assert_eq!(record(&description, "first"), Some(vec!["pid".to_owned()]));
    assert_eq!(
        record(&description, "second"),
        Some(vec!["one".to_owned(), "two".to_owned()])
    );
    assert_eq!(record(&description, "third"), record(&description, "second"));
    leaves_no_trace(&package);

    // And the kernel takes a buffer whose definition has a type.
    let open = OpenObject::open(package.object(), Arc::new(description), &OpenOptions::default()).unwrap();
    let object = match open.load() {
        Err(error) if error.kind() == loader::Kind::Denied => return,
        loaded => loaded.unwrap(),
    };
    let mut source = EventSource::open(&[object.map("second").unwrap()], EventOptions::default()).unwrap();
    object.program("put").unwrap().run(&[]).unwrap();
    let mut batch = Batch::default();
    source
        .next(4096, None, &Stop::new().unwrap(), None, &mut batch)
        .unwrap();
    let records: Vec<_> = batch.iter().map(|record| record.data.to_vec()).collect();
    assert_eq!(records, [[1u32.to_ne_bytes(), 2u32.to_ne_bytes()].concat()]);
}

#[test]
fn a_comment_gives_one_map_a_type_of_its_own() {
    let source = rings()
        .replacen(
            "struct { __uint(type, BPF_MAP_TYPE_RINGBUF)",
            "/// @export_config struct late\n$",
            1,
        )
        .replace('$', "struct { __uint(type, BPF_MAP_TYPE_RINGBUF)")
        + "struct late { int a; char b[4]; };\n";
    let (package, description) = compiled(&source, &[("a.h", "struct event { int pid; };\n")]);
    assert_eq!(package.meta()["enable_multiple_export_types"], true);
    assert_eq!(
        record(&description, "first"),
        Some(vec!["a".to_owned(), "b".to_owned()])
    );
    assert_eq!(
        record(&description, "second"),
        Some(vec!["one".to_owned(), "two".to_owned()])
    );
    leaves_no_trace(&package);

    let source = rings().replacen(
        "struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); __type",
        "/// @export_config \"no_export\"\n$",
        1,
    );
    let source = source.replace(
        '$',
        "struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); __type",
    );
    let (_, description) = compiled(&source, &[("a.h", "struct event { int pid; };\n")]);
    assert_eq!(record(&description, "first"), Some(vec!["pid".to_owned()]));
    assert_eq!(record(&description, "second"), None);
}

#[test]
fn structs_with_a_tag_a_typedef_or_both_are_kept_from_every_header() {
    let one = "#ifndef ONE_H\n#define ONE_H\ntypedef struct { int a; } bare;\ntypedef struct both { int b; } both_t;\n#endif\n";
    let two = "struct tagged { bare c; };\n";
    let included = format!("{}\n#include \"one.h\"\n", rings());
    for source in [rings(), included] {
        let (package, _) = compiled(&source, &[("one.h", one), ("two.h", two)]);
        assert_eq!(exports(&package), ["bare", "both", "tagged"]);
        leaves_no_trace(&package);
    }
}

#[test]
fn a_header_without_guards_is_read_once() {
    let header = "typedef struct { int a; } event_t;\nstruct other { int b; };\nenum kind { ONE };\n";
    let source = format!("{}\n#include \"dir/../a.h\"\nevent_t value;\n", rings());
    let folder_marker = ("dir/b.h", "struct in_b { int x; };\n");
    let (package, _) = compiled(&source, &[("a.h", header), folder_marker]);
    assert_eq!(exports(&package), ["event_t", "other", "in_b"]);
}
