//! User space of one's own in C: `ecc gen-wasm-skel`, `ecc build-wasm`, and what comes out, run with the real kernel. The sources are under
//! `sources/c`.

use std::fs;
use std::path::Path;
use std::process::Command;

use cli_tests::{Ended, Running, built, c_source, c_tool, c_tool_project, ecli, program, project, root, run};

fn exec() {
    Command::new("/bin/true").status().unwrap();
}

fn said(name: &str, arguments: &[&str]) -> Ended {
    run(ecli(["run", "-q"]).arg(c_tool(name)).args(arguments))
}

/// What a component asks for, as `ecli inspect` lists it.
fn imports(component: &Path) -> Vec<String> {
    let told = run(ecli(["inspect"]).arg(component)).stdout;
    let (_, list) = told.split_once("  IMPORTS\n").unwrap();
    list.lines()
        .take_while(|line| !line.is_empty())
        .map(|line| line.split_whitespace().next().unwrap().to_owned())
        .collect()
}

#[test]
fn a_project_builds_and_runs_as_it_is() {
    let folder = project("c-as-it-is", "examples/bootstrap/bootstrap.bpf.c", "c");
    let component = built(&folder);
    let mut tool = Running::start(ecli(["run"]).arg(&component));
    let line = tool.line_after(exec, |line| line.contains("comm=true") && line.contains("exit_event=0"));
    assert!(line.starts_with("pid="), "{line}");
    assert!(line.contains(" filename=/bin/true"), "{line}");
    assert_eq!(tool.interrupt().code(), 0);

    // The command line is the default tool's.
    let help = run(ecli(["run"]).arg(&component).arg("-h"));
    assert!(help.stdout.starts_with("Usage: bootstrap [-h]"), "{help:?}");
    assert_eq!(help.code(), 0);
    let wrong = run(ecli(["run"]).arg(&component).arg("--bogus"));
    assert_eq!(
        (wrong.code(), wrong.stderr.as_str()),
        (2, "error: there is no option --bogus\nhint: -h lists all options\n")
    );
    let told = run(ecli(["inspect"]).arg(&component)).stdout;
    assert!(told.contains("SKELETON bootstrap\n"), "{told}");
    let package = fs::metadata(folder.join("skel/bootstrap.json")).unwrap().len();
    let size = fs::metadata(&component).unwrap().len() - package;
    assert!(size < 70_000, "{size} bytes without the package");
}

#[test]
fn a_project_without_typed_events_prints_with_the_default_printer() {
    let folder = project("c-printed", "examples/minimal/minimal.bpf.c", "c");
    let component = built(&folder);
    let ended = run(ecli(["run", "--timeout", "0.5"]).arg(&component));
    assert_eq!(ended.code(), 0, "{ended:?}");
    assert!(imports(&component).contains(&"eunomia:bpf/printer@0.1.0".to_owned()));
}

#[test]
fn a_component_asks_for_what_its_code_reaches() {
    assert_eq!(
        imports(&c_tool("nothing")),
        [
            "eunomia:bpf/output@0.1.0",
            "eunomia:bpf/session@0.1.0",
            "eunomia:bpf/types@0.1.0",
            "wasi:cli/stderr@0.2.12",
            "wasi:io/error@0.2.12",
            "wasi:io/streams@0.2.12",
        ]
    );
    // A program that opens files asks for none, because it would get none.
    for import in imports(&c_tool("words")) {
        for interface in [
            "wasi:filesystem",
            "wasi:sockets",
            "eunomia:bpf/map",
            "eunomia:bpf/printer",
            "eunomia:bpf/args",
        ] {
            assert!(!import.starts_with(interface), "{import}");
        }
    }
    let size = fs::metadata(c_tool("nothing")).unwrap().len();
    assert!(size < 25_000, "{size} bytes");
}

#[test]
fn main_and_exit_give_the_status_and_nothing_that_was_printed_is_lost() {
    let ended = |arguments: &[&str]| {
        let ended = said("words", arguments);
        (ended.code(), ended.stdout)
    };
    assert_eq!(ended(&[]), (0, "hello c-words 1\n".to_owned()));
    assert_eq!(ended(&["return", "3"]).0, 3);
    assert_eq!(ended(&["return", "0"]).0, 0);
    assert_eq!(ended(&["return", "255"]).0, 255);
    assert_eq!(ended(&["exit", "4"]), (4, "beforeat exit\n".to_owned()));
    assert_eq!(ended(&["exit", "0"]), (0, "beforeat exit\n".to_owned()));
    assert_eq!(ended(&["code"]).0, 7);
}

