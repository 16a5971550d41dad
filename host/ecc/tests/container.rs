//! The entry of the image, in a root of its own: the system's programs and libraries, read only, and an empty home, no /proc and no
//! /sys, so no kernel to ask. What building the image itself takes is not tried here.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod common;

use std::fs;
use std::os::unix::fs::{MetadataExt as _, chown};
use std::path::Path;
use std::process::{Command, Output};

use common::folder;
use package::Package;

const SOURCE: &str = "#include \"vmlinux.h\"\n#include <bpf/bpf_helpers.h>\nchar LICENSE[] SEC(\"license\") = \"GPL\";\n\
    struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); } events SEC(\".maps\");\n\
    SEC(\"tp/sched/sched_process_exec\") int exec(struct trace_event_raw_sched_process_exec *ctx) { return ctx->pid; }\n";

const HEADER: &str = "struct event { int pid; };\n";

/// Who owns the sources: not root.
const OWNER: u32 = 65534;

/// A root in `new`, and in it the entry with the arguments that follow.
const ENTER: &str = r#"
mount -t tmpfs none new
for path in bin lib lib32 lib64 libx32 sbin usr; do
  [ -e "/$path" ] || continue
  mkdir "new/$path"
  mount --rbind -o ro "/$path" "new/$path"
done
mkdir new/etc new/dev new/tmp new/src new/own
chmod 1777 new/tmp
: > new/dev/null
mount --bind /dev/null new/dev/null
[ ! -e /etc/ld.so.cache ] || cp /etc/ld.so.cache new/etc/
[ ! -e /etc/alternatives ] || cp -a /etc/alternatives new/etc/
cp "$ECC" new/own/ecc
cp "$ENTRY" new/own/container-entry
mount --bind src new/src
exec chroot new env -i PATH=/own:/usr/bin:/bin container-entry "$@"
"#;

fn entry(folder: &Path, arguments: &[&str]) -> Output {
    for name in ["src", "new"] {
        fs::create_dir_all(folder.join(name)).unwrap();
    }
    for entry in fs::read_dir(folder.join("src")).unwrap() {
        chown(entry.unwrap().path(), Some(OWNER), Some(OWNER)).unwrap();
    }
    chown(folder.join("src"), Some(OWNER), Some(OWNER)).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/container-entry");
    Command::new("unshare")
        .args(["--mount", "sh", "-ec", ENTER, "sh"])
        .args(arguments)
        .env("ECC", env!("CARGO_BIN_EXE_ecc"))
        .env("ENTRY", script)
        .current_dir(folder)
        .output()
        .unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    common::files(&folder.join("src")).into_keys().collect()
}

#[test]
fn one_source_becomes_a_package_of_its_owner() {
    let folder = folder(&[("src/opens.bpf.c", SOURCE), ("src/opens.h", HEADER)]);
    let run = entry(folder.path(), &[]);
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    assert_eq!(names(folder.path()), ["opens.bpf.c", "opens.h", "package.json"]);
    let path = folder.path().join("src/package.json");
    assert_eq!(fs::metadata(&path).unwrap().uid(), OWNER);
    let package = Package::parse(&fs::read(path).unwrap()).unwrap();
    assert_eq!(package.describe().unwrap().name, "opens");
    assert_eq!(package.meta()["export_types"][0]["name"], "event");
}

#[test]
fn several_sources_have_names_and_options_reach_ecc() {
    let folder = folder(&[
        ("src/a.bpf.c", SOURCE),
        ("src/a.bpf.h", HEADER),
        ("src/b.bpf.c", SOURCE),
    ]);
    let run = entry(folder.path(), &["build", "--yaml"]);
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    assert_eq!(
        names(folder.path()),
        ["a.bpf.c", "a.bpf.h", "a.yaml", "b.bpf.c", "b.yaml"]
    );
    let run = entry(folder.path(), &["build", "b.bpf.c"]);
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    assert!(names(folder.path()).contains(&"package.json".to_owned()));
}

#[test]
fn a_project_becomes_a_component_of_its_owner() {
    let folder = folder(&[("src/opens.bpf.c", SOURCE), ("src/opens.h", HEADER)]);
    for arguments in [
        ["gen-wasm-skel", "opens.bpf.c", "opens.h", "--lang", "c"].as_slice(),
        &["build-wasm"],
    ] {
        let run = entry(folder.path(), arguments);
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    }
    let path = folder.path().join("src/app.wasm");
    assert!(fs::read(&path).unwrap().starts_with(b"\0asm"));
    for path in [
        path,
        folder.path().join("src/src/main.c"),
        folder.path().join("src/sdk"),
    ] {
        assert_eq!(fs::metadata(&path).unwrap().uid(), OWNER, "{}", path.display());
    }
}

#[test]
fn what_goes_wrong_is_told_and_leaves_nothing() {
    let folder = folder(&[("src/readme", "")]);
    let run = entry(folder.path(), &["build"]);
    assert_eq!(run.status.code(), Some(1));
    let words = String::from_utf8_lossy(&run.stderr);
    assert!(words.starts_with("error: there is no *.bpf.c in the folder"), "{words}");
    // Whatever else is asked for is ecc's to answer.
    let run = entry(folder.path(), &["build-wasm"]);
    assert!(matches!(run.status.code(), Some(1 | 2)), "{:?}", run.status);
    assert!(String::from_utf8_lossy(&run.stderr).starts_with("error: "));
    assert_eq!(names(folder.path()), ["readme"]);
}
