//! How a run ends: in order, under load, when nobody reads any more; and what it leaves in the kernel.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use cli_tests::{Running, built, c_tool, ecli, example, program_ids, project};
use rustix::process::Signal;

/// Starts processes as fast as it can for as long as `during` takes.
fn under_load<T>(during: impl FnOnce() -> T) -> T {
    let start = || {
        Command::new("/bin/true").status().unwrap();
    };
    while_again(start, during)
}

/// Does something again and again for as long as `during` takes.
fn while_again<T>(again: impl Fn() + Sync, during: impl FnOnce() -> T) -> T {
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                again();
            }
        });
        let result = during();
        stop.store(true, Ordering::Relaxed);
        result
    })
}

#[test]
fn ctrl_c_under_load_prints_what_is_there_and_accounts_for_it() {
    let package = example("bootstrap");
    let ended = under_load(|| {
        let mut ecli = Running::start(ecli(["run", "-j"]).arg(&package));
        for _ in 0..50 {
            ecli.line(|_| true);
        }
        ecli.interrupt()
    });
    assert_eq!(ended.code(), 0, "{}", ended.stderr);
    assert!(ended.stdout.ends_with('\n'), "the last line is whole");
    let printed = ended.json().len();
    assert!(
        ended.stderr.contains(&format!("{printed} events, 0 lost, ")),
        "{printed} lines: {}",
        ended.stderr
    );
}

const EACH_SYSTEM_CALL: &str = r#"
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
char LICENSE[] SEC("license") = "GPL";
struct event { __u64 time; };
struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 256 * 1024);
    __type(value, struct event);
} events SEC(".maps");
SEC("raw_tp/sys_enter") int enter(void *ctx)
{
    struct event event = { bpf_ktime_get_ns() };
    bpf_ringbuf_output(&events, &event, sizeof(event), 0);
    return 0;
}
"#;

/// Between the request to end and the last detaching, system calls go on; who does not read them any more says so.
#[test]
fn what_came_after_the_request_to_end_is_told_as_unread() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("calls.bpf.c");
    std::fs::write(&source, EACH_SYSTEM_CALL).unwrap();
    let package = cli_tests::compile(&source, std::path::Path::new("none.h"));
    // The first few runs may end in a quiet moment.
    for _ in 0..10 {
        // Each is a system call.
        let ended = while_again(thread::yield_now, || {
            let mut ecli = Running::start(ecli(["run", "-j"]).arg(&package));
            ecli.line(|_| true);
            ecli.interrupt()
        });
        assert_eq!(ended.code(), 0, "{}", ended.stderr);
        let line = ended.stderr.lines().find(|line| line.ends_with(" unread")).unwrap();
        let (_, unread) = line.trim_end_matches(" unread").rsplit_once(' ').unwrap();
        if unread.parse::<u64>().unwrap() > 0 {
            return;
        }
    }
    panic!("ten runs under load left nothing unread");
}

#[test]
fn sigterm_ends_a_run_in_order() {
    let mut ecli = Running::start(ecli(["run", "-j"]).arg(example("bootstrap")));
    ecli.line_after(|| drop(Command::new("/bin/true").status()), |_| true);
    ecli.signal(Signal::TERM);
    let ended = ecli.wait();
    assert_eq!(ended.code(), 0);
    assert!(ended.stderr.contains(" 0 lost"), "{}", ended.stderr);
}

#[test]
fn a_second_signal_ends_it_at_once() {
    use std::os::unix::process::ExitStatusExt;
    // Nobody reads: the run is stuck in a write when the first signal comes.
    let mut child = ecli(["run", "-j"])
        .arg(example("bootstrap"))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let pid = rustix::process::Pid::from_child(&child);
    under_load(|| {
        let pipe = child.stdout.as_ref().unwrap();
        // Full, whatever it takes: nothing has been added for a while, though there is something to say all the time.
        let mut before = 0;
        loop {
            thread::sleep(std::time::Duration::from_millis(500));
            let now = rustix::io::ioctl_fionread(pipe).unwrap();
            if now > 20_000 && now == before {
                break;
            }
            before = now;
        }
    });
    let status = loop {
        rustix::process::kill_process(pid, Signal::INT).ok();
        thread::sleep(std::time::Duration::from_millis(100));
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
    };
    assert!(status.signal() == Some(2) || status.code() == Some(130), "{status:?}");
}

