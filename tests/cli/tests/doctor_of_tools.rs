//! `ecli doctor NAME`: what a tool lacks is said before it runs, and in the same words by the run that fails.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

use cli_tests::broken::{broken, finding};
use cli_tests::{compile, root};

/// A package of a program that stands behind the usual headers.
fn package(name: &str, body: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("doctor");
    fs::create_dir_all(&folder).unwrap();
    let source = folder.join(format!("{name}.bpf.c"));
    let text = format!(
        "#include \"vmlinux.h\"\n#include <bpf/bpf_helpers.h>\n#include <bpf/bpf_core_read.h>\nchar LICENSE[] SEC(\"license\") = \"GPL\";\n{body}\n"
    );
    fs::write(&source, text).unwrap();
    compile(&source, &folder.join("none.h"))
}

/// What a tool needs and does not find: said by the doctor, and by the run that fails.
#[track_caller]
fn tool(script: &str, package: &Path, check: &str, line: &str, hint: &str, error: &str) {
    let name = package.to_str().unwrap();
    let looked = broken(script, &["doctor", name]);
    assert_eq!(looked.code(), 1, "{}{}", looked.stdout, looked.stderr);
    let found = finding(&looked, check);
    assert!(
        found.0.starts_with("missing ") && found.0.contains(line),
        "{}",
        looked.stdout
    );
    assert!(found.1.contains(hint), "{}", looked.stdout);
    assert!(
        looked.stdout.contains(&format!("{name} cannot run: ")),
        "{}",
        looked.stdout
    );
    let ran = broken(script, &["run", name]);
    assert_ne!(ran.code(), 0, "{}", ran.stdout);
    let first = ran.stderr.lines().next().unwrap_or_default();
    assert!(first.starts_with("error: ") && first.contains(error), "{}", ran.stderr);
    let last = ran.stderr.lines().last().unwrap_or_default();
    assert!(last.starts_with("hint: ") && last.contains(hint), "{}", ran.stderr);
}

const NOTHING: &str = "int nothing(void *ctx) { return 0; }";

#[test]
fn a_place_that_does_not_exist_is_named_before_and_after() {
    tool(
        "true",
        &package("dream", &format!("SEC(\"tp/sched/sched_process_dream\") {NOTHING}")),
        "program nothing",
        "this kernel has no tracepoint sched/sched_process_dream",
        "ls /sys/kernel/tracing/events/sched",
        "this kernel has no tracepoint sched/sched_process_dream",
    );
    tool(
        "hide /sys/kernel/tracing /sys/kernel/debug",
        &package("exec", &format!("SEC(\"tp/sched/sched_process_exec\") {NOTHING}")),
        "tracefs",
        "the tracing file system is not mounted",
        "mount -t tracefs",
        "the tracing file system is not mounted",
    );
    let probe = package("probe", &format!("SEC(\"kprobe/no_such_function\") {NOTHING}"));
    let (line, hint) = if Path::new("/sys/bus/event_source/devices/kprobe").exists() {
        ("this kernel has no function no_such_function", "/proc/kallsyms")
    } else {
        ("this kernel was built without kprobes", "CONFIG_KPROBES=y")
    };
    tool("true", &probe, "program nothing", line, hint, line);
    tool(
        "true",
        &package("fentry", &format!("SEC(\"fentry/no_such_function\") {NOTHING}")),
        "program nothing",
        "this kernel has no function no_such_function in its BTF",
        "",
        "this kernel has no no_such_function",
    );
    tool(
        "true",
        &package(
            "xdp",
            "/// @ifname no_such_interface\nSEC(\"xdp\") int nothing(struct xdp_md *ctx) { return XDP_PASS; }",
        ),
        "program nothing",
        "there is no network interface no_such_interface",
        "choose one with --iface",
        "there is no network interface no_such_interface",
    );
    tool(
        "true",
        &package("strange", &format!("SEC(\"kprob/do_exit\") {NOTHING}")),
        "program nothing",
        "its section kprob/do_exit says no type of program that libbpf knows",
        "did you mean SEC(\"kprobe/do_exit\")?",
        "its section kprob/do_exit says no type of program that libbpf knows",
    );
}

