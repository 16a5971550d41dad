//! The examples that have user space of their own in Rust and in C: both print the same bytes for the same events.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use cli_tests::{Ended, Running, ecli, example_tool, map_id, run};
use libbpf_rs::{MapCore, MapFlags, MapHandle};

const LANGUAGES: [&str; 2] = ["rust", "c"];

fn twins(name: &str, objects: &[&str]) -> Vec<PathBuf> {
    LANGUAGES.map(|language| example_tool(name, objects, language)).into()
}

/// Both, each with a header line, which comes once it is attached.
fn start(twins: &[PathBuf], arguments: &[&str], header: &str) -> Vec<Running> {
    let started = twins.iter().map(|tool| {
        let mut running = Running::start(ecli(["run"]).arg(tool).args(arguments));
        running.line(|line| line == header);
        running
    });
    started.collect()
}

/// Ends both, and gives back what they printed.
fn end(twins: Vec<Running>) -> Vec<String> {
    let ended: Vec<Ended> = twins.into_iter().map(Running::interrupt).collect();
    for one in &ended {
        assert_eq!(one.code(), 0, "{one:?}");
        assert!(one.stderr.contains(" 0 lost"), "{one:?}");
    }
    ended.into_iter().map(|one| one.stdout).collect()
}

/// A shell that does what the script says once it is told to go on: so its number is known before.
fn waiting(script: &str) -> Child {
    Command::new("sh")
        .args(["-c", &format!("read go; {script}")])
        .stdin(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn go(mut child: Child) {
    child.stdin.take().unwrap().write_all(b"\n").unwrap();
    child.wait().unwrap();
}

/// The same options, and the same words about wrong ones.
fn same_words(twins: &[PathBuf], usage: &str) {
    for arguments in [vec!["-h"], vec!["--help"], vec!["--bogus"], vec!["-9"]] {
        let said: Vec<_> = twins
            .iter()
            .map(|tool| run(ecli(["run"]).arg(tool).args(&arguments)))
            .map(|ended| (ended.code(), ended.stdout, ended.stderr))
            .collect();
        assert_eq!(said[0], said[1], "{arguments:?}");
        if arguments[0].contains('h') && arguments[0] != "--bogus" {
            assert_eq!(said[0].0, 0);
            assert!(said[0].1.starts_with(usage), "{}", said[0].1);
        } else {
            assert_eq!(said[0].0, 2, "{said:?}");
            assert!(said[0].2.starts_with("error: "), "{said:?}");
        }
    }
}

#[test]
fn sigsnoop() {
    let twins = twins("sigsnoop", &["sigsnoop"]);
    same_words(
        &twins,
        "Usage: sigsnoop [-h] [-x] [-k] [-n] [-p PID] [-s SIGNAL]\nTrace standard and real-time signals.\n\n\n    \
         -h, --help  show this help message and exit\n    -x, --failed  failed signals only\n    -k, --killed  kill only\n",
    );
    let header = "TIME     PID     COMM             SIG       TPID    RESULT\n";
    let script = "kill -0 $$; kill -WINCH $$; kill -KILL 4194303; kill -35 4194303; kill -TERM 4194303";
    for (options, signals) in [
        (
            &["-n"][..],
            ["0", "SIGWINCH", "SIGKILL", "SIGRTMIN+1", "SIGTERM"].as_slice(),
        ),
        (&[], &["0", "28", "9", "35", "15"]),
        (&["-x", "-n"], &["SIGKILL", "SIGRTMIN+1", "SIGTERM"]),
        (&["-k", "-s", "9"], &["9"]),
    ] {
        let shell = waiting(script);
        let pid = shell.id().to_string();
        let mut running = start(&twins, &[&["-p", &pid], options].concat(), header);
        go(shell);
        let last = *signals.last().unwrap();
        for one in &mut running {
            one.line(|line| line.split_whitespace().nth(3) == Some(last));
        }
        let printed = end(running);
        // The time of day may be a second later in one of them.
        let lines = |text: &str| -> Vec<String> {
            let events = text.lines().skip(1).filter(|line| line.contains(" sh "));
            events.map(|line| line.split_at(8).1.to_owned()).collect()
        };
        assert_eq!(lines(&printed[0]), lines(&printed[1]), "{options:?}");
        let found: Vec<String> = lines(&printed[0])
            .iter()
            .filter_map(|line| Some(line.split_whitespace().nth(2)?.to_owned()))
            .filter(|signal| !["SIGCHLD", "17"].contains(&signal.as_str()))
            .collect();
        assert_eq!(found, signals, "{options:?}");
    }
}

#[test]
fn opensnoop() {
    let twins = twins("opensnoop", &["opensnoop"]);
    same_words(&twins, "Usage: opensnoop ");
    let script = "true < /etc/hostname; true < /no/such/file; true < /etc";
    for (options, header, last) in [
        (&[][..], "PID     COMM              FD ERR PATH\n", "/etc"),
        (&["-U"], "UID     PID     COMM              FD ERR PATH\n", "/etc"),
        (
            &["-x", "-n", "sh"],
            "PID     COMM              FD ERR PATH\n",
            "/no/such/file",
        ),
    ] {
        let shell = waiting(script);
        let pid = shell.id().to_string();
        let mut running = start(&twins, &[&["-p", &pid], options].concat(), header);
        go(shell);
        for one in &mut running {
            one.line(|line| line.ends_with(&format!(" {last}\n")));
        }
        let printed = end(running);
        assert_eq!(printed[0], printed[1], "{options:?}");
        assert!(printed[0].contains("  -1   2 /no/such/file\n"), "{}", printed[0]);
        assert_eq!(printed[0].contains("/etc/hostname"), !options.contains(&"-x"));
    }
}

/// What was counted is known, because the test writes it into the map: no two programs measure the same nanoseconds.
#[test]
fn runqlat() {
    let twins = twins("runqlat", &["runqlat"]);
    same_words(&twins, "Usage: runqlat ");
    let histogram = |comm: &str, slots: &[u32]| {
        let mut bytes = [0; 16 + 26 * 4];
        bytes[..comm.len()].copy_from_slice(comm.as_bytes());
        for (slot, count) in slots.iter().enumerate() {
            bytes[16 + slot * 4..][..4].copy_from_slice(&count.to_ne_bytes());
        }
        bytes
    };
    for (options, title) in [(&["-P"][..], "pid = 7 seven"), (&["-L"], "tid = 7 seven"), (&[], "")] {
        // A process that is not there: the BPF program itself counts nothing.
        let arguments = [&["-p", "4194303"], options].concat();
        let running: Vec<Running> = twins
            .iter()
            .map(|tool| Running::start(ecli(["run"]).arg(tool).args(&arguments)))
            .collect();
        for one in &running {
            while cli_tests::program_ids(one.id()).len() < 3 {
                std::thread::sleep(std::time::Duration::from_millis(20));
            }
            let hists = MapHandle::from_map_id(map_id(one.id(), "hists")).unwrap();
            for (key, value) in [
                (9_u32, histogram("nine", &[0, 0, 1])),
                (7, histogram("seven", &[3, 0, 80, 1, 0, 41])),
                (8, histogram("", &[0; 26])),
            ] {
                hists.update(&key.to_ne_bytes(), &value, MapFlags::ANY).unwrap();
            }
        }
        // It waits for the end: there is no interval.
        let printed: Vec<String> = running.into_iter().map(|one| one.interrupt().stdout).collect();
        assert_eq!(printed[0], printed[1], "{options:?}");
        let expected = "     usecs               : count    distribution\n         \
                        0 -> 1          : 3        |*                                       |\n         \
                        2 -> 3          : 0        |                                        |\n         \
                        4 -> 7          : 80       |****************************************|\n";
        assert!(
            printed[0].contains(&format!("\n{title}")) && printed[0].contains(expected),
            "{}",
            printed[0]
        );
        let (seven, nine) = (printed[0].find("80 "), printed[0].rfind("distribution"));
        assert!(seven < nine, "by key: {}", printed[0]);
    }
}

/// An interval and a count: that many prints, and then it ends by itself.
#[test]
fn runqlat_prints_as_often_as_it_is_told() {
    for language in LANGUAGES {
        let tool = example_tool("runqlat", &["runqlat"], language);
        let ended = run(ecli(["run"]).arg(tool).args(["1", "2"]));
        assert_eq!(ended.code(), 0, "{ended:?}");
        assert_eq!(ended.stdout.matches("usecs").count(), 2, "{ended:?}");
    }
}

#[test]
fn watchlist() {
    let twins = twins("watchlist", &["starts/starts", "calls/calls"]);
    same_words(&twins, "Usage: watchlist [-h] [-i SECONDS] NAME...\n");
    let folder = tempfile::tempdir().unwrap();
    let programs = ["twin-one", "twin-two", "twin-none"].map(|name| {
        let path = folder.path().join(name);
        fs::copy("/bin/true", &path).unwrap();
        path
    });
    let mut running = start(&twins, &["twin-one", "twin-two"], "PID     NAME             PATH\n");
    for place in [0, 2, 0, 1] {
        Command::new(&programs[place]).status().unwrap();
    }
    for one in &mut running {
        one.line(|line| line.contains(" twin-two "));
    }
    let printed = end(running);
    assert_eq!(printed[0], printed[1]);
    let starts: Vec<&str> = printed[0]
        .lines()
        .skip(1)
        .take(3)
        .filter_map(|line| line.split_whitespace().nth(1))
        .collect();
    assert_eq!(starts, ["twin-one", "twin-one", "twin-two"]);
    let (_, table) = printed[0].split_once("\n\nNAME             CALLS\n").unwrap();
    let calls: Vec<u64> = table
        .lines()
        .map(|line| line.split_whitespace().nth(1).unwrap().parse().unwrap())
        .collect();
    // The same program, run twice and once.
    assert!(calls[1] > 0 && calls[0] == 2 * calls[1], "{table}");
}

#[test]
fn a_program_that_none_of_several_objects_has_is_refused() {
    for tool in twins("watchlist", &["starts/starts", "calls/calls"]) {
        let ended = run(ecli(["run", "--attach", "nobody=tp/sched/sched_switch"])
            .arg(tool)
            .arg("sh"));
        assert_eq!(ended.code(), 2, "{ended:?}");
        let words = "--attach: there is no program \"nobody\", only ";
        assert!(ended.stderr.contains(words), "{}", ended.stderr);
    }
}