#[test]
fn a_closed_pipe_ends_it_quietly() {
    let mut child = ecli(["run", "-j", "-q"])
        .arg(example("bootstrap"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    under_load(|| {
        let mut first = [0];
        child.stdout.take().unwrap().read_exact(&mut first).unwrap();
        let ended = child.wait_with_output().unwrap();
        assert_eq!(ended.status.code(), Some(0));
        assert_eq!(String::from_utf8_lossy(&ended.stderr), "");
    });
}

#[test]
fn output_that_cannot_be_written_is_an_error_whoever_writes_it() {
    let fails = |name: &Path, arguments: &[&str]| {
        let mut ecli = ecli(["run", "-q", "--timeout", "100"]);
        let full = File::create("/dev/full").unwrap();
        let ended = ecli.arg(name).args(arguments).stdout(full).output().unwrap();
        let words = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(ended.status.code(), Some(1), "{name:?} {arguments:?}: {words}");
        let is_told = words.starts_with("error: ") && words.ends_with("No space left on device (os error 28)\n");
        assert!(is_told && words.lines().count() == 1, "{name:?} {arguments:?}: {words}");
    };
    let projects = ["rust", "c"].map(|language| {
        let name = format!("full-{language}");
        built(&project(&name, "examples/bootstrap/bootstrap.bpf.c", language))
    });
    for tool in [&example("bootstrap"), &projects[0], &projects[1]] {
        fails(tool, &["-h"]);
        under_load(|| fails(tool, &[]));
    }
    // What the C library keeps until the end.
    fails(&c_tool("words"), &[]);
    fails(&c_tool("words"), &["exit", "0"]);
}

#[test]
fn what_ecli_says_itself_cannot_be_lost_unnoticed_either() {
    let package = example("bootstrap");
    let package = package.to_str().unwrap();
    for arguments in [
        &["-h"][..],
        &["run", "-h"],
        &["--version"],
        &["inspect", package],
        &["doctor", package],
    ] {
        let full = File::create("/dev/full").unwrap();
        let ended = ecli(arguments).stdout(full).output().unwrap();
        let words = String::from_utf8_lossy(&ended.stderr);
        assert_eq!(
            (ended.status.code(), words.as_ref()),
            (
                Some(125),
                "error: cannot write to standard output: No space left on device (os error 28)\n"
            ),
            "{arguments:?}"
        );
    }
}

#[test]
fn nothing_is_left_in_the_kernel() {
    // By the programs' names: other tests load the same ones meanwhile, so it is the ids that must be gone.
    let mut ecli = Running::start(ecli(["run", "-j"]).arg(example("bootstrap")));
    ecli.line_after(|| drop(Command::new("/bin/true").status()), |_| true);
    let ours: BTreeSet<u32> = program_ids(ecli.id());
    assert_eq!(ours.len(), 2, "handle_exec and handle_exit");
    ecli.interrupt();
    let left: Vec<&u32> = ours.iter().filter(|id| cli_tests::program_exists(**id)).collect();
    assert!(left.is_empty(), "programs {left:?} are still loaded");
}

#[test]
fn nothing_is_left_after_kill_9() {
    let mut ecli = Running::start(ecli(["run", "-j"]).arg(example("bootstrap")));
    ecli.line_after(|| drop(Command::new("/bin/true").status()), |_| true);
    let ours = program_ids(ecli.id());
    assert_eq!(ours.len(), 2);
    ecli.signal(Signal::KILL);
    ecli.wait();
    let until = std::time::Instant::now() + cli_tests::PATIENCE;
    while ours.iter().any(|id| cli_tests::program_exists(*id)) {
        assert!(
            std::time::Instant::now() < until,
            "programs of a killed run stay loaded"
        );
        thread::sleep(std::time::Duration::from_millis(50));
    }
}
