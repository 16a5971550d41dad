//! Packages with an object for each architecture.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod clang;

use std::sync::OnceLock;

use package::{Description, ErrorKind, Package, TypeKind, architecture};
use serde_json::{Value, json};

/// The registers of one architecture come before the event in the BTF, so that types have other numbers in the other's.
const SOURCE: &str = r#"
#ifdef OTHER
struct other_registers { unsigned long x[31]; int more; } *registers;
#endif
struct event { int pid; char comm[16]; } *keep;
struct { int (*type)[27]; int (*max_entries)[4096]; } events __attribute__((section(".maps")));
"#;

fn host() -> &'static str {
    architecture::host().unwrap()
}

fn foreign() -> &'static str {
    architecture::all().find(|name| *name != host()).unwrap()
}

/// Each object once: where it was compiled is in its DWARF.
fn objects() -> &'static (Vec<u8>, Vec<u8>) {
    static OBJECTS: OnceLock<(Vec<u8>, Vec<u8>)> = OnceLock::new();
    OBJECTS.get_or_init(|| {
        let theirs = format!("#define OTHER\n{SOURCE}");
        (clang::compile(SOURCE), clang::compile(&theirs))
    })
}

/// An object of this machine and one of another, in this order or the other.
fn package(first_is_host: bool) -> Package {
    let (ours, theirs) = objects().clone();
    let mut objects = vec![(host().to_owned(), ours), (foreign().to_owned(), theirs)];
    if !first_is_host {
        objects.reverse();
    }
    Package::from_object(objects[0].1.clone(), "tool", &["event".into()])
        .unwrap()
        .with_objects(objects)
        .unwrap()
}

#[test]
fn the_object_is_the_one_for_this_machine() {
    for first_is_host in [true, false] {
        let package = package(first_is_host);
        // Not `assert_eq`: nobody reads two pages of bytes.
        assert!(package.object() == objects().0);
        assert!(package.object_for(host()).unwrap() == objects().0);
        assert!(package.object_for(foreign()).unwrap() == objects().1);
        assert_eq!(package.objects().count(), 2);

        let again = Package::parse(&package.to_json().unwrap()).unwrap();
        assert!(again == package);
        assert!(Package::parse(&package.to_yaml().unwrap()).unwrap() == package);
        // A loader that knows of one object only takes the first.
        let tree: Value = serde_json::from_slice(&package.to_json().unwrap()).unwrap();
        let first = if first_is_host { host() } else { foreign() };
        assert_eq!(tree["bpf_object"], tree["bpf_objects"][first]);
    }
}

#[test]
fn the_metadata_holds_for_every_object_though_its_types_have_other_numbers() {
    let mut package = package(false);
    let mut meta = package.meta().clone();
    meta["enable_multiple_export_types"] = json!(true);
    // `char[16]` has no name to be found by. clang numbers the types of members after their struct.
    let event = meta["export_types"][0]["type_id"].as_u64().unwrap();
    let comm = |description: Description| {
        let member = match &description.types.get(description.maps[0].record?)?.kind {
            TypeKind::Struct(members) => members[0].ty,
            other => panic!("{other:?}"),
        };
        Some(description.types.get(member)?.name.clone())
    };
    let mut found = false;
    for id in event + 1..event + 4 {
        let members = json!([{"name": "comm", "offset": 4, "btf_type_id": id}]);
        meta["bpf_skel"]["maps"][0]["export_config"] = json!({"custom_members": members});
        package = package.with_meta(meta.clone()).unwrap();
        if package.describe_for(foreign()).ok().and_then(comm).as_deref() == Some("char[16]") {
            assert_eq!(comm(package.describe().unwrap()).as_deref(), Some("char[16]"));
            found = true;
        }
    }
    assert!(found);
    meta["enable_multiple_export_types"] = json!(false);
    let package = package.with_meta(meta).unwrap();
    for description in [package.describe().unwrap(), package.describe_for(foreign()).unwrap()] {
        let record = description.types.get(description.maps[0].record.unwrap()).unwrap();
        assert_eq!((record.name.as_str(), record.size), ("event", 20));
    }
}

