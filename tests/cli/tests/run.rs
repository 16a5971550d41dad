//! `ecli run` from a package to printed events, on the real kernel.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::thread;

use cli_tests::{Running, ecli, example, run};
use serde_json::{Value, json};

/// Runs a shell that ends with `code`, and gives its process id.
fn shell(code: i32) -> u32 {
    let mut child = Command::new("/bin/sh")
        .args(["-c", &format!("exit {code}")])
        .spawn()
        .unwrap();
    child.wait().unwrap();
    child.id()
}

#[test]
fn a_process_is_seen_to_start_and_to_end() {
    let package = example("bootstrap");
    let mut ecli = Running::start(ecli(["run", "-o", "json"]).arg(&package));
    let mut pid = 0;
    ecli.line_after(|| pid = shell(7), |line| line.contains("\"exit_code\":7"));
    let ended = ecli.interrupt();

    let events: Vec<Value> = ended.json().into_iter().filter(|event| event["pid"] == pid).collect();
    let [started, exited] = events.as_slice() else {
        panic!("expected a start and an end of {pid}: {events:?}");
    };
    for event in [started, exited] {
        assert_eq!(event["ppid"], json!(std::process::id()));
        assert_eq!(event["comm"], "sh");
    }
    assert_eq!(started["filename"], "/bin/sh");
    assert_eq!(started["exit_event"], json!(false));
    assert_eq!(exited["exit_event"], json!(true));
    assert_eq!(exited["exit_code"], json!(7));
    assert_eq!(exited["filename"], "");
    assert!(exited["duration_ns"].as_u64().unwrap() > 10_000, "{exited}");
    let members: Vec<&String> = started.as_object().unwrap().keys().collect();
    assert_eq!(
        members,
        [
            "pid",
            "ppid",
            "exit_code",
            "duration_ns",
            "comm",
            "filename",
            "exit_event"
        ]
    );

    assert_eq!(ended.code(), 0);
    // Other tests start processes after the end was asked for.
    assert!(ended.stderr.contains(", 0 lost, "), "{}", ended.stderr);
}

#[test]
fn the_table_has_a_header_and_columns() {
    let package = example("bootstrap");
    let mut ecli = Running::start(ecli(["run"]).arg(&package));
    let own = format!("  {}", std::process::id());
    let row = ecli.line_after(
        || {
            shell(0);
        },
        |line| line.contains("/bin/sh") && line.contains(&own),
    );
    let ended = ecli.interrupt();

    let header = "TIME     PID     PPID    EXIT_CODE  DURATION_NS  COMM    FILENAME  EXIT_EVENT  ";
    assert_eq!(ended.stdout.lines().next().unwrap(), header);
    assert_eq!(ended.stdout.matches("TIME ").count(), 1);
    let fields: Vec<&str> = row.split_whitespace().collect();
    let [time, printed_pid, ppid, rest @ ..] = fields.as_slice() else {
        panic!("{row}");
    };
    assert_eq!(time.len(), 8, "{row}");
    assert!(printed_pid.parse::<u32>().is_ok(), "{row}");
    assert_eq!(ppid.parse::<u32>().unwrap(), std::process::id());
    assert_eq!(rest, ["0", "0", "sh", "/bin/sh", "false"]);
    assert_eq!(
        &row[10..11],
        printed_pid.get(..1).unwrap(),
        "the first value stands at column 10"
    );
}

#[test]
fn no_header_leaves_the_header_out() {
    let package = example("bootstrap");
    let mut ecli = Running::start(ecli(["run", "--no-header", "--count", "1"]).arg(&package));
    ecli.line_after(
        || {
            shell(0);
        },
        |_| true,
    );
    let ended = ecli.wait();
    assert!(!ended.stdout.contains("TIME"), "{}", ended.stdout);
    assert_eq!(ended.stdout.lines().count(), 1);
}

