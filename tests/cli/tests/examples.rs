//! The examples, run end to end: each is started, what it traces is made to happen, and the event must say so.
//!
//! Where this kernel refuses a kind of program, the error must say which program and why.

use std::io::Write;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio, id};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use cli_tests::{PATIENCE, Running, ecli, example, run};
use serde_json::{Value, json};

/// A user who owns nothing here.
const NOBODY: u32 = 65534;

/// A run of an example.
struct Case {
    example: &'static str,
    options: fn() -> Vec<String>,
    /// Makes it happen; gives members that events must have, in this order.
    cause: fn() -> Vec<Value>,
    /// What every event of the run must be.
    each: fn(&Value) -> bool,
}

const NONE: fn() -> Vec<String> = Vec::new;
const ANY: fn(&Value) -> bool = |_| true;

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|&word| word.to_owned()).collect()
}

/// Runs a program to its end; gives its process id.
fn child(program: &str, arguments: &[&str], user: Option<u32>) -> u32 {
    let mut command = Command::new(program);
    command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
    if let Some(user) = user {
        command.uid(user);
    }
    let mut child = command.spawn().unwrap();
    child.wait().unwrap();
    child.id()
}

fn cat(user: Option<u32>) -> Vec<Value> {
    let uid = user.unwrap_or(0);
    let pid = child("cat", &["/etc/hostname", "/no/such/file"], user);
    vec![
        json!({"pid": pid, "uid": uid, "comm": "cat", "path": "/etc/hostname", "ret": 3, "flags": 0}),
        json!({"pid": pid, "uid": uid, "comm": "cat", "path": "/no/such/file", "ret": -2}),
    ]
}

