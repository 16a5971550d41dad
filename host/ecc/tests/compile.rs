//! What a user gets from `ecc SRC HEADER`: three lines, and a package that says what the source says.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod common;

use std::fs;
use std::path::Path;

use common::{ecc, folder};
use package::{Description, Package, TypeKind};

const SOURCE: &str = r#"
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

/// @brief Says which process opens files.
char LICENSE[] SEC("license") = "GPL";

/// @cmdarg {"short": "p", "long": "pid"}
/// @description Process to trace
const volatile pid_t target = 7;

__u64 dropped;

/// @lost dropped
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");

SEC("tp/syscalls/sys_enter_openat")
int enter(struct trace_event_raw_sys_enter *ctx)
{
	int *pid = bpf_ringbuf_reserve(&events, 16, 0);

	if (!pid) {
		__sync_fetch_and_add(&dropped, 1);
		return 0;
	}
	*pid = target;
	bpf_ringbuf_submit(pid, 0);
	return 0;
}
"#;

/// The source neither includes this nor uses it.
const HEADER: &str = "struct event {\n\tu32 pid;\n\tchar comm[12];\n};\n";

#[track_caller]
fn compiled(folder: &Path, arguments: &[&str], package: &str) -> Package {
    let run = ecc(folder, arguments);
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    Package::parse(&fs::read(folder.join(package)).unwrap()).unwrap()
}