#[test]
fn count_ends_the_run_with_exactly_so_many_events() {
    let package = example("bootstrap");
    let mut ecli = Running::start(ecli(["run", "-j", "--count", "3"]).arg(&package));
    ecli.line_after(
        || {
            shell(0);
        },
        |_| true,
    );
    for _ in 0..3 {
        shell(0);
    }
    let ended = ecli.wait();
    assert_eq!(ended.json().len(), 3);
    assert_eq!(ended.code(), 0);
    assert!(ended.stderr.contains("3 events"), "{}", ended.stderr);
}

#[test]
fn a_timeout_ends_the_run_well() {
    let ended = run(ecli(["run", "--timeout", "0.3"]).arg(example("bootstrap")));
    assert_eq!(ended.code(), 0, "{}", ended.stderr);
    assert!(ended.stderr.contains("0 lost"), "{}", ended.stderr);
}

#[test]
fn an_option_of_the_tool_reaches_the_program() {
    let package = example("bootstrap");
    let mut ecli = Running::start(
        ecli(["run", "-j"])
            .arg(&package)
            .args(["--min-duration-ns", "300000000"]),
    );
    let mut pid = 0;
    let line = ecli.line_after(
        || {
            shell(3);
            let mut slow = Command::new("sleep").arg("0.5").spawn().unwrap();
            slow.wait().unwrap();
            pid = slow.id();
        },
        |line| line.contains("\"comm\":\"sleep\""),
    );
    let ended = ecli.interrupt();
    let event: Value = serde_json::from_str(&line).unwrap();
    assert!(event["pid"].as_u64().unwrap() <= u64::from(pid));
    for event in ended.json() {
        assert_eq!(event["exit_event"], json!(true), "only ends are shown: {event}");
        assert!(event["duration_ns"].as_u64().unwrap() >= 300_000_000, "{event}");
    }
}

#[test]
fn a_perf_buffer_brings_signals() {
    let mut ecli = Running::start(ecli(["run", "-j"]).arg(example("sigsnoop")).args(["-s", "10"]));
    let mut pid = 0;
    let line = ecli.line_after(
        || {
            let mut child = Command::new("/bin/sh").args(["-c", "kill -USR1 $$"]).spawn().unwrap();
            child.wait().unwrap();
            pid = child.id();
        },
        |line| line.contains("\"comm\":\"sh\""),
    );
    let ended = ecli.interrupt();
    let event: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(event["pid"], event["tpid"]);
    assert!(event["pid"].as_u64().unwrap() <= u64::from(pid));
    assert_eq!(event["ret"], json!(0));
    for event in ended.json() {
        assert_eq!(event["sig"], json!(10), "{event}");
    }
    assert!(
        ended.stderr.contains(" 0 lost"),
        "a perf buffer knows its losses: {}",
        ended.stderr
    );
}

#[test]
fn the_tools_help_needs_no_privilege_and_no_kernel() {
    let package = example("bootstrap");
    let readable = tempfile::Builder::new().suffix(".json").tempfile().unwrap();
    std::fs::copy(&package, readable.path()).unwrap();
    let ended = run(ecli(["run"]).arg(readable.path()).arg("-h"));
    assert_eq!(ended.code(), 0, "{}", ended.stderr);
    assert!(ended.stdout.starts_with("Usage: bootstrap [-h]"), "{}", ended.stdout);
    assert!(ended.stdout.contains("-d, --min-duration-ns=<"), "{}", ended.stdout);
    assert!(
        ended.stdout.contains("Trace the start and the end of processes."),
        "{}",
        ended.stdout
    );
    assert_eq!(ended.stderr, "");
}