#[test]
fn the_doctor_looks_where_the_user_wants_programs() {
    let package = package("places", &format!("SEC(\"tp/sched/sched_process_exec\") {NOTHING}"));
    let name = package.to_str().unwrap();
    assert_eq!(broken("true", &["doctor", name]).code(), 0);
    let elsewhere = broken(
        "true",
        &["doctor", "--attach", "nothing=tp/sched/sched_process_dream", name],
    );
    assert_eq!(elsewhere.code(), 1, "{}{}", elsewhere.stdout, elsewhere.stderr);
    let (line, _) = finding(&elsewhere, "program nothing");
    assert!(line.contains("sched_process_dream"), "{line}");
    for (options, words) in [
        (
            ["--iface", "lo"],
            "--iface: this tool has no program for network interfaces: its programs are nothing",
        ),
        (
            ["--attach", "nobody=xdp/lo"],
            "--attach: there is no program \"nobody\", only nothing",
        ),
    ] {
        let refused = broken("true", &["doctor", options[0], options[1], name]);
        let told = format!("error: {name}: {words}\n");
        assert_eq!((refused.code(), &refused.stderr), (2, &told));
    }
    let nobody = broken("true", &["doctor", "--iface", "lo"]);
    assert_eq!(
        (nobody.code(), nobody.stderr.as_str()),
        (
            2,
            "error: --attach, --iface and --cgroup are for the programs of a tool: name it\n"
        )
    );
}

#[test]
fn where_nobody_knows_why_a_run_failed_it_names_the_doctor() {
    let package = package("unknown", &format!("SEC(\"fentry/no_such_function\") {NOTHING}"));
    let name = package.to_str().unwrap();
    let ended = broken("true", &["run", name]);
    assert_eq!(
        ended.stderr.lines().last(),
        Some(format!("hint: `ecli doctor {name}` says what this system lacks").as_str()),
        "{}",
        ended.stderr
    );
}

#[test]
fn a_kind_of_map_and_memory_that_are_not_there_are_named_before_and_after() {
    let map = |kind: &str, entries: &str, value: &str| {
        format!(
            "struct {{ __uint(type, {kind}); __uint(max_entries, {entries}); __type(key, __u32); __type(value, {value}); }} large SEC(\".maps\");\n\
             SEC(\"tp/sched/sched_process_exec\") int look(void *ctx) {{ __u32 key = 0; return bpf_map_lookup_elem(&large, &key) != 0; }}"
        )
    };
    tool(
        "true",
        &package("crystal", &map("4000", "1", "__u64")),
        "map large",
        "this kernel has no map of kind 4000",
        "use a newer kernel",
        "map large cannot be created: this kernel has no map of kind 4000",
    );
    // 64 TiB.
    tool(
        "true",
        &package("huge", &map("BPF_MAP_TYPE_ARRAY", "1 << 30", "char[65536]")),
        "maps",
        "its map takes about 64 TiB",
        "ask for fewer entries",
        "map large cannot be created: it takes about 64 TiB, and ",
    );
}

/// Runs the rest in a control group of its own with 48 MiB, and takes that away again.
const SMALL_GROUP: &str = "\
if [ -e /sys/fs/cgroup/memory/memory.limit_in_bytes ]; then g=/sys/fs/cgroup/memory l=memory.limit_in_bytes
else g=/sys/fs/cgroup l=memory.max; echo +memory >$g/cgroup.subtree_control || :; fi
g=$g/doctor.$$; mkdir $g; echo 48M >$g/$l; set +e
sh -c 'echo $$ >$0/cgroup.procs; exec \"$@\"' $g \"$@\"
code=$?; rmdir $g; exit $code";

