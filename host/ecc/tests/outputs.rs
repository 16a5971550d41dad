//! What `ecc` writes: the forms of a package, their names, the same bytes each time.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod common;

use std::fs;
use std::path::Path;
use std::process::Command;

use common::{ecc, folder};
use package::{Description, Package, TypeKind};

const SOURCE: &str = r#"
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "opens.h"

/// @brief Says which process opens files.
char LICENSE[] SEC("license") = "GPL";

const volatile pid_t target = 7;
const char file[] = __FILE__;

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");

SEC("tp/syscalls/sys_enter_openat")
int enter(struct trace_event_raw_sys_enter *ctx)
{
	struct event event = { .pid = target };

	bpf_printk("%s", file);
	bpf_ringbuf_output(&events, &event, sizeof(event), 0);
	return 0;
}
"#;

const HEADER: &str = "struct event {\n\tint pid;\n\tchar comm[12];\n};\n";

#[track_caller]
fn run(folder: &Path, arguments: &[&str]) -> String {
    let run = ecc(folder, arguments);
    let words = String::from_utf8(run.stderr).unwrap();
    assert!(run.status.success(), "{words}");
    words
}

fn opens() -> tempfile::TempDir {
    folder(&[("opens.bpf.c", SOURCE), ("opens.h", HEADER)])
}

fn names(folder: &Path) -> Vec<String> {
    common::files(folder).into_keys().collect()
}

fn read(folder: &Path, name: &str) -> Vec<u8> {
    fs::read(folder.join(name)).unwrap()
}

