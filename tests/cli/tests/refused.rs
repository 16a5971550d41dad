//! Programs that the verifier refuses: the error names the line of C and what to write instead, and the whole log stands behind it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;

use cli_tests::{compile, ecli, run};

const HEAD: &str = "\
#include \"vmlinux.h\"
#include <bpf/bpf_helpers.h>
char LICENSE[] SEC(\"license\") = \"GPL\";
struct value { __u64 slots[4]; };
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct value);
} values SEC(\".maps\");
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(\".maps\");
";

/// Runs a program of one function, whose line with `/* here */` is where it is refused, and looks for the reason and the hint.
#[track_caller]
fn refused(name: &str, section: &str, body: &str, reason: &str, hint: &str) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("refused");
    fs::create_dir_all(&folder).unwrap();
    let source = folder.join(format!("{name}.bpf.c"));
    // A body with functions of its own says where the program begins.
    let begin = if body.contains("SEC(") {
        String::new()
    } else {
        format!("SEC(\"{section}\")\n")
    };
    let text = format!("{HEAD}{begin}{body}\n");
    fs::write(&source, &text).unwrap();
    let package = compile(&source, &folder.join("none.h"));
    let ended = run(ecli(["run"]).arg(package));
    assert_eq!(ended.code(), 1, "{}{}", ended.stdout, ended.stderr);
    let lines: Vec<&str> = ended.stderr.lines().collect();
    let [error, place, log @ .., last] = lines.as_slice() else {
        panic!("{}", ended.stderr);
    };
    assert!(
        error.starts_with("error: program ") && error.contains(reason),
        "{}",
        ended.stderr
    );
    let (at, code) = text
        .lines()
        .enumerate()
        .find(|(_, line)| line.contains("/* here */"))
        .unwrap();
    let expected = format!("  at {name}.bpf.c:{}: {}", at + 1, code.trim());
    assert_eq!(*place, expected, "{}", ended.stderr);
    assert!(last.starts_with("hint: ") && last.contains(hint), "{}", ended.stderr);
    assert!(
        log.iter().any(|line| error.ends_with(line.trim())),
        "the log stands behind it: {}",
        ended.stderr
    );
}

#[test]
fn a_pointer_that_may_be_null_and_one_that_is_none() {
    refused(
        "null",
        "raw_tp/sys_enter",
        "int program(void *ctx)\n{\n\t__u32 key = bpf_get_prandom_u32();\n\tstruct value *value = bpf_map_lookup_elem(&values, &key);\n\n\treturn value->slots[1]; /* here */\n}",
        "invalid mem access 'map_value_or_null'",
        "compare it with NULL",
    );
    refused(
        "scalar",
        "raw_tp/sys_enter",
        "int program(struct bpf_raw_tracepoint_args *ctx)\n{\n\tint *pointer = (int *)ctx->args[0];\n\n\treturn *pointer; /* here */\n}",
        "invalid mem access 'scalar'",
        "bpf_probe_read_kernel",
    );
}

#[test]
fn an_index_without_a_limit() {
    refused(
        "index",
        "raw_tp/sys_enter",
        "int program(void *ctx)\n{\n\t__u32 key = 0;\n\tstruct value *value = bpf_map_lookup_elem(&values, &key);\n\n\tif (!value)\n\t\treturn 0;\n\treturn value->slots[bpf_get_prandom_u32()]; /* here */\n}",
        "",
        "compare it with the size",
    );
}

#[test]
fn a_loop_without_an_end() {
    refused(
        "loop",
        "raw_tp/sys_enter",
        "int program(void *ctx)\n{\n\tvolatile int count = 0;\n\n\tfor (;;)\n\t\tcount += bpf_get_prandom_u32(); /* here */\n\treturn count;\n}",
        "",
        "give the loop a limit",
    );
}

#[test]
fn more_stack_than_there_is_and_what_has_no_value() {
    refused(
        "stack",
        "socket",
        "static __attribute__((noinline)) int inner(int x)\n{\n\tvolatile char room[400];\n\n\troom[x & 255] = 1;\n\treturn room[(x + 1) & 255];\n}\n\nSEC(\"socket\")\nint program(void *ctx)\n{\n\tvolatile char room[400];\n\n\troom[bpf_get_prandom_u32() & 255] = 1; /* here */\n\treturn inner(room[0]);\n}",
        "combined stack size",
        "512 bytes",
    );
}

#[test]
fn what_is_not_given_back() {
    refused(
        "leak",
        "raw_tp/sys_enter",
        "int program(void *ctx)\n{\n\t__u64 *event = bpf_ringbuf_reserve(&events, 8, 0);\n\n\tif (event)\n\t\t*event = 1;\n\treturn 0; /* here */\n}",
        "Unreleased reference",
        "given back",
    );
}

#[test]
fn a_helper_that_is_not_for_this_type_of_program() {
    refused(
        "helper",
        "socket",
        "int program(struct __sk_buff *ctx)\n{\n\treturn bpf_override_return((void *)ctx, 0); /* here */\n}",
        "bpf_override_return",
        "",
    );
}

#[test]
fn an_address_that_is_not_aligned_and_a_program_without_a_value() {
    refused(
        "misaligned",
        "raw_tp/sys_enter",
        "int program(void *ctx)\n{\n\t__u32 word;\n\n\tasm volatile(\"r1 = 0; *(u64 *)(r10 - 8) = r1; *(u64 *)(r10 - 16) = r1; %0 = *(u32 *)(r10 - 11)\" : \"=r\"(word) :: \"r1\", \"memory\"); /* here */\n\treturn word;\n}",
        "misaligned",
        "__builtin_memcpy",
    );
    refused(
        "value",
        "raw_tp/sys_enter",
        "int program(void *ctx)\n{\n\tint value;\n\n\treturn value; /* here */\n}",
        "R0 !read_ok",
        "return one on every way",
    );
}

/// Runs a program that the verifier takes, and looks for the last line of why it does not run.
#[track_caller]
fn not_run(name: &str, text: &str, options: &[&str], error: &str, hint: &str) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("refused");
    fs::create_dir_all(&folder).unwrap();
    let source = folder.join(format!("{name}.bpf.c"));
    fs::write(&source, format!("{HEAD}{text}\n")).unwrap();
    let package = compile(&source, &folder.join("none.h"));
    let ended = run(ecli(["run"]).args(options).arg(package));
    assert_eq!(ended.code(), 1, "{}{}", ended.stdout, ended.stderr);
    let expected = format!("error: {error}\nhint: {hint}");
    assert!(ended.stderr.contains(&expected), "{}", ended.stderr);
}