#[test]
fn c_s_own_library_works_and_files_are_refused() {
    let said = |arguments: &[&str]| said("words", arguments).stdout;
    assert_eq!(
        said(&["options", "-n", "3", "foo", "--all", "--number=7", "bar"]),
        "number 3\nall\nnumber 7\nrest foo\nrest bar\n"
    );
    assert_eq!(
        said(&["files"]),
        "fopen: Capabilities insufficient\ngetenv: none\nwrite: -1 Bad file descriptor\ntime: goes on\n"
    );
    // Standard input is none of what a run is granted: it ends at once.
    assert_eq!(said(&["echo"]), "");
    let formats = said(&["formats"]);
    let wide = format!("|formatted|{:>200}|", "wide");
    let digits = "0123456789".repeat(200);
    let expected = [
        "[  -42|ab   |03.14|ff|1234567890123|!]",
        &format!("abc    xy18446744073709551615 -9223372036854775808    -7{wide}"),
        &digits,
    ];
    assert_eq!(formats.lines().collect::<Vec<_>>(), expected);
    let mut local = ecli(["run"]);
    let local = run(local.arg(c_tool("words")).arg("time").env("TZ", "Asia/Tokyo"));
    assert_eq!(local.stdout, "2023-11-15 07:13:20\n");
}

#[test]
fn a_handler_of_sigint_is_called_when_the_run_should_end() {
    let mut sleeper = Running::start(ecli(["run"]).arg(c_tool("words")).arg("sleep"));
    sleeper.line(|line| line == "ready\n");
    let ended = sleeper.interrupt();
    assert_eq!((ended.code(), ended.stdout.as_str()), (0, "ready\nsignal 2\ndone\n"));
}

#[test]
fn user_space_that_was_written_for_libbpf_runs() {
    let folder = c_tool_project("c-libbpf", "examples/bootstrap/bootstrap.bpf.c", "libbpf");
    let mut tool = Running::start(ecli(["run"]).arg(built(&folder)));
    tool.line_after(exec, |line| {
        line.starts_with("EXEC  true ") && line.ends_with(" /bin/true\n")
    });
    let ended = tool.interrupt();
    assert_eq!(ended.code(), 0);
    assert!(
        ended.stdout.starts_with("EVENT COMM             PID     FILENAME\n"),
        "{}",
        ended.stdout
    );
    assert!(ended.stdout.ends_with("ends after some events\n"), "{}", ended.stdout);
}

#[test]
fn every_power_of_the_contract_is_there() {
    let folder = c_tool_project("c-powers", "tests/cli/sources/layouts.bpf.c", "powers");
    let mut tool = Running::start(ecli(["run"]).arg(built(&folder)));
    tool.line(|line| line == "attach: 0\n");
    tool.line_after(exec, |line| line.starts_with("event: "));
    let ended = tool.wait();
    assert_eq!(ended.code(), 0, "{ended:?}");
    let expected = "\
unknown: the component carries no skeleton \"nobody\"; it carries layouts
no package: -63
name: layouts
variables: 4
map events: source 1 of struct layouts, 88 bytes, 15 members
member level at 64: enum level, -1 is LOW
too early: -28, map counts is not in the kernel yet: call bpf_object__load first
wrong size: -28
no variable: -44
no map: there is no map nobody; there are: events, counts, waiting
entries: 0, then 2
label was label
too late: -28
load again: -28, the object is loaded already: open it again to load it again
and again: -28, the object is loaded already: open it again to load it again
per CPU: 4 bytes each, apart by 8
written: 2
read: 2, sum 7
too few: -28
lookup: 0, 7
keys: 3, then -44
CPUs: as many
no number: -8
full: -1
popped 1
popped 2
popped 3
empty: -44
missing: refused -44
misfit: refused -28
attached to tracepoint/sched/sched_process_fork
program fill, tp/sched/sched_process_exec
ready
attach: 0
event: yes 1, text hi, level 5, bits 5 -7 1048575 554642532233, tag z, number -2, value 0x4030201
tight m 0xdeadbeef 0xffffffffffffffff, grid 12, pointer 0x1000, type 3, last -9, batch has a time: 1
totals: 1, lost known: 1
seen: 1
written: 41
slept: 1
";
    assert_eq!(ended.stdout, expected);
}

