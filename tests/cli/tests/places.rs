//! Programs that are not attached to tracepoints: where they go, what a wrong place is told, and what is left if `ecli` is killed.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use cli_tests::{Ended, Running, ecli, program, program_exists, program_ids, run};
use rustix::process::Signal;

const PLACES: &str = r#"
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
char LICENSE[] SEC("license") = "GPL";
struct event { __u32 length; };
struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 4096);
    __type(value, struct event);
} events SEC(".maps");
/// @tcopts {"handle": 1, "priority": 7}
SEC("tc") int on_packet(struct __sk_buff *packet)
{
    struct event event = { packet->len };
    bpf_ringbuf_output(&events, &event, sizeof(event), 0);
    return 0;
}
"#;

const ITERATOR: &str = r#"
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
char LICENSE[] SEC("license") = "GPL";
SEC("iter/task") int walk(struct bpf_iter__task *context)
{
    struct task_struct *task = context->task;
    if (task && task->pid == task->tgid && task->tgid == bpf_get_current_pid_tgid() >> 32)
        BPF_SEQ_PRINTF(context->meta->seq, "read by %s\n", task->comm);
    return 0;
}
"#;

const OPTIONAL: &str = r#"
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
char LICENSE[] SEC("license") = "GPL";
struct event { __u32 pid; };
struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 4096);
    __type(value, struct event);
} events SEC(".maps");
SEC("raw_tp/sys_enter") int always(void *context)
{
    struct event event = { bpf_get_current_pid_tgid() >> 32 };
    bpf_ringbuf_output(&events, &event, sizeof(event), 0);
    return 0;
}
/// @optional
SEC("tp_btf/nobody_has_this") int sometimes(void *context)
{
    return 0;
}
/// @fallback raw_tp/sys_exit
SEC("raw_tp/nobody_has_this") int elsewhere(void *context)
{
    return 0;
}
"#;

const KEPT_BY_THE_KERNEL: &str = r#"
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
char LICENSE[] SEC("license") = "GPL";
struct event { __u32 length; };
struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 4096);
    __type(value, struct event);
} events SEC(".maps");
SEC("cgroup/sock_create") int on_socket(struct bpf_sock *socket)
{
    struct event event = { socket->family };
    bpf_ringbuf_output(&events, &event, sizeof(event), 0);
    return 1;
}
SEC("struct_ops") __u32 BPF_PROG(threshold, struct sock *socket) { return 10; }
SEC("struct_ops") void BPF_PROG(avoid, struct sock *socket, __u32 ack, __u32 acked) {}
SEC("struct_ops") __u32 BPF_PROG(undo, struct sock *socket) { return 10; }
SEC(".struct_ops") struct tcp_congestion_ops kept_here = {
    .ssthresh = (void *)threshold,
    .cong_avoid = (void *)avoid,
    .undo_cwnd = (void *)undo,
    .name = "kept_here",
};
"#;

/// The package of a source that has no header.
fn package(name: &str, source: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("places-{name}"));
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join(format!("{name}.bpf.c"));
    fs::write(&path, source).unwrap();
    let done = run(Command::new(program("ecc")).arg(&path).arg("-o").arg(&folder));
    assert_eq!(done.code(), 0, "{}", done.stderr);
    folder.join("package.json")
}

/// A network namespace, as long as it is kept.
struct Network(Child);

impl Network {
    fn new() -> Self {
        let network = Self(
            Command::new("unshare")
                .args(["--net", "sleep", "600"])
                .stdin(Stdio::null())
                .spawn()
                .unwrap(),
        );
        // It is there once `sleep` runs: then the command is another.
        let until = Instant::now() + Duration::from_secs(30);
        while fs::read_to_string(format!("/proc/{}/comm", network.0.id())).unwrap() != "sleep\n" {
            assert!(Instant::now() < until, "unshare does not start");
            std::thread::sleep(Duration::from_millis(10));
        }
        network
    }