#[test]
fn a_package_comes_from_standard_input() {
    let package = std::fs::read(example("bootstrap")).unwrap();
    for line in [vec!["run", "-", "-h"], vec!["--", "-h"], vec!["-", "-h"]] {
        let mut ecli = Running::start(ecli(&line).stdin(Stdio::piped()));
        ecli.feed(&package);
        let ended = ecli.wait();
        assert_eq!(ended.code(), 0, "{line:?}: {}", ended.stderr);
        assert!(
            ended.stdout.starts_with("Usage: bootstrap"),
            "{line:?}: {}",
            ended.stdout
        );
    }
}

#[test]
fn a_package_comes_from_a_url_with_its_digest() {
    let package = std::fs::read(example("bootstrap")).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = thread::spawn(move || {
        let (mut peer, _) = listener.accept().unwrap();
        let mut request = Vec::new();
        let mut byte = [0];
        while !request.ends_with(b"\r\n\r\n") {
            peer.read_exact(&mut byte).unwrap();
            request.push(byte[0]);
        }
        write!(
            peer,
            "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            package.len()
        )
        .unwrap();
        peer.write_all(&package).unwrap();
        String::from_utf8(request).unwrap()
    });
    let ended = run(ecli(["run", &format!("http://{address}/tool/package.json"), "-h"]).env("no_proxy", "127.0.0.1"));
    assert_eq!(ended.code(), 0, "{}", ended.stderr);
    assert!(ended.stdout.starts_with("Usage: bootstrap"), "{}", ended.stdout);
    assert!(ended.stderr.contains("sha256:"), "{}", ended.stderr);
    assert!(server.join().unwrap().starts_with("GET /tool/package.json HTTP/1.1"));
}

#[test]
fn old_habits_keep_working() {
    let package = example("bootstrap");
    let ended = run(ecli(["-j", "--timeout", "0.2"]).arg(&package));
    assert_eq!(ended.code(), 0, "{}", ended.stderr);
    let ended = run(ecli::<&str>([]).arg(&package).arg("-h"));
    assert!(ended.stdout.starts_with("Usage: bootstrap"), "{}", ended.stdout);
}

#[test]
fn a_host_option_after_the_name_gets_the_corrected_line() {
    let ended = run(ecli(["run"]).arg(example("bootstrap")).args(["--timeout", "1"]));
    assert_eq!(ended.code(), 2);
    assert!(ended.stderr.contains("--timeout"), "{}", ended.stderr);
    assert!(ended.stderr.contains("hint: "), "{}", ended.stderr);
    assert!(ended.stderr.contains("ecli run --timeout 1 "), "{}", ended.stderr);
}

#[test]
fn a_wrong_option_of_the_tool_is_wrong_usage() {
    let ended = run(ecli(["run"])
        .arg(example("bootstrap"))
        .args(["--min-duration-ns", "soon"]));
    assert_eq!(ended.code(), 2);
    assert_eq!(ended.stdout, "");
    assert!(ended.stderr.contains("min-duration-ns"), "{}", ended.stderr);
    assert!(ended.stderr.contains("soon"), "{}", ended.stderr);
}

#[test]
fn what_is_not_there_is_127() {
    let ended = run(&mut ecli(["run", "no-such-package.json"]));
    assert_eq!(ended.code(), 127);
    assert!(ended.stderr.contains("no-such-package.json"), "{}", ended.stderr);
}

#[test]
fn a_format_that_events_cannot_have_is_refused_before_anything_is_attached() {
    let ended = run(ecli(["run", "-o", "svg"]).arg(example("bootstrap")));
    assert_eq!(ended.code(), 2);
    let expected = "error: output: svg shows stack traces: map events holds events\nhint: ";
    assert!(ended.stderr.starts_with(expected), "{}", ended.stderr);
    assert_eq!(ended.stdout, "");
}

/// How many events a run says were lost.
fn lost(ended: &cli_tests::Ended) -> u64 {
    let before = ended.stderr.split(" lost, ").next().unwrap();
    before
        .rsplit(' ')
        .next()
        .unwrap()
        .parse()
        .unwrap_or_else(|_| panic!("{}", ended.stderr))
}