#[test]
fn argp_reads_and_prints_as_gnu_s_does() {
    // The same source, with this machine's C library.
    let folder = tempfile::tempdir().unwrap();
    let native = folder.path().join("opensnoop");
    let made = Command::new("cc").arg(c_source("argp")).arg("-o").arg(&native).status();
    assert!(made.unwrap().success());
    let component = folder.path().join("opensnoop.wasm");
    fs::copy(c_tool("argp"), &component).unwrap();
    let lines = [
        "--help",
        "--usage",
        "-?",
        "-V",
        "-h",
        "",
        "-d 5 x y",
        "-d 5 x y z",
        "-q",
        "--foo",
        "--d",
        "-d",
        "--duration",
        "--timestamp=3",
        "-d 0",
        "x -e y -- -T",
        "--a-very --a-very=5 -zk5",
        "--zed",
        "-eTd7",
        "-xq",
        "x bad",
    ];
    for line in lines {
        let arguments: Vec<&str> = line.split_whitespace().collect();
        // Its messages begin with the first argument, which is the bare name here as there.
        let gnu = run(Command::new("/bin/sh")
            .args(["-c", "exec opensnoop \"$@\"", "sh"])
            .args(&arguments)
            .env("PATH", folder.path()));
        let ours = run(ecli(["run", "-q"]).arg(&component).args(&arguments));
        assert_eq!(ours.stdout, gnu.stdout, "{line}");
        assert_eq!(ours.stderr, gnu.stderr, "{line}");
        assert_eq!(ours.code(), gnu.code(), "{line}");
    }
}

#[test]
fn the_tool_in_the_manual_runs() {
    let folder = tempfile::tempdir().unwrap();
    let manual = fs::read_to_string(root().join("guest-sdk/c/README.md")).unwrap();
    let blocks = manual
        .split("```c\n")
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap());
    fs::create_dir(folder.path().join("src")).unwrap();
    for (name, text) in ["exec.bpf.c", "exec.h", "src/main.c"].iter().zip(blocks) {
        fs::write(folder.path().join(name), text).unwrap();
    }
    // As the page says, in its folder.
    let commands = manual
        .split("```console\n")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    let ecc = commands.lines().filter_map(|line| line.strip_prefix("$ ecc "));
    for line in ecc {
        let done = run(Command::new(program("ecc"))
            .args(line.split(' '))
            .current_dir(folder.path()));
        assert_eq!((done.code(), done.stderr.as_str()), (0, ""), "{done:?}");
    }
    let mut tool = Running::start(ecli(["run"]).arg(folder.path().join("app.wasm")).arg("1"));
    tool.line_after(exec, |line| line.ends_with(" true\n"));
    assert_eq!(tool.interrupt().code(), 0);
}

#[test]
fn the_same_sources_make_the_same_bytes() {
    let folder = project("c-same", "examples/minimal/minimal.bpf.c", "c");
    let one = fs::read(built(&folder)).unwrap();
    let other = fs::read(built(&folder)).unwrap();
    assert!(one == other);
    // The SDK of the project, and the one that comes with ecc.
    fs::remove_dir_all(folder.join("sdk")).unwrap();
    assert!(one == fs::read(built(&folder)).unwrap());
}

#[test]
fn flags_and_a_sysroot_can_be_given() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("main.c");
    fs::write(&file, "#include <stdio.h>\nint main(void) { puts(WORD); return 0; }\n").unwrap();
    let build = |arguments: &[&str]| {
        run(Command::new(program("ecc"))
            .args(["build-wasm", "main.c"])
            .args(arguments)
            .current_dir(folder.path())
            .env_remove("WASI_SDK_PATH"))
    };
    let done = build(&["--cflags", "-DWORD='\"given\"'", "--sysroot", "/usr"]);
    assert_eq!(done.code(), 0, "{done:?}");
    assert_eq!(run(ecli(["run"]).arg(folder.path().join("app.wasm"))).stdout, "given\n");
    let done = build(&["--cflags", "-DWORD='\"given\"'", "-v"]);
    assert!(done.stderr.contains("+ clang"), "{}", done.stderr);
    assert!(done.stderr.contains("wasm-ld"), "{}", done.stderr);
    let done = build(&["--sysroot", "/nowhere"]);
    assert_eq!(done.code(), 1);
    assert!(
        done.stderr.contains("no C library for WebAssembly in /nowhere"),
        "{}",
        done.stderr
    );
}