    /// `ecli run` in it.
    fn ecli(&self, options: &[&str], package: &PathBuf) -> Command {
        let mut command = Command::new("nsenter");
        command.arg(format!("--net=/proc/{}/ns/net", self.0.id()));
        command.arg(program("ecli")).arg("run").args(options).arg(package);
        command
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

fn fails(ended: &Ended, words: &[&str]) {
    assert_ne!(ended.code(), 0);
    for word in words {
        assert!(ended.stderr.contains(word), "{word}: {}", ended.stderr);
    }
}

/// The programs of a running tool, once it is attached: it has printed its header then.
fn attached(tool: &mut Running) -> Vec<u32> {
    tool.line(|line| line.contains("LENGTH"));
    let programs: Vec<u32> = program_ids(tool.id()).into_iter().collect();
    assert!(!programs.is_empty());
    programs
}

fn wait_until_gone(programs: &[u32]) {
    let until = Instant::now() + Duration::from_secs(30);
    while programs.iter().any(|id| program_exists(*id)) {
        assert!(Instant::now() < until, "the kernel still has some of {programs:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_filter_of_tc_goes_at_the_end_and_also_if_ecli_is_killed() {
    let network = Network::new();
    let package = package("filter", PLACES);
    let mut tool = Running::start(&mut network.ecli(&[], &package));
    let programs = attached(&mut tool);
    let ended = tool.interrupt();
    assert_eq!(ended.code(), 0, "{}", ended.stderr);
    wait_until_gone(&programs);

    let mut tool = Running::start(&mut network.ecli(&["--iface", "lo"], &package));
    let programs = attached(&mut tool);
    tool.signal(Signal::KILL);
    tool.wait();
    wait_until_gone(&programs);
    // The same handle and priority are free again, and so is the discipline.
    let mut tool = Running::start(&mut network.ecli(&[], &package));
    attached(&mut tool);
    assert_eq!(tool.interrupt().code(), 0);
}

/// A control group, as long as it is kept.
struct Group(PathBuf);

impl Group {
    fn new(name: &str) -> Self {
        let mounts = fs::read_to_string("/proc/self/mounts").unwrap();
        let root = mounts.lines().find(|line| line.split(' ').nth(2) == Some("cgroup2"));
        let root = root.expect("control groups of version 2").split(' ').nth(1).unwrap();
        let group = Self(PathBuf::from(root).join(format!("{name}-{}", std::process::id())));
        fs::create_dir(&group.0).unwrap();
        group
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        fs::remove_dir(&self.0).ok();
    }
}

#[test]
fn what_a_group_has_for_itself_and_struct_ops_go_if_ecli_is_killed() {
    let group = Group::new("places");
    let package = package("kept", KEPT_BY_THE_KERNEL);
    let target = format!("on_socket=cgroup/{},mode=exclusive", group.0.display());
    let known = || {
        let all = fs::read_to_string("/proc/sys/net/ipv4/tcp_available_congestion_control").unwrap();
        all.split_whitespace().any(|name| name == "kept_here")
    };
    for signal in [Signal::KILL, Signal::INT] {
        let mut tool = Running::start(ecli(["run", "--attach", &target]).arg(&package));
        let programs = attached(&mut tool);
        assert!(known());
        tool.signal(signal);
        tool.wait();
        wait_until_gone(&programs);
        assert!(!known());
    }
}

#[test]
fn a_wrong_place_is_told_with_what_there_is() {
    let network = Network::new();
    let package = package("wrong", PLACES);
    let run_with = |options: &[&str]| run(&mut network.ecli(options, &package));
    fails(
        &run_with(&["--iface", "nowhere0"]),
        &[
            "program on_packet cannot be attached to tc/ingress/nowhere0,handle=1,priority=7: there is no network interface nowhere0",
            "hint: there are lo; choose one with --iface",
        ],
    );
    fails(
        &run_with(&["--attach", "nobody=xdp/lo"]),
        &["--attach: there is no program \"nobody\", only on_packet"],
    );
    fails(
        &run_with(&["--cgroup", "/sys/fs/cgroup"]),
        &["--cgroup: this tool has no program for control groups: its programs are on_packet"],
    );
    fails(&run_with(&["--attach", "on_packet=kprobe/x"]), &["program on_packet"]);
    fails(
        &run_with(&["--attach", "on_packet=nonsense/x"]),
        &["error: --attach on_packet: \"nonsense/x\" is no target"],
    );
}

#[test]
fn an_iterator_is_printed_and_that_is_all() {
    let ended = run(ecli(["run"]).arg(package("iterator", ITERATOR)));
    assert_eq!(ended.code(), 0, "{}", ended.stderr);
    assert_eq!(ended.stdout, "read by ecli\n");
}

#[test]
fn a_hook_that_is_missing_is_a_warning_where_the_package_says_so() {
    let ended = run(ecli(["run", "--count", "1", "-j"]).arg(package("optional", OPTIONAL)));
    assert_eq!(ended.code(), 0, "{}", ended.stderr);
    assert_eq!(ended.json().len(), 1);
    let warnings: Vec<&str> = ended
        .stderr
        .lines()
        .filter(|line| line.ends_with("the tool runs without it"))
        .collect();
    assert_eq!(warnings.len(), 1, "{}", ended.stderr);
    assert!(
        warnings[0].starts_with("warning: ")
            && warnings[0].contains("nobody_has_this, which program sometimes attaches to"),
        "{}",
        warnings[0]
    );
}
