//! `ecli doctor` on systems that lack something: each is said in one line with what to do about it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use cli_tests::broken::{broken, finding};
use cli_tests::{ecli, root, run};

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

#[test]
fn what_cannot_be_looked_at_ends_as_a_run_of_it_does() {
    let missing = run(&mut ecli(["doctor", "no/such/file"]));
    assert_eq!((missing.code(), missing.stdout.as_str()), (127, ""));
    let broken = run(ecli(["doctor", "text.txt"]).current_dir(root().join("tests/bad")));
    assert_eq!((broken.code(), broken.stdout.as_str()), (125, ""), "{}", broken.stderr);
    assert_eq!(run(&mut ecli(["doctor", "a", "b"])).code(), 2);
}