#[test]
fn a_package_without_an_object_for_this_machine_is_read_but_not_described() {
    let mut tree: Value = serde_json::from_slice(&package(false).to_json().unwrap()).unwrap();
    tree["bpf_objects"].as_object_mut().unwrap().remove(host());
    let package = Package::parse(tree.to_string().as_bytes()).unwrap();
    assert_eq!(package.architectures().collect::<Vec<_>>(), [foreign()]);
    let error = package.describe().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    let (host, foreign) = (host(), foreign());
    assert_eq!(
        error.to_string(),
        format!("bpf_objects: the package has no object for {host}, only for {foreign}")
    );
    assert!(
        error
            .hint()
            .unwrap()
            .contains(&format!("--target-arch {foreign},{host}"))
    );
    assert!(package.describe_for(foreign).is_ok());
}

#[test]
fn names_of_others_for_an_architecture_are_known_and_odd_entries_refused() {
    let mut tree: Value = serde_json::from_slice(&package(true).to_json().unwrap()).unwrap();
    let object = tree["bpf_object"].clone();
    tree["bpf_objects"] = json!({std::env::consts::ARCH: object, "pdp11": object});
    let package = Package::parse(tree.to_string().as_bytes()).unwrap();
    assert_eq!(package.architectures().collect::<Vec<_>>(), [host(), "pdp11"]);
    package.describe().unwrap();
    // Older tools may have written them alone.
    tree.as_object_mut().unwrap().remove("bpf_object");
    assert!(Package::parse(tree.to_string().as_bytes()).unwrap().object() == package.object());

    let refusal = |objects: Value| {
        let mut tree = tree.clone();
        tree["bpf_objects"] = objects;
        Package::parse(tree.to_string().as_bytes()).unwrap_err().to_string()
    };
    assert_eq!(refusal(json!([])), "bpf_objects: found an array, expected an object");
    assert_eq!(
        refusal(json!({"x86": 1})),
        "bpf_objects.x86: found a number, expected a string in base64"
    );
    assert!(refusal(json!({"x86": "?"})).starts_with("bpf_objects.x86: not valid base64"));
    assert_eq!(
        refusal(json!({})),
        "bpf_object: this field is missing, a string in base64 is expected"
    );
    let many: serde_json::Map<_, _> = (0..100).map(|n| (n.to_string(), object.clone())).collect();
    assert_eq!(
        refusal(many.into()),
        "bpf_objects: found 100 objects, at most 32 are read"
    );
}

#[test]
fn what_one_architecture_only_has_is_asked_of_no_other() {
    let source = |more: &str| {
        clang::compile(&format!(
            "int everywhere; {more}\nSEC(\"kprobe/x\") int both(void *ctx) {{ return everywhere; }}"
        ))
    };
    let first = source(
        "int here_only = 1; struct { __uint(type, 27); __uint(max_entries, 4096); } rings SEC(\".maps\");\n\
         SEC(\"kprobe/open\") int open(void *ctx) { return here_only; }",
    );
    let second = source(
        "int there_only; SEC(\"kprobe/openat\") int openat(void *ctx) { return there_only; }\nSEC(\"?kprobe/y\") int off(void *ctx) { return 0; }",
    );
    let derived = Package::from_object(first.clone(), "tool", &[]).unwrap();
    let mut meta = derived.meta().clone();
    meta["bpf_skel"]["progs"][0]["link"] = json!(false);
    let data = meta["bpf_skel"]["data_sections"].as_array_mut().unwrap();
    let data = data.iter_mut().find(|section| section["name"] == ".data").unwrap();
    data["variables"][0]["value"] = json!(7);
    meta["bpf_skel"]["maps"][0]["export_config"] = json!("default");
    let package = derived.with_meta(meta).unwrap();
    let package = package
        .with_objects(vec![(foreign().into(), first), (host().into(), second)])
        .unwrap();
    let linked = |description: Description| -> Vec<(String, bool)> {
        let programs = description.programs.into_iter();
        programs.map(|program| (program.name, program.link)).collect()
    };
    let here = linked(package.describe().unwrap());
    assert_eq!(here.len(), 3);
    for expected in [("openat", true), ("off", false)] {
        assert!(here.contains(&(expected.0.to_owned(), expected.1)), "{here:?}");
    }
    let there = linked(package.describe_for(foreign()).unwrap());
    assert!(
        there.iter().any(|(name, _)| name == "open") && there.len() == 2,
        "{there:?}"
    );
    // What neither of them has is a mistake, as ever.
    let mut meta = package.meta().clone();
    meta["bpf_skel"]["progs"][0]["name"] = json!("nowhere");
    assert!(package.with_meta(meta).unwrap().describe().is_err());
}