/// Connects to a server of its own; gives the port.
fn connect(address: impl Into<std::net::IpAddr>) -> u16 {
    let listener = TcpListener::bind(SocketAddr::new(address.into(), 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (server, _) = listener.accept().unwrap();
    drop((client, server));
    port
}

fn unlink() -> Vec<Value> {
    static NEXT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let folder = tempfile::tempdir().unwrap();
    let number = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let name = format!("unlinked-{}-{number}", id());
    let path = folder.path().join(&name);
    fs::write(&path, "").unwrap();
    fs::remove_file(&path).unwrap();
    vec![json!({"pid": id(), "ret": 0, "name": name})]
}

const CASES: &[Case] = &[
    Case {
        example: "opensnoop",
        options: NONE,
        cause: || cat(None),
        each: ANY,
    },
    Case {
        example: "opensnoop",
        options: || words(&["--failed", "-u", "65534"]),
        cause: || cat(Some(NOBODY)).split_off(1),
        each: |event| event["ret"].as_i64().unwrap() < 0 && event["uid"] == NOBODY,
    },
    Case {
        example: "opensnoop",
        options: || vec!["-p".into(), id().to_string()],
        cause: || {
            fs::File::open("/etc/hostname").unwrap();
            vec![json!({"pid": id(), "path": "/etc/hostname"})]
        },
        each: |event| event["pid"] == id(),
    },
    Case {
        example: "execsnoop",
        options: NONE,
        cause: || {
            let pid = child("/bin/echo", &["a", "b c"], None);
            let args = "/bin/echo a b c";
            vec![
                json!({"pid": pid, "ppid": id(), "uid": 0, "ret": 0, "comm": "echo", "path": "/bin/echo", "args": args}),
            ]
        },
        each: |event| event["ret"] == 0,
    },
    Case {
        example: "execsnoop",
        options: || words(&["-x", "--uid", "65534"]),
        cause: || {
            let pid = child("/bin/sh", &["-c", "exec /no/such/program x"], Some(NOBODY));
            vec![
                json!({"pid": pid, "ret": 0, "args": "/bin/sh -c exec /no/such/program x"}),
                json!({"pid": pid, "ret": -2, "comm": "sh", "path": "/no/such/program", "args": ""}),
            ]
        },
        each: |event| event["uid"] == NOBODY,
    },
    Case {
        example: "tcpconnect",
        options: || vec!["-p".into(), id().to_string()],
        cause: || {
            let v4 = connect(Ipv4Addr::new(127, 0, 0, 17));
            let v6 = connect(Ipv6Addr::LOCALHOST);
            vec![
                json!({"pid": id(), "uid": 0, "ip": 4, "saddr": "127.0.0.1", "daddr": "127.0.0.17", "dport": v4}),
                json!({"pid": id(), "uid": 0, "ip": 6, "saddr": "::1", "daddr": "::1", "dport": v6}),
            ]
        },
        each: |event| event["pid"] == id(),
    },
    Case {
        example: "tcpstates",
        options: || words(&["-4"]),
        cause: || {
            let port = connect(Ipv4Addr::LOCALHOST);
            let local = "127.0.0.1";
            vec![
                json!({"lport": port, "rport": 0, "raddr": "0.0.0.0", "oldstate": "CLOSE", "newstate": "LISTEN", "us": 0}),
                json!({"laddr": local, "rport": port, "oldstate": "CLOSE", "newstate": "SYN_SENT"}),
                json!({"laddr": local, "raddr": local, "rport": port, "oldstate": "SYN_SENT", "newstate": "ESTAB"}),
                json!({"rport": port, "oldstate": "ESTAB", "newstate": "FIN_WAIT_1"}),
            ]
        },
        each: |event| !event["laddr"].as_str().unwrap().contains(':'),
    },
    Case {
        example: "bashreadline",
        options: || words(&["-u", "0"]),
        cause: || {
            let mut bash = Command::new("/bin/bash")
                .args(["--norc", "-i"])
                .env("HOME", "/nonexistent")
                .stdin(Stdio::piped())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .process_group(0)
                .spawn()
                .unwrap();
            bash.stdin.take().unwrap().write_all(b"echo hi \"there\"\n").unwrap();
            bash.wait().unwrap();
            vec![json!({"pid": bash.id(), "uid": 0, "line": "echo hi \"there\""})]
        },
        each: ANY,
    },
    Case {
        example: "bootstrap",
        options: NONE,
        cause: || {
            let pid = child("/bin/true", &[], None);
            vec![
                json!({"pid": pid, "filename": "/bin/true", "exit_event": false}),
                json!({"pid": pid, "exit_code": 0, "exit_event": true}),
            ]
        },
        each: ANY,
    },
    Case {
        example: "sigsnoop",
        options: || words(&["-x"]),
        cause: || {
            let pid = child("/bin/sh", &["-c", "kill -9 999999999"], None);
            vec![json!({"pid": pid, "tpid": 999_999_999, "sig": 9, "ret": -3, "comm": "sh"})]
        },
        each: |event| event["ret"].as_i64().unwrap() < 0,
    },
    Case {
        example: "fentry-link",
        options: || vec!["-p".into(), id().to_string()],
        cause: unlink,
        each: |event| event["pid"] == id() && event["duration_ns"].as_u64().unwrap() > 0,
    },
    Case {
        example: "kprobe-link",
        options: || vec!["-p".into(), id().to_string()],
        cause: unlink,
        each: |event| event["pid"] == id() && event["duration_ns"].as_u64().unwrap() > 0,
    },
    Case {
        example: "lsm-connect",
        options: || words(&["--address", "127,0,0,77", "-P", "9"]),
        cause: || {
            let to = |port| {
                TcpStream::connect((Ipv4Addr::new(127, 0, 0, 77), port))
                    .unwrap_err()
                    .raw_os_error()
            };
            // Nobody listens at either; only one of them is forbidden.
            to(10);
            to(9);
            vec![
                json!({"pid": id(), "daddr": "127.0.0.77", "dport": 10, "ret": 0}),
                json!({"pid": id(), "daddr": "127.0.0.77", "dport": 9, "ret": -1}),
            ]
        },
        each: ANY,
    },
];

/// Whether an event has these members.
fn has(event: &Value, members: &Value) -> bool {
    members
        .as_object()
        .unwrap()
        .iter()
        .all(|(name, value)| &event[name] == value)
}

/// Why this kernel does not run an example, once the words have been looked at; `None` if it does.
fn refused(name: &str) -> Option<String> {
    let ended = run(ecli(["run", "--timeout", "0.1"]).arg(example(name)));
    if ended.code() == 0 {
        return None;
    }
    assert_eq!(ended.code(), 1, "{name}: {}", ended.stderr);
    let (error, hint) = ended
        .stderr
        .split_once("\nhint: ")
        .unwrap_or_else(|| panic!("{name}: {}", ended.stderr));
    let says = |words: &[&str]| words.iter().any(|word| error.contains(word));
    assert!(error.starts_with("error: program "), "{name}: {error}");
    assert!(says(&["cannot be loaded", "cannot be attached"]), "{name}: {error}");
    assert!(
        says(&["refuses programs of this kind", "without kprobes", "md_flush_request"]),
        "{name}: {error}"
    );
    assert!(!hint.trim().is_empty(), "{name}");
    Some(error.to_owned())
}

fn check(case: &Case) {
    let name = case.example;
    let mut causes: Vec<Vec<Value>> = Vec::new();
    let mut ecli = Running::start(ecli(["run", "-o", "json"]).arg(example(name)).args((case.options)()));
    let last = std::cell::RefCell::new(Vec::new());
    ecli.line_after(
        || {
            let wanted = (case.cause)();
            last.borrow_mut().push(wanted.last().unwrap().clone());
            causes.push(wanted);
        },
        |line| {
            let event = serde_json::from_str(line).unwrap();
            last.borrow().iter().any(|members| has(&event, members))
        },
    );
    let ended = ecli.interrupt();
    assert_eq!(ended.code(), 0, "{name}: {}", ended.stderr);
    let events = ended.json();
    let complete = causes.iter().any(|wanted| {
        let mut events = events.iter();
        wanted.iter().all(|members| events.any(|event| has(event, members)))
    });
    assert!(complete, "{name}: none of\n{causes:#?}\nis all in\n{}", ended.stdout);
    for event in &events {
        assert!((case.each)(event), "{name}: {event}");
    }
}

#[test]
fn each_example_shows_what_happens() {
    for case in CASES {
        match refused(case.example) {
            None => check(case),
            Some(why) => eprintln!("{}: {why}", case.example),
        }
    }
}

#[test]
fn a_probe_for_a_driver_that_is_not_there_says_so() {
    assert!(refused("mdflush").is_none_or(|why| why.contains("md_flush_request")));
}

#[test]
fn minimal_writes_into_the_trace_log() {
    let ecli = Running::start(ecli(["run"]).arg(example("minimal")));
    let until = Instant::now() + PATIENCE;
    loop {
        let line = format!("hello from process {}\n", child("/bin/true", &[], None));
        // Not trace_pipe, which would take the lines away from others.
        let log = fs::read_to_string("/sys/kernel/tracing/trace").unwrap();
        if log.contains(&line) {
            break;
        }
        assert!(Instant::now() < until, "no {line:?} in the log");
        thread::sleep(Duration::from_millis(20));
    }
    let ended = ecli.interrupt();
    assert_eq!((ended.code(), &*ended.stdout), (0, ""), "{}", ended.stderr);
}

/// Runs an example that samples a histogram ten times a second, until it has printed one that is wanted.
fn counts(name: &str, options: &[&str], cause: impl Fn(), wanted: impl Fn(&Value, u64) -> bool) {
    let mut command = ecli(["run", "-o", "json", "--interval", "0.1"]);
    let mut ecli = Running::start(command.arg(example(name)).args(options));
    ecli.line_after(cause, |line| {
        let histogram: Value = serde_json::from_str(line).unwrap();
        let buckets = histogram["buckets"].as_array().unwrap();
        let sum = buckets.iter().map(|bucket| bucket["count"].as_u64().unwrap()).sum();
        wanted(&histogram["key"], sum)
    });
    let ended = ecli.interrupt();
    assert_eq!(ended.code(), 0, "{}", ended.stderr);
}

#[test]
fn runqlat_counts_the_waits_of_one_process() {
    let me = id();
    let sleep = || thread::sleep(Duration::from_millis(1));
    counts("runqlat", &["-P", "-p", &me.to_string()], sleep, |key, waits| {
        assert_eq!(*key, me);
        waits > 3
    });
}

#[test]
fn biolatency_counts_the_requests_of_each_disk() {
    // Where the test itself lies there is a disk.
    let file = tempfile::tempfile_in(env::current_exe().unwrap().parent().unwrap()).unwrap();
    let write = || {
        (&file).write_all(&[1; 4096]).unwrap();
        file.sync_all().unwrap();
    };
    counts("biolatency", &["--disks"], write, |key, requests| {
        let disk = key["disk"].as_str().unwrap();
        assert!(
            fs::exists(format!("/sys/block/{disk}")).unwrap() && !disk.is_empty(),
            "{disk:?}"
        );
        requests > 0
    });
}
