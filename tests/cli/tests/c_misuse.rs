//! Tools in C that do what they should not, and sources that make no tool. The sources are under `sources/c`.

use std::fs;

use cli_tests::{Running, build_wasm, c_tool, ecli, project, run};

/// It was stopped, and the message says by what; what it had printed before is there.
#[track_caller]
fn stopped(how: &str, by: &str) {
    let ended = run(ecli(["run", "-q"]).arg(c_tool("breaks")).arg(how));
    assert_eq!((ended.code(), ended.stdout.as_str()), (134, "begins\n"), "{ended:?}");
    assert!(ended.stderr.contains(by), "expected {by:?} in {:?}", ended.stderr);
}

#[test]
fn guests_that_misbehave_are_stopped_and_the_message_names_the_limit() {
    // A neighbour that notices nothing.
    let mut neighbour = Running::start(ecli(["run"]).arg(c_tool("words")).arg("sleep"));
    neighbour.line(|line| line == "ready\n");
    stopped(
        "loop",
        "time limit: the guest computed for 10 s without calling the host",
    );
    stopped("memory", "64 MiB are allowed");
    stopped("recursion", "out of bounds memory access");
    stopped("abort", "unreachable");
    stopped("null", "uninitialized element");
    stopped("handle", "unknown handle index 99");
    stopped("address", "out of bounds memory access");
    assert_eq!(neighbour.interrupt().stdout, "ready\nsignal 2\ndone\n");
}

#[test]
fn what_does_not_build_says_why_and_leaves_what_was_there() {
    let folder = project("c-broken", "examples/minimal/minimal.bpf.c", "c");
    let main = folder.join("src/main.c");
    fs::write(folder.join("app.wasm"), b"\0asm the one of before").unwrap();
    let fails = |text: &str| {
        fs::write(&main, text).unwrap();
        let done = run(&mut build_wasm(&folder));
        assert_eq!(done.code(), 1, "{done:?}");
        assert_eq!(fs::read(folder.join("app.wasm")).unwrap(), b"\0asm the one of before");
        done.stderr
    };
    let words = fails("int main(void) { return nothing; }\n");
    assert!(words.contains("use of undeclared identifier 'nothing'"), "{words}");
    assert!(
        words.ends_with("src/main.c does not compile: see what clang says above\n"),
        "{words}"
    );
    let words = fails("int fork(void);\nint main(void) { return fork(); }\n");
    assert!(words.contains("main.o: undefined symbol: fork"), "{words}");
    assert!(words.contains("hint: a tool in a sandbox has no processes"), "{words}");
    let words = fails("int x;\n");
    assert!(words.contains("undefined symbol: main"), "{words}");
    assert!(words.contains("hint: a tool has a main"), "{words}");
}

#[test]
fn a_wrong_command_line_is_told_what_is_wrong_with_it() {
    let said = |line: &str| {
        let ended = run(ecli(["run", "-q"]).arg(c_tool("options")).args(line.split_whitespace()));
        (ended.code(), ended.stdout, ended.stderr)
    };
    for (line, numbers) in [
        ("", "-1 -1\n"),
        ("-a -p 0 --time=-9223372036854775808", "0 -9223372036854775808\n"),
        ("--percent 100 -t9223372036854775807", "100 9223372036854775807\n"),
    ] {
        assert_eq!(said(line), (0, numbers.to_owned(), String::new()), "{line}");
    }
    for (line, what) in [
        ("-p 101", "cannot parse argument \"101\": it must be from 0 to 100"),
        ("-p -1", "cannot parse argument \"-1\": it must be from 0 to 100"),
        ("-p 1x", "cannot parse argument \"1x\": it is not a whole number"),
        ("--percent=", "cannot parse argument \"\": it is not a whole number"),
        (
            "-t 9223372036854775808",
            "cannot parse argument \"9223372036854775808\": it must be from -9223372036854775808 to 9223372036854775807",
        ),
        ("-p", "missing argument for option '-p'"),
        ("--percent", "missing argument for option '--percent'"),
        ("-x", "invalid option '-x'"),
        ("--all -xa", "invalid option '-x'"),
        ("--bogus", "invalid option '--bogus'"),
        ("--all=3", "invalid option '--all=3'"),
        ("word", "unexpected argument \"word\""),
    ] {
        let expected = (2, String::new(), format!("error: {what}\nhint: -h lists all options\n"));
        assert_eq!(said(line), expected, "{line}");
    }
}
