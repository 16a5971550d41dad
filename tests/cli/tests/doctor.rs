//! `ecli doctor` on systems that lack something: each is really broken, in mounts, namespaces and rights of its own, and is said in one
//! line with what to do about it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use cli_tests::{Ended, compile, ecli, program, root, run};

/// Mounts over a folder, and a file with other contents over a file.
const SHELL: &str = "\
hide() { for folder; do [ ! -d $folder ] || mount -t tmpfs none $folder; done; }
fake() { f=$(mktemp -p $T); printf '%s\\n' \"$2\" >$f; chmod 644 $f; mount --bind $f $1; }
[ -e /sys/kernel/tracing/events ] || mount -t tracefs tracefs /sys/kernel/tracing
set -e
";

/// `ecli` in mounts of its own, after a script has changed them. `$@` is the command line, for scripts that put something before it; else
/// it is executed.
fn broken(script: &str, arguments: &[&str]) -> Ended {
    let folder = tempfile::tempdir().unwrap();
    let script = if script.contains("$@") {
        format!("{SHELL}{script}")
    } else {
        format!("{SHELL}{script}\nexec \"$@\"")
    };
    run(Command::new("unshare")
        .args(["--mount", "--propagation", "private", "sh", "-c", &script, "sh"])
        .arg(program("ecli"))
        .args(arguments)
        .env("T", folder.path())
        .env("LC_ALL", "C"))
}

/// What was found of `check`: its line, and its hint. The same is in the JSON.
#[track_caller]
fn finding(ended: &Ended, check: &str) -> (String, String) {
    let mut lines = ended.stdout.lines();
    let found = lines.find(|line| {
        line.get(9..)
            .is_some_and(|rest| rest.starts_with(&format!("{check}: ")))
    });
    let line = found.unwrap_or_else(|| panic!("no line of {check}: {}{}", ended.stdout, ended.stderr));
    let hint = lines.next().and_then(|line| line.trim_start().strip_prefix("hint: "));
    (line.to_owned(), hint.unwrap_or_default().to_owned())
}

/// A system, what is said of it, and whether tools can run.
struct Situation {
    script: &'static str,
    line: &'static str,
    hint: &'static str,
    exit: i32,
}

fn check(situations: &[Situation]) {
    let mut wrong = Vec::new();
    for Situation {
        script,
        line,
        hint,
        exit,
    } in situations
    {
        let ended = broken(script, &["doctor"]);
        let check = line.get(9..).and_then(|rest| rest.split(": ").next()).unwrap();
        let found = finding(&ended, check);
        if !found.0.starts_with(line) || !found.1.contains(hint) || ended.code() != *exit {
            wrong.push(format!(
                "{script}\nexpected {exit}: {line}\n  hint: {hint}\nfound {}: {}\n  hint: {}\n{}",
                ended.code(),
                found.0,
                found.1,
                ended.stderr
            ));
        }
        let hints = ended.stdout.lines().filter(|line| line.contains("hint: ")).count();
        let troubles = ended
            .stdout
            .lines()
            .filter(|line| line.starts_with("warning ") || line.starts_with("missing "))
            .count();
        assert_eq!(hints, troubles, "each trouble has its hint: {}", ended.stdout);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_file_system_that_is_missing_is_named_with_the_command_that_mounts_it() {
    check(&[
        Situation {
            script: "hide /sys/kernel/btf",
            line: "missing  btf: this kernel shows no type information (/sys/kernel/btf/vmlinux)",
            hint: "CONFIG_DEBUG_INFO_BTF=y",
            exit: 1,
        },
        Situation {
            script: "mount -t tmpfs none /sys",
            line: "missing  btf: /sys is not mounted",
            hint: "mount -t sysfs sysfs /sys",
            exit: 1,
        },
        Situation {
            script: "hide /sys/kernel/tracing /sys/kernel/debug",
            line: "missing  tracefs: the tracing file system is not mounted",
            hint: "mount -t tracefs tracefs /sys/kernel/tracing",
            exit: 1,
        },
        Situation {
            script: "hide /sys/fs/bpf",
            line: "warning  bpffs: no BPF file system is mounted at /sys/fs/bpf",
            hint: "mount -t bpf bpf /sys/fs/bpf",
            exit: 0,
        },
        Situation {
            script: "mount -t bpf none /sys/fs/bpf",
            line: "ok       bpffs: /sys/fs/bpf",
            hint: "",
            exit: 0,
        },
        Situation {
            script: "hide /sys/fs/cgroup",
            line: "missing  cgroup2: no cgroup2 hierarchy is mounted",
            hint: "mount -t cgroup2 cgroup2 /sys/fs/cgroup",
            exit: 0,
        },
        Situation {
            script: "hide /sys/fs/cgroup; mkdir /sys/fs/cgroup/here; mount -t cgroup2 none /sys/fs/cgroup/here",
            line: "ok       cgroup2: /sys/fs/cgroup/here: programs can be attached",
            hint: "",
            exit: 0,
        },
        Situation {
            script: "hide /sys/fs/cgroup; mount -t cgroup2 none /sys/fs/cgroup",
            line: "ok       cgroup2: /sys/fs/cgroup",
            hint: "",
            exit: 0,
        },
    ]);
}

#[test]
fn a_switch_of_the_kernel_is_named_with_its_value() {
    check(&[
        Situation {
            script: "hide /sys/kernel/security; echo 'none integrity [confidentiality]' >/sys/kernel/security/lockdown",
            line: "missing  lockdown: the kernel is locked down for confidentiality",
            hint: "boot with lockdown=integrity",
            exit: 1,
        },
        Situation {
            script: "hide /sys/kernel/security; echo 'none [integrity] confidentiality' >/sys/kernel/security/lockdown",
            line: "warning  lockdown: the kernel is locked down for integrity",
            hint: "bpf_probe_write_user",
            exit: 0,
        },
        Situation {
            script: "hide /sys/kernel/security; echo '[none] integrity confidentiality' >/sys/kernel/security/lockdown",
            line: "ok       lockdown: /sys/kernel/security/lockdown is none",
            hint: "",
            exit: 0,
        },
        Situation {
            script: "hide /sys/kernel/security; echo lockdown,capability,yama >/sys/kernel/security/lsm",
            line: "missing  lsm: bpf is not among the active security modules",
            hint: "add bpf to the list lsm= on the kernel's command line",
            exit: 0,
        },
        Situation {
            script: "fake /proc/sys/net/core/bpf_jit_enable 0",
            line: "warning  jit: /proc/sys/net/core/bpf_jit_enable is 0",
            hint: "sysctl -w net.core.bpf_jit_enable=1",
            exit: 0,
        },
        Situation {
            script: "fake /proc/sys/kernel/ftrace_enabled 0",
            line: "warning  ftrace: /proc/sys/kernel/ftrace_enabled is 0",
            hint: "sysctl -w kernel.ftrace_enabled=1",
            exit: 0,
        },
        Situation {
            script: "fake /proc/sys/kernel/unprivileged_bpf_disabled 0",
            line: "warning  unprivileged: /proc/sys/kernel/unprivileged_bpf_disabled is 0",
            hint: "kernel.unprivileged_bpf_disabled=2",
            exit: 0,
        },
        Situation {
            script: "fake /proc/sys/kernel/kptr_restrict 2; fake /proc/kallsyms '0000000000000000 T _stext'",
            line: "warning  kallsyms: /proc/kallsyms hides the addresses (kptr_restrict is 2)",
            hint: "sysctl -w kernel.kptr_restrict=1",
            exit: 0,
        },
        Situation {
            script: "[ ! -e /proc/config.gz ] || fake /proc/config.gz nothing; hide /boot /lib/modules",
            line: "warning  config: the kernel's configuration cannot be read",
            hint: "by trying",
            exit: 0,
        },
        Situation {
            script: "mkdir $T/none; mount --bind $T/none /sys/bus/event_source/devices; hide /sys/kernel/tracing /sys/kernel/debug",
            line: "missing  uprobe: this kernel was built without uprobes",
            hint: "CONFIG_UPROBE_EVENTS=y",
            exit: 1,
        },
    ]);
}

#[test]
fn what_a_process_may_not_do_is_named_with_how_to_be_allowed() {
    check(&[
        Situation {
            script: "exec setpriv --bounding-set=-all,+dac_override,+dac_read_search \"$@\"",
            line: "missing  capabilities: root without CAP_BPF and CAP_PERFMON: programs cannot be loaded",
            hint: "run as root, or with CAP_BPF and CAP_PERFMON",
            exit: 1,
        },
        Situation {
            script: "exec setpriv --bounding-set=-all,+dac_override,+dac_read_search \"$@\"",
            line: "missing  bpf: bpf(2) refuses even a program that does nothing: Operation not permitted",
            hint: "run as root, or with CAP_BPF",
            exit: 1,
        },
        Situation {
            script: "exec setpriv --bounding-set=-sys_admin,-perfmon \"$@\"",
            line: "missing  capabilities: root without CAP_PERFMON",
            hint: "run as root, or with CAP_PERFMON",
            exit: 1,
        },
        Situation {
            script: "exec setpriv --bounding-set=-sys_admin,-net_admin \"$@\"",
            line: "warning  capabilities: root with CAP_BPF and CAP_PERFMON, without CAP_NET_ADMIN: what traces works",
            hint: "for these, run as root, or with CAP_NET_ADMIN",
            exit: 0,
        },
        Situation {
            script: "fake /proc/sys/kernel/perf_event_paranoid 3; exec setpriv --bounding-set=-sys_admin,-perfmon \"$@\"",
            line: "warning  perf_events: /proc/sys/kernel/perf_event_paranoid is 3: without CAP_PERFMON",
            hint: "CAP_PERFMON",
            exit: 1,
        },
        Situation {
            script: "exec unshare --user --map-root-user \"$@\"",
            line: "missing  container: this is a user namespace",
            hint: "run it outside: as root of the host",
            exit: 1,
        },
        Situation {
            script: "exec unshare --user --map-root-user \"$@\"",
            line: "missing  capabilities: root of a user namespace has none of the capabilities",
            hint: "run it outside",
            exit: 1,
        },
        Situation {
            script: "exec unshare --pid --fork --mount-proc \"$@\"",
            line: "warning  container: this is a PID namespace",
            hint: "--pid=host",
            exit: 0,
        },
        // A user who has all that BPF asks for, and whom the files of the tracing file system do not belong to.
        Situation {
            script: "chmod 755 $T; touch $T/ecli; mount --bind $1 $T/ecli; shift
                exec setpriv --reuid=65534 --clear-groups --inh-caps=+bpf,+perfmon,+net_admin --ambient-caps=+bpf,+perfmon,+net_admin \
                $T/ecli \"$@\"",
            line: "missing  tracefs: the tracing file system is mounted, and this process may not read /sys/kernel/tracing",
            hint: "run as root, or mount it for a group",
            exit: 1,
        },
    ]);
}

#[test]
fn json_has_the_same_findings() {
    let ended = broken("hide /sys/kernel/btf", &["doctor", "-o", "json"]);
    assert_eq!(ended.code(), 1, "{}", ended.stderr);
    let report: serde_json::Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(report["can_run"], false);
    assert_eq!(report["name"], serde_json::Value::Null);
    let findings = report["findings"].as_array().unwrap();
    let btf = findings.iter().find(|finding| finding["check"] == "btf").unwrap();
    assert_eq!(btf["state"], "missing");
    assert_eq!(btf["needed"], true);
    assert_eq!(
        btf["message"],
        "this kernel shows no type information (/sys/kernel/btf/vmlinux)"
    );
    assert!(
        btf["hint"].as_str().unwrap().contains("CONFIG_DEBUG_INFO_BTF=y"),
        "{btf}"
    );
    let text = broken("hide /sys/kernel/btf", &["doctor"]);
    for finding in findings {
        let line = format!(
            "{}: {}",
            finding["check"].as_str().unwrap(),
            finding["message"].as_str().unwrap()
        );
        // How much is free changes from one moment to the next.
        assert!(
            finding["check"] == "memory" || text.stdout.contains(&line),
            "{line}\n{}",
            text.stdout
        );
    }
}

#[test]
fn a_healthy_system_can_run_tools() {
    let ended = broken("true", &["doctor"]);
    assert_eq!(ended.code(), 0, "{}{}", ended.stdout, ended.stderr);
    assert!(ended.stdout.contains("\ntools can run"), "{}", ended.stdout);
    for check in ["kernel", "bpf", "btf", "tracefs", "ringbuf", "kallsyms"] {
        assert!(finding(&ended, check).0.starts_with("ok "), "{}", ended.stdout);
    }
}

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
        &package("strange", &format!("SEC(\"strange/section\") {NOTHING}")),
        "program nothing",
        "says no type of program that libbpf knows",
        "",
        "its section says no type of program that libbpf knows",
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
    let array = "struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 4096); __type(key, __u32); __type(value, char[65536]); } large SEC(\".maps\");\n\
                 SEC(\"tp/sched/sched_process_exec\") int look(void *ctx) { __u32 key = 0; return bpf_map_lookup_elem(&large, &key) != 0; }";
    tool(
        SMALL_GROUP,
        &package("group", array),
        "maps",
        "its map takes about 256 MiB; ",
        "raise the limit of the control group",
        "map large cannot be created: it takes about 256 MiB, and ",
    );
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

#[test]
fn what_cannot_be_looked_at_ends_as_a_run_of_it_does() {
    let missing = run(&mut ecli(["doctor", "no/such/file"]));
    assert_eq!((missing.code(), missing.stdout.as_str()), (127, ""));
    let broken = run(ecli(["doctor", "text.txt"]).current_dir(root().join("tests/bad")));
    assert_eq!((broken.code(), broken.stdout.as_str()), (125, ""), "{}", broken.stderr);
    assert_eq!(run(&mut ecli(["doctor", "a", "b"])).code(), 2);
}