fn event_names(description: &Description) -> Vec<&str> {
    let events = description.maps.iter().find(|map| map.name == "events").unwrap();
    match &description.types.get(events.record.unwrap()).unwrap().kind {
        TypeKind::Struct(members) => members.iter().map(|member| member.name.as_str()).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn yaml_and_the_loose_form_hold_the_same_package() {
    let folder = opens();
    let folder = folder.path();
    let source = ["opens.bpf.c", "opens.h"];
    run(folder, &source);
    let package = Package::parse(&read(folder, "package.json")).unwrap();
    assert_eq!(event_names(&package.describe().unwrap()), ["pid", "comm"]);

    run(folder, &[source.as_slice(), &["-y", "-o", "yaml"]].concat());
    assert_eq!(names(&folder.join("yaml")), ["package.yaml"]);
    assert!(Package::parse(&read(folder, "yaml/package.yaml")).unwrap() == package);

    for (option, ending) in [(["-n", "-o"], "json"), (["-ny", "-o"], "yaml")] {
        let out = format!("loose-{ending}");
        run(folder, &[source.as_slice(), &option, &[out.as_str()]].concat());
        let meta = format!("opens.skel.{ending}");
        assert_eq!(names(&folder.join(&out)), ["opens.bpf.o".to_owned(), meta.clone()]);
        let object = read(folder, &format!("{out}/opens.bpf.o"));
        let loose = Package::parse_loose(&read(folder, &format!("{out}/{meta}")), object).unwrap();
        assert!(loose == package, "{ending}");
    }
}

#[test]
fn a_name_is_in_every_files_name() {
    let folder = opens();
    let folder = folder.path();
    let arguments = [
        "opens.bpf.c",
        "opens.h",
        "--name",
        "mine",
        "-o",
        "out/deep",
        "--wasm-header",
    ];
    run(folder, &arguments);
    run(folder, &[arguments.as_slice(), &["--yaml"]].concat());
    run(folder, &[arguments.as_slice(), &["-n"]].concat());
    assert_eq!(
        names(&folder.join("out/deep")),
        ["mine.bpf.o", "mine.json", "mine.skel.h", "mine.skel.json", "mine.yaml"]
    );
    let package = Package::parse(&read(folder, "out/deep/mine.json")).unwrap();
    assert_eq!(package.describe().unwrap().name, "mine");
}

#[test]
fn the_bytes_do_not_depend_on_where_the_source_lies_or_who_calls() {
    let (one, other) = (
        opens(),
        folder(&[("deep/src/opens.bpf.c", SOURCE), ("deep/src/opens.h", HEADER)]),
    );
    run(one.path(), &["opens.bpf.c", "opens.h", "--wasm-header"]);
    let source = other.path().join("deep/src/opens.bpf.c");
    let absolute = [
        source.to_str().unwrap(),
        "deep/src/opens.h",
        "--wasm-header",
        "-o",
        "out",
    ];
    run(other.path(), &absolute);
    for name in ["package.json", "ewasm-skel.h"] {
        let same = read(one.path(), name) == read(&other.path().join("out"), name);
        assert!(same, "{name} differs");
    }
    let package = Package::parse(&read(one.path(), "package.json")).unwrap();
    let object = String::from_utf8_lossy(package.object()).into_owned();
    assert!(object.contains("opens.bpf.c"), "__FILE__ has the file's name");
    assert!(!object.contains("/tmp"), "a path of this machine is in the object");
}

#[test]
fn a_header_alone_makes_a_package_of_its_structs() {
    // These integers are the kernel's, which a header for a BPF program need not include.
    let folder = folder(&[(
        "event.bpf.h",
        "/// @export\nstruct event { u32 pid; __u64 when; };\nstruct other { int x; };\n",
    )]);
    run(folder.path(), &["--header-only", "event.bpf.h"]);
    let package = Package::parse(&read(folder.path(), "package.json")).unwrap();
    let description = package.describe().unwrap();
    assert_eq!((description.name.as_str(), description.programs.len()), ("event", 0));
    let exports = package.meta()["export_types"].as_array().unwrap();
    let exports: Vec<_> = exports
        .iter()
        .map(|export| (&export["name"], &export["size"]))
        .collect();
    assert_eq!(exports, [(&"event".into(), &16.into())]);
}

/// Each member where C for wasm32 would put it elsewhere, or nowhere.
const ODD: &str = r#"
enum kind { OPEN, CLOSE = 7 };
struct inner { char c; long l; } __attribute__((packed));
struct pair { int a, b; };
typedef struct { unsigned char tag; double x; } point_t;
struct event {
	long first;
	void *pointer;
	enum kind kind;
	_Bool flag;
	unsigned low : 3, : 2, high : 7;
	struct inner inner[2];
	union { long number; char text[12]; };
	struct pair *pairs[3];
	struct pair pair;
	point_t point;
	__int128 wide;
	unsigned char rest[];
};
"#;

#[test]
fn a_c_header_has_the_package_and_structs_that_lie_as_in_bpf_on_any_machine() {
    let source = SOURCE.replace("{ .pid = target }", "{ .first = target }");
    let folder = folder(&[("opens.bpf.c", &source), ("opens.h", ODD)]);
    run(folder.path(), &["opens.bpf.c", "opens.h", "--wasm-header"]);
    let main = "#include \"ewasm-skel.h\"\n#include <stdio.h>\n\
        int main(void)\n{\n\tfwrite(program_data, 1, opens_skeleton_size, stdout);\n\treturn sizeof(struct event) == 0;\n}\n";
    common::put(folder.path(), "main.c", main);
    common::put(folder.path(), "check.c", "#include \"ewasm-skel.h\"\n");
    // The asserts in the header are for the compiler.
    let clang = ["clang-19", "clang"]
        .into_iter()
        .find(|clang| Command::new(clang).arg("--version").output().is_ok());
    let check = Command::new(clang.unwrap())
        .args([
            "--target=wasm32",
            "-ffreestanding",
            "-fsyntax-only",
            "-Wall",
            "-Wextra",
            "-Werror",
        ])
        .arg("check.c")
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(check.status.success(), "{}", String::from_utf8_lossy(&check.stderr));
    let text = String::from_utf8(read(folder.path(), "ewasm-skel.h")).unwrap();
    for wanted in [
        "int64_t first;",
        "uint64_t pointer;",
        "offsetof(struct event, point)",
        "struct inner inner[2];",
    ] {
        assert!(
            text.contains(wanted),
            "{wanted} is not in\n{}",
            text.split("static const").next().unwrap()
        );
    }
    let built = Command::new("cc")
        .args(["main.c", "-o", "main"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let printed = Command::new(folder.path().join("main")).output().unwrap().stdout;
    assert!(
        printed == read(folder.path(), "package.json"),
        "the header has another package"
    );
}

#[test]
fn what_is_not_needed_any_more_is_taken_and_said_so_once() {
    let folder = opens();
    let words = run(
        folder.path(),
        &["opens.bpf.c", "opens.h", "-l", "llvm-strip", "-a", "-DA", "-a", "-DB"],
    );
    assert_eq!(
        words,
        "note: --llvm-strip-bin is not needed any more: ecc takes debug information out by itself\n"
    );
}

#[test]
fn headers_of_a_workspace_go_before_those_that_come_with_ecc() {
    let folder = folder(&[
        (
            "a.bpf.c",
            "#include \"vmlinux.h\"\n#include <mine.h>\nchar LICENSE[] __attribute__((section(\"license\"))) = TEXT;\n",
        ),
        ("ws/include/mine.h", "#define TEXT WORKSPACE\n"),
        ("ws/include/vmlinux/x86/vmlinux.h", "#define WORKSPACE \"GPL\"\n"),
    ]);
    run(folder.path(), &["a.bpf.c", "-w", "ws", "--target-arch", "x86_64"]);
    Package::parse(&read(folder.path(), "package.json")).unwrap();
}

#[test]
fn warnings_come_through_once_and_as_clang_wrote_them() {
    let source = SOURCE.replace("return 0;", "int unused_here; return 0;");
    let line = source.lines().position(|line| line.contains("unused_here")).unwrap() + 1;
    let folder = folder(&[("opens.bpf.c", &source), ("opens.h", HEADER)]);
    let arguments = [
        "opens.bpf.c",
        "opens.h",
        "-a",
        "-Wall -fno-caret-diagnostics",
        "--target-arch",
        "x86,arm64",
    ];
    let words = run(folder.path(), &arguments);
    let expected = format!("opens.bpf.c:{line}:6: warning: unused variable 'unused_here' [-Wunused-variable]\n");
    assert!(words.starts_with(&expected), "{words}");
    assert_eq!(words.matches("unused_here").count(), 1, "{words}");
}