#[test]
fn the_memory_of_a_control_group_counts() {
    let ended = broken(SMALL_GROUP, &["doctor"]);
    assert_eq!(ended.code(), 0, "{}{}", ended.stdout, ended.stderr);
    let (line, hint) = finding(&ended, "memory");
    assert!(
        line.starts_with("warning ") && line.contains("of the control group /sys/fs/cgroup/"),
        "{line}"
    );
    assert!(hint.contains("raise the limit of the control group"), "{hint}");
    for (name, count, takes, error) in [
        (
            "group",
            1,
            "its map takes about 256 MiB; ",
            "map large0 cannot be created: it takes 256 MiB, and the control group ",
        ),
        (
            "groups",
            8,
            "its 8 maps take about 256 MiB, 32 MiB of it for large",
            "the maps cannot be created: together they take 256 MiB, and the control group ",
        ),
    ] {
        let maps: String = (0..count)
            .map(|map| {
                format!(
                    "struct {{ __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 4096 / {count}); __type(key, __u32); __type(value, char[65536]); }} large{map} SEC(\".maps\");\n"
                )
            })
            .collect();
        let program = "SEC(\"tp/sched/sched_process_exec\") int look(void *ctx) { __u32 key = 0; return bpf_map_lookup_elem(&large0, &key) != 0; }";
        let hint = "raise the limit of the control group";
        tool(
            SMALL_GROUP,
            &package(name, &(maps + program)),
            "maps",
            takes,
            hint,
            error,
        );
    }
}

#[test]
fn a_tool_is_told_what_it_lacks_and_nothing_else() {
    let types = compile(
        &root().join("tests/bad/sources/kernel_types.bpf.c"),
        Path::new("none.h"),
    );
    tool(
        "hide /sys/kernel/btf",
        &types,
        "btf",
        "this kernel shows no type information (/sys/kernel/btf/vmlinux)",
        "CONFIG_DEBUG_INFO_BTF=y",
        "this kernel shows no type information (/sys/kernel/btf/vmlinux), and the object needs it",
    );
    let nothing = package("nobtf", &format!("SEC(\"tp/sched/sched_process_exec\") {NOTHING}"));
    let name = nothing.to_str().unwrap();
    let ended = broken("hide /sys/kernel/btf", &["doctor", name]);
    assert_eq!(ended.code(), 0, "it has no CO-RE relocations: {}", ended.stdout);
    assert!(
        !ended.stdout.contains("btf:") && !ended.stdout.contains("netkit"),
        "{}",
        ended.stdout
    );
    assert!(
        finding(&ended, "program nothing")
            .0
            .contains("events/sched/sched_process_exec is there"),
        "{}",
        ended.stdout
    );
    tool(
        "exec setpriv --bounding-set=-all,+dac_override,+dac_read_search \"$@\"",
        &nothing,
        "capabilities",
        "it needs CAP_BPF, CAP_PERFMON; the process lacks CAP_BPF and CAP_PERFMON",
        "run as root, or with CAP_BPF",
        "the process lacks CAP_BPF",
    );
    tool(
        "exec unshare --user --map-root-user \"$@\"",
        &nothing,
        "container",
        "this is a user namespace",
        "run it outside",
        "the process is in a user namespace, whose capabilities do not count for BPF",
    );
}

#[test]
fn an_optional_program_is_a_warning() {
    let package = package(
        "optional",
        &format!(
            "/// @optional\nSEC(\"tp/sched/sched_process_dream\") {NOTHING}\nSEC(\"tp/sched/sched_process_exec\") int exec(void *ctx) {{ return 0; }}"
        ),
    );
    let ended = broken("true", &["doctor", package.to_str().unwrap()]);
    assert_eq!(ended.code(), 0, "{}", ended.stdout);
    let (line, _) = finding(&ended, "program nothing");
    assert!(
        line.starts_with("warning ") && line.ends_with("sched/sched_process_dream; the tool runs without it"),
        "{line}"
    );
}