#[test]
fn what_does_not_fit_is_counted_and_can_fail_the_run() {
    let sources = cli_tests::root().join("tests/cli/sources");
    let package = cli_tests::compile(&sources.join("overflow.bpf.c"), &sources.join("overflow.h"));
    for (options, code) in [(["-j", "--no-header"], 0), (["-j", "--fail-on-loss"], 4)] {
        let mut ecli = Running::start(ecli(["run"]).args(options).arg(&package));
        ecli.line_after(|| drop(Command::new("/bin/true").status()), |_| true);
        let ended = ecli.interrupt();
        let printed = ended.json();
        let (lost, unread) = (lost(&ended), ended.stderr.contains(" 0 unread"));
        assert!(lost > 0, "4096 bytes do not hold 200 records of 72: {}", ended.stderr);
        assert!(unread || lost > 200, "{}", ended.stderr);
        if unread {
            assert_eq!(
                (printed.len() as u64 + lost) % 200,
                0,
                "each start makes 200: {}",
                ended.stderr
            );
        }
        assert_eq!(printed[0]["number"], json!(0));
        assert!(ended.stderr.contains("events lost"), "{}", ended.stderr);
        assert_eq!(ended.code(), code, "{}", ended.stderr);
    }
}

#[test]
fn a_source_that_cannot_know_its_losses_is_refused_under_fail_on_loss() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("package.json");
    let text = std::fs::read_to_string(example("bootstrap")).unwrap();
    let mut package: Value = serde_json::from_str(&text).unwrap();
    for map in package["meta"]["bpf_skel"]["maps"].as_array_mut().unwrap() {
        map.as_object_mut().unwrap().remove("lost");
    }
    std::fs::write(&path, package.to_string()).unwrap();
    let ended = run(ecli(["run", "--fail-on-loss"]).arg(&path));
    assert_eq!(ended.code(), 1);
    assert!(
        ended.stderr.contains("map events: nobody counts what is lost in it"),
        "{}",
        ended.stderr
    );
    let ended = run(ecli(["run", "--timeout", "0.2"]).arg(&path));
    assert_eq!(ended.code(), 0);
    assert!(ended.stderr.contains("lost: unknown"), "{}", ended.stderr);
    assert!(!ended.stderr.contains("hint: "), "{}", ended.stderr);
    let ended = run(ecli(["run", "-v", "--timeout", "0.2"]).arg(&path));
    assert!(
        ended
            .stderr
            .contains("\nhint: there is a buffer or a map here whose losses nobody counts"),
        "{}",
        ended.stderr
    );
}

/// The event path: however many events there are, each batch is printed by one write.
#[test]
fn a_burst_is_printed_by_few_writes() {
    const WANTED: usize = 2000;
    let me = rustix::process::getpid();
    let pid = me.as_raw_nonzero().to_string();
    let mut ecli = Running::start(ecli(["run", "-j"]).arg(example("sigsnoop")).args(["-k", "-p", &pid]));
    let nothing = || rustix::process::test_kill_process(me).unwrap();
    ecli.line_after(nothing, |_| true);
    let written = |pid: u32| -> usize {
        let io = std::fs::read_to_string(format!("/proc/{pid}/io")).unwrap();
        let line = io.lines().find_map(|line| line.strip_prefix("syscw: "));
        line.unwrap().parse().unwrap()
    };
    let before = written(ecli.id());
    let mut lines = 0;
    while lines < WANTED {
        (0..WANTED).for_each(|_| nothing());
        // What was lost of a burst is no line; the next burst makes up for it.
        ecli.line_after(nothing, |_| {
            lines += 1;
            lines % WANTED == 0
        });
    }
    let writes = written(ecli.id()) - before;
    assert!(writes * 10 < lines, "{writes} writes for {lines} lines");
    assert_eq!(ecli.interrupt().code(), 0);
}