fn event_names(description: &Description, map: &str) -> Vec<String> {
    let map = description.maps.iter().find(|found| found.name == map).unwrap();
    match &description.types.get(map.record.unwrap()).unwrap().kind {
        TypeKind::Struct(members) => members.iter().map(|member| member.name.clone()).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn three_lines_are_printed_and_the_package_has_what_the_source_says() {
    let folder = folder(&[("opens.bpf.c", SOURCE), ("opens.h", HEADER)]);
    let run = ecc(folder.path(), &["opens.bpf.c", "opens.h"]);
    assert_eq!(String::from_utf8(run.stderr).unwrap(), "");
    assert_eq!(
        String::from_utf8(run.stdout).unwrap(),
        "Compiling bpf object...\nGenerating export types...\nPacking ebpf object and config into package.json...\n"
    );
    let names: Vec<_> = common::files(folder.path()).into_keys().collect();
    assert_eq!(names, ["opens.bpf.c", "opens.h", "package.json"]);

    let package = Package::parse(&fs::read(folder.path().join("package.json")).unwrap()).unwrap();
    let description = package.describe().unwrap();
    assert_eq!(description.name, "opens");
    assert_eq!(
        description.doc.brief.as_deref(),
        Some("Says which process opens files.")
    );
    let target = description
        .variables
        .iter()
        .find(|variable| variable.name == "target")
        .unwrap();
    assert_eq!(
        (target.section.as_str(), target.type_name.as_str()),
        (".rodata", "pid_t")
    );
    assert_eq!(target.initial, 7i32.to_ne_bytes());
    assert_eq!(target.description.as_deref(), Some("Process to trace"));
    let argument = target.argument.as_ref().unwrap();
    assert_eq!((argument.short, argument.long.as_deref()), (Some('p'), Some("pid")));
    let events = description.maps.iter().find(|map| map.name == "events").unwrap();
    assert_eq!(events.lost.as_deref(), Some("dropped"));
    assert_eq!(event_names(&description, "events"), ["pid", "comm"]);
    let programs: Vec<_> = description
        .programs
        .iter()
        .map(|program| (&*program.name, &*program.section))
        .collect();
    assert_eq!(programs, [("enter", "tp/syscalls/sys_enter_openat")]);
}

#[test]
fn without_a_header_there_is_no_export_and_no_line_about_it() {
    let folder = folder(&[("opens.bpf.c", SOURCE)]);
    let run = ecc(folder.path(), &["opens.bpf.c"]);
    assert_eq!(
        String::from_utf8(run.stdout).unwrap(),
        "Compiling bpf object...\nPacking ebpf object and config into package.json...\n"
    );
    let package = Package::parse(&fs::read(folder.path().join("package.json")).unwrap()).unwrap();
    assert_eq!(package.meta()["export_types"], serde_json::json!([]));
}

#[test]
fn a_section_that_libbpf_does_not_know_is_told_at_its_place() {
    let told = |section: &str| {
        let source = SOURCE.replace("tp/syscalls/sys_enter_openat", section);
        let folder = folder(&[("opens.bpf.c", &source)]);
        let run = ecc(folder.path(), &["opens.bpf.c"]);
        assert!(run.status.success());
        String::from_utf8(run.stderr).unwrap()
    };
    let note = told("?tracepiont/syscalls/sys_enter_openat");
    let first = "note: opens.bpf.c:20:5: libbpf knows no section tracepiont/syscalls/sys_enter_openat, and program enter has no type: \
                 did you mean SEC(\"tracepoint/syscalls/sys_enter_openat\")?\n";
    assert!(note.starts_with(first), "{note}");
    assert_eq!(told("fentry.s/do_unlinkat"), "");
}

#[test]
fn a_program_that_needs_no_struct_of_the_kernel_is_compiled_without_a_word() {
    let source = "#include \"vmlinux.h\"\n#include <bpf/bpf_helpers.h>\nchar LICENSE[] SEC(\"license\") = \"GPL\";\n\
                  SEC(\"tp/sched/sched_process_exec\") int look(void *ctx) { return 0; }\n";
    let folder = folder(&[("tiny.bpf.c", source)]);
    let run = ecc(folder.path(), &["tiny.bpf.c"]);
    assert_eq!(
        (run.status.code(), String::from_utf8(run.stderr).unwrap().as_str()),
        (Some(0), "")
    );
}

#[test]
fn of_several_structs_that_nobody_chose_from_the_first_is_taken_and_told() {
    let told = |header: &str| {
        let folder = folder(&[("opens.bpf.c", SOURCE), ("opens.h", header)]);
        let run = ecc(folder.path(), &["opens.bpf.c", "opens.h"]);
        assert!(run.status.success());
        String::from_utf8(run.stderr).unwrap()
    };
    assert_eq!(
        told("struct inner { int a; };\nstruct event { int b; };\n"),
        "note: the records of events are shown as struct inner, the first of inner, event; `/// @export` above another one chooses that\n"
    );
    assert_eq!(
        told("struct inner { int a; };\n/// @export\nstruct event { int b; };\n"),
        ""
    );
    assert_eq!(told(HEADER), "");
    let misspelled = told("struct inner { int a; };\n/// @exprot\nstruct event { int b; };\n");
    assert!(
        misspelled.starts_with("note: opens.h:2:5: ecc has no @exprot: did you mean @export?\n"),
        "{misspelled}"
    );
    // The map says it itself.
    let source = SOURCE.replace(
        "\t__uint(max_entries, 4096);",
        "\t__uint(max_entries, 4096);\n\t__type(value, struct event);",
    );
    let source = format!("struct event {{ int b; }};\n{source}");
    let folder = folder(&[
        ("opens.bpf.c", &source),
        (
            "opens.h",
            "struct inner { int a; };\nstruct event;\nstruct other { int c; };\n",
        ),
    ]);
    let run = ecc(folder.path(), &["opens.bpf.c", "opens.h"]);
    assert_eq!(String::from_utf8(run.stderr).unwrap(), "");
    assert!(run.status.success());
}

#[test]
fn several_buffers_of_which_none_says_what_its_records_are_are_told() {
    let second = "struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); } calls SEC(\".maps\");\n";
    let typed = second.replace("} calls", "__type(value, struct call); } calls");
    let header = "/// @export\nstruct event { int b; };\n/// @export\nstruct call { int c; };\n";
    for (second, told) in [
        (
            second,
            "note: the records of events and calls are all shown as struct event, the first of event, call; \
             `__type(value, struct call)` in the definition of a map gives it another one\n",
        ),
        (&typed, ""),
    ] {
        let source = SOURCE.replace("/// @brief", &format!("#include \"opens.h\"\n{second}/// @brief"));
        let folder = folder(&[("opens.bpf.c", &source), ("opens.h", header)]);
        let run = ecc(folder.path(), &["opens.bpf.c", "opens.h"]);
        assert_eq!(String::from_utf8(run.stderr).unwrap(), told);
        assert!(run.status.success());
    }
}

#[test]
fn an_included_header_gives_the_struct_that_it_marks_though_nothing_uses_it() {
    let header = "struct other { int a; };\n/// @export\nstruct event { int b; };\n";
    let source = SOURCE.replace("/// @brief", "#include \"opens.h\"\n/// @brief");
    let folder = folder(&[("opens.bpf.c", &source), ("opens.h", header)]);
    let package = compiled(folder.path(), &["opens.bpf.c", "opens.h"], "package.json");
    let exports = package.meta()["export_types"].as_array().unwrap();
    assert_eq!(exports.len(), 1);
    assert_eq!(exports[0]["name"], "event");
    assert_eq!(event_names(&package.describe().unwrap(), "events"), ["b"]);
    // Nothing of how that was done is a map or a variable.
    let text = package.meta().to_string();
    assert!(!text.contains("eunomia_dummy"), "{text}");
}

#[test]
fn the_same_source_gives_the_same_bytes_from_any_folder() {
    let folder = folder(&[("src/opens.bpf.c", SOURCE), ("src/opens.h", HEADER)]);
    let one = compiled(
        folder.path(),
        &["src/opens.bpf.c", "src/opens.h", "-o", "one"],
        "one/package.json",
    );
    let again = compiled(
        folder.path(),
        &["src/opens.bpf.c", "src/opens.h", "-o", "again"],
        "again/package.json",
    );
    let src = folder.path().join("src");
    let inside = compiled(&src, &["opens.bpf.c", "opens.h"], "package.json");
    let bytes = one.to_json().unwrap();
    assert!(bytes == again.to_json().unwrap(), "two runs differ");
    assert!(bytes == inside.to_json().unwrap(), "two folders differ");
    let object = String::from_utf8_lossy(one.object()).into_owned();
    let private = [folder.path().to_str().unwrap(), "ecc-", "src/opens"];
    assert!(
        private.iter().all(|path| !object.contains(path)),
        "a path of this machine is in the object"
    );
    // The verifier's log shows the user's lines.
    assert!(object.contains("*pid = target;") && !object.contains(".debug_info"));
}

#[test]
fn a_name_keeps_two_tools_of_one_folder_apart() {
    let folder = folder(&[("a.bpf.c", SOURCE), ("b.bpf.c", SOURCE)]);
    let first = compiled(folder.path(), &["a.bpf.c"], "package.json");
    let second = compiled(folder.path(), &["b.bpf.c", "--name", "second"], "second.json");
    assert_eq!(first.describe().unwrap().name, "a");
    assert_eq!(second.describe().unwrap().name, "second");
    // The same tool again is no clash.
    compiled(folder.path(), &["a.bpf.c"], "package.json");
}

#[test]
fn what_clang_says_comes_through_and_nothing_is_written() {
    let source = SOURCE.replace("*pid = target;", "*pid = tarrget;");
    let line = source.lines().position(|line| line.contains("tarrget")).unwrap() + 1;
    let folder = folder(&[("src/opens.bpf.c", &source), ("src/opens.h", HEADER)]);
    let run = ecc(folder.path(), &["src/opens.bpf.c", "src/opens.h"]);
    let words = String::from_utf8(run.stderr).unwrap();
    assert_eq!(run.status.code(), Some(1));
    assert!(
        words.starts_with(&format!(
            "src/opens.bpf.c:{line}:9: error: use of undeclared identifier 'tarrget'"
        )),
        "{words}"
    );
    assert!(
        words.ends_with("error: clang could not compile src/opens.bpf.c\n"),
        "{words}"
    );
    let names: Vec<_> = common::files(folder.path()).into_keys().collect();
    assert_eq!(names, ["src/opens.bpf.c", "src/opens.h"]);
}

#[test]
fn a_failure_leaves_the_package_of_before() {
    let folder = folder(&[("opens.bpf.c", SOURCE)]);
    let before = compiled(folder.path(), &["opens.bpf.c"], "package.json");
    common::put(folder.path(), "opens.bpf.c", "int broken");
    assert_eq!(ecc(folder.path(), &["opens.bpf.c"]).status.code(), Some(1));
    assert_eq!(
        Package::parse(&fs::read(folder.path().join("package.json")).unwrap()).unwrap(),
        before
    );
}

#[test]
fn flags_headers_and_kernel_types_can_be_given() {
    let kernel = "typedef unsigned int __u32;\ntypedef unsigned long long __u64;\ntypedef int pid_t;\n\
        enum { BPF_MAP_TYPE_RINGBUF = 27 };\n#define u32 __u32\n#define ENTER struct trace_event_raw_sys_enter\n";
    let source = SOURCE.replace("= 7", "= START");
    // libbpf's helper definitions need more of the kernel's types than this.
    let source = source.replace("#include <bpf/bpf_helpers.h>", "#include <start.h>\n#define SEC(name) __attribute__((section(name)))\n\
        #define __uint(name, val) int (*name)[val]\nstatic void *(*bpf_ringbuf_reserve)(void *, __u64, __u64) = (void *)131;\n\
        static void (*bpf_ringbuf_submit)(void *, __u64) = (void *)132;");
    let folder = folder(&[
        ("src/opens.bpf.c", &source),
        ("my.h", kernel),
        ("extra/start.h", "#define START OTHER\n"),
    ]);
    let arguments = ["src/opens.bpf.c", "--vmlinux", "my.h", "-a", "-I extra -DOTHER=9"];
    let package = compiled(folder.path(), &arguments, "src/package.json");
    let description = package.describe().unwrap();
    let target = description
        .variables
        .iter()
        .find(|variable| variable.name == "target")
        .unwrap();
    assert_eq!(target.initial, 9i32.to_ne_bytes());
}
