//! What a run may still do once it is attached: read from /proc of the running process, every thread of it.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use cli_tests::{PATIENCE, Running, ecli, example, example_tool, program, run};

/// `include/uapi/linux/capability.h`.
const NET_ADMIN: u64 = 1 << 12;
const SYS_MODULE: u64 = 1 << 16;
const SYS_ADMIN: u64 = 1 << 21;
const BPF: u64 = 1 << 39;

/// The capabilities that each thread could have, and whether it could gain more.
fn threads(pid: u32) -> Vec<(String, u64, bool)> {
    fs::read_dir(format!("/proc/{pid}/task"))
        .unwrap()
        .map(|task| {
            let status = fs::read_to_string(task.unwrap().path().join("status")).unwrap();
            let field = |name: &str| {
                let line = status.lines().find_map(|line| line.strip_prefix(name));
                line.unwrap().trim().to_owned()
            };
            let mask = |name: &str| u64::from_str_radix(&field(name), 16).unwrap();
            assert_eq!(mask("CapEff:") & !mask("CapPrm:"), 0);
            (field("Name:"), mask("CapPrm:"), field("NoNewPrivs:") == "1")
        })
        .collect()
}

/// What the thread that runs the tool has, once no other has more: threads that have just been started give theirs up first of all.
fn capabilities(pid: u32) -> u64 {
    let until = Instant::now() + PATIENCE;
    loop {
        let threads = threads(pid);
        let main = threads.iter().find(|(name, ..)| name == "ecli").unwrap();
        if threads.iter().all(|(_, mask, _)| mask & !main.1 == 0) {
            assert!(main.2, "it could gain privileges");
            return main.1;
        }
        assert!(Instant::now() < until, "{threads:x?}");
        thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_package_that_only_sends_events_keeps_nothing() {
    let mut tool = Running::start(ecli(["run", "-v"]).arg(example("bootstrap")));
    tool.line(|line| line.contains("PID"));
    assert_eq!(capabilities(tool.id()), 0);
    let ended = tool.interrupt();
    assert_eq!(ended.code(), 0, "{}", ended.stderr);
    assert!(
        ended.stderr.contains("kept no capability after it was attached"),
        "{}",
        ended.stderr
    );
}

#[test]
fn what_the_end_of_the_run_needs_is_kept_and_shown_before() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("privileges");
    fs::create_dir_all(&folder).unwrap();
    let source = folder.join("filter.bpf.c");
    fs::write(
        &source,
        r#"
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
char LICENSE[] SEC("license") = "GPL";
struct event { __u32 length; };
struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 4096);
    __type(value, struct event);
} events SEC(".maps");
SEC("tc") int on_packet(struct __sk_buff *packet)
{
    struct event event = { packet->len };
    bpf_ringbuf_output(&events, &event, sizeof(event), 0);
    return 0;
}
"#,
    )
    .unwrap();
    let done = run(Command::new(program("ecc")).arg(&source).arg("-o").arg(&folder));
    assert_eq!(done.code(), 0, "{}", done.stderr);
    let package = folder.join("package.json");

    let inspected = run(ecli(["inspect"]).arg(&package));
    assert!(
        inspected
            .stdout
            .contains("keeps     CAP_NET_ADMIN, CAP_BPF once it is attached"),
        "{}",
        inspected.stdout
    );
    // A network namespace of its own: the loopback of everybody is left alone.
    let mut command = Command::new("unshare");
    command
        .args(["--net", program("ecli").to_str().unwrap(), "run"])
        .arg(&package);
    let mut tool = Running::start(&mut command);
    tool.line(|line| line.contains("LENGTH"));
    assert_eq!(capabilities(tool.id()), BPF | NET_ADMIN);
    let ended = tool.interrupt();
    assert_eq!(ended.code(), 0, "{}", ended.stderr);
}

#[test]
fn a_component_keeps_what_tools_need_and_nothing_else() {
    let tool = example_tool("sigsnoop", &["sigsnoop"], "rust");
    let mut tool = Running::start(ecli(["run"]).arg(tool));
    tool.line(|line| line.contains("PID"));
    let main = capabilities(tool.id());
    assert_eq!(main & BPF, BPF);
    assert_eq!(main & SYS_MODULE, 0);
    assert!(main.count_ones() <= 11 && main & SYS_ADMIN != 0, "{main:#x}");
    assert_eq!(tool.interrupt().code(), 0);
}