#[test]
fn what_the_kernel_refuses_with_a_number_alone_is_explained() {
    let nothing = "int nothing(void *ctx) { return 0; }";
    not_run(
        "category",
        &format!("SEC(\"tp/sched_switch\") {nothing}"),
        &[],
        "program nothing cannot be attached to tp/sched_switch: sched_switch is no tracepoint: it takes CATEGORY/NAME",
        "did you mean SEC(\"tp/sched/sched_switch\")?\n",
    );
    not_run(
        "beyond",
        "int seen;\nSEC(\"tp/sched/sched_switch\") int nothing(void *ctx) { seen = *(volatile int *)(ctx + 4000); return 0; }",
        &[],
        "program nothing cannot be attached to tp/sched/sched_switch: it reads beyond the record of tracepoint sched/sched_switch: it takes it for another struct",
        "cat /sys/kernel/tracing/events/sched/sched_switch/format shows the record; ",
    );
    not_run(
        "entries",
        "struct { __uint(type, BPF_MAP_TYPE_HASH); __type(key, __u32); __type(value, __u64); } counts SEC(\".maps\");\n\
         SEC(\"tp/sched/sched_switch\") int nothing(void *ctx) { __u32 key = 0; return bpf_map_lookup_elem(&counts, &key) != 0; }",
        &[],
        "map counts cannot be created: Invalid argument (os error 22)",
        "its definition says no max_entries, and maps of this kind have as many as they are made with\n",
    );
    for (place, why, hint) in [
        (
            "/bin/sh:no_such_symbol",
            "/bin/sh has no symbol no_such_symbol",
            "those there are: readelf -sW /bin/sh; ",
        ),
        ("/no/such/file:main", "there is no file /no/such/file", ""),
    ] {
        not_run(
            "symbol",
            &format!("SEC(\"tp/sched/sched_switch\") {nothing}"),
            &["--attach", &format!("nothing=uprobe/{place}")],
            &format!("program nothing cannot be attached to uprobe/{place}: {why}"),
            hint,
        );
    }
}
