//! Guests that misbehave, and components of one's own in place of the default ones. The sources are under `tests/guests`.

use std::path::PathBuf;
use std::process::Command;

use cli_tests::{Ended, Running, ecli, example, guest, run};

fn tool(name: &str) -> Ended {
    run(ecli(["run"]).arg(guest(name)))
}

/// It was stopped, and the message says by what.
#[track_caller]
fn stopped(ended: &Ended, by: &str) {
    assert_eq!(ended.code(), 134, "{ended:?}");
    let last = ended
        .stderr
        .lines()
        .rev()
        .find(|line| line.starts_with("error: "))
        .expect("an error line");
    assert!(last.contains(by), "expected {by:?} in {last:?}");
}

#[test]
fn a_loop_is_stopped() {
    stopped(
        &tool("loops"),
        "time limit: the guest computed for 10 s without calling the host",
    );
}

/// The default tool alone is not watched: with somebody's component in it, it is.
#[test]
fn a_loop_in_a_printer_of_ones_own_is_stopped() {
    let ended = run(ecli(["run", "--filter", "ever", "--printer"])
        .arg(guest("printer_of_ones_own"))
        .arg(example("bootstrap")));
    stopped(
        &ended,
        "time limit: the guest computed for 10 s without calling the host",
    );
}

#[test]
fn a_loop_over_what_the_runtime_serves_is_stopped() {
    stopped(
        &tool("grows"),
        "time limit: the guest computed for 10 s without calling the host",
    );
}

#[test]
fn who_does_not_end_when_asked_is_stopped() {
    let ended = run(ecli(["run", "--timeout", "0.1"]).arg(guest("stays")));
    stopped(
        &ended,
        "time limit: the guest went on computing for 10 s after it was asked to end",
    );
}

#[test]
fn a_sleep_ends_when_the_run_should() {
    let ended = run(ecli(["run", "--timeout", "0.2"]).arg(guest("sleeps")));
    assert_eq!((ended.code(), ended.stdout.as_str()), (0, "woken\n"), "{ended:?}");
}

#[test]
fn a_closed_pipe_is_quiet_through_wasi_too() {
    let mut child = ecli(["run"])
        .arg(guest("lines"))
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = [0; 7];
    std::io::Read::read_exact(&mut child.stdout.take().unwrap(), &mut first).unwrap();
    assert_eq!(&first, b"a line\n");
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn memory_is_limited_in_all() {
    stopped(&tool("memory"), "64 MiB are allowed");
}

#[test]
fn a_panic_says_why_and_traps() {
    let ended = tool("traps");
    stopped(&ended, "unreachable");
    assert!(ended.stderr.contains("a panic of the guest's own"), "{}", ended.stderr);
}

#[test]
fn recursion_without_end_is_stopped() {
    // Rust keeps its own stack below its data: its end is the end of the memory.
    stopped(&tool("recursion"), "out of bounds memory access");
}

#[test]
fn words_are_limited() {
    let ended = tool("words");
    stopped(&ended, "output limit");
    assert!(ended.stderr.len() < 17 << 20, "{} bytes", ended.stderr.len());
}

#[test]
fn handles_are_limited() {
    stopped(&tool("handles"), "table");
}

#[test]
fn odd_numbers_get_sane_answers() {
    let mut numbers = Running::start(ecli(["run"]).arg(guest("numbers")));
    numbers.line(|line| line == "every answer was sane\n");
    let ended = numbers.interrupt();
    assert!(ended.stdout.ends_with("and so was the end\n"), "{ended:?}");
    assert_eq!(ended.code(), 0);
}

#[test]
fn a_component_loads_what_it_carries_and_nothing_else_unless_allowed() {
    let tool = guest("skeletons");
    let said = run(ecli(["run"]).arg(&tool)).stdout;
    let begins = |line: &str| assert!(said.lines().any(|it| it.starts_with(line)), "{line} in:\n{said}");
    begins("InvalidSkeleton: meta: this field is missing");
    begins("NotFound: the component carries no skeleton \"missing\"; it carries broken");
    begins("Denied: a skeleton of 2 bytes is none of those that the component carries");
    begins("hint: `ecli run --allow-undeclared-skeletons` allows it");
    let allowed = run(ecli(["run", "--allow-undeclared-skeletons"]).arg(&tool)).stdout;
    assert!(!allowed.contains("Denied"), "{allowed}");

    let inspected = run(ecli(["inspect"]).arg(&tool)).stdout;
    assert!(
        inspected.contains("SKELETON broken\n\n  broken: it is not a package"),
        "{inspected}"
    );
}

#[test]
fn nothing_is_granted() {
    let ended = run(ecli(["run"]).arg(guest("environment")).env("SECRET", "1"));
    assert_eq!(ended.stdout, "closed\n", "{}", ended.stderr);
}

#[test]
fn the_tools_code_is_the_exit_code() {
    for code in [0, 1, 3, 77] {
        let ended = run(ecli(["run"]).arg(guest("code")).arg(code.to_string()));
        assert_eq!(ended.code(), code, "{}", ended.stderr);
    }
}

#[test]
fn who_prints_by_itself_and_does_not_look_at_options_is_told() {
    let said = |options: &[&str], arguments: &[&str]| {
        let ended = run(ecli(["run"]).args(options).arg(guest("environment")).args(arguments));
        assert_eq!(ended.code(), 0);
        ended.stderr
    };
    let warning = "warning: environment prints by itself and took no notice of --output, --filter\n";
    assert_eq!(said(&["-j", "--filter", "pid == 1"], &[]), warning);
    assert_eq!(said(&["-j"], &["-h"]), "", "it may be its help");
    assert_eq!(said(&["--timeout", "60"], &[]), "");
}

#[test]
fn a_printer_of_ones_own_replaces_the_default() {
    let mut ecli = Running::start(
        ecli(["run", "--printer"])
            .arg(guest("printer_of_ones_own"))
            .arg(example("bootstrap")),
    );
    let line = ecli.line_after(|| drop(Command::new("/bin/true").status()), |_| true);
    let ended = ecli.interrupt();
    assert_eq!(line, "168 bytes from events\n", "the event of bootstrap");
    assert!(
        ended.stdout.lines().all(|line| line == "168 bytes from events"),
        "{}",
        ended.stdout
    );
    assert_eq!(ended.code(), 0);
}

#[test]
fn what_cannot_stand_in_is_named_and_not_the_tool() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("text.wasm");
    std::fs::write(&text, "text").unwrap();
    let words = guest("words");
    for (option, file, what) in [
        ("--printer", &text, "is not a WebAssembly component: "),
        ("--printer", &words, "does not export eunomia:bpf/printer@"),
        ("--args", &words, "does not export eunomia:bpf/args@"),
    ] {
        for tool in [guest("lines"), example("bootstrap")] {
            let ended = run(ecli(["run", option]).arg(file).arg(&tool));
            assert_eq!(ended.code(), 125, "{ended:?}");
            let expected = format!("error: {} {what}", file.display());
            assert!(ended.stderr.starts_with(&expected), "{expected:?} in {ended:?}");
        }
    }
}

#[test]
fn an_args_component_of_ones_own_replaces_the_default() {
    let with = |arguments: &[&str]| {
        let mut command = ecli(["run", "-j", "--timeout", "0.2", "--args"]);
        command
            .arg(guest("args_of_ones_own"))
            .arg(example("bootstrap"))
            .args(arguments);
        run(&mut command)
    };
    let help = with(&["help"]);
    assert_eq!(
        (help.code(), help.stdout.as_str()),
        (0, "bootstrap [longer-than NANOSECONDS]\n")
    );
    let wrong = with(&["sideways"]);
    assert_eq!(wrong.code(), 2);
    assert!(wrong.stderr.contains("what is [\"sideways\"]?"), "{}", wrong.stderr);
    assert_eq!(with(&["longer-than", "5"]).code(), 0);
    let unfit = with(&["longer-than", "-5"]);
    assert_eq!(unfit.code(), 1, "the host checks what the component says");
    assert!(unfit.stderr.contains("min_duration_ns"), "{}", unfit.stderr);
}

#[test]
fn a_component_in_the_wrong_place_is_refused_by_name() {
    let package = example("bootstrap");
    let wrong = guest("args_of_ones_own");
    let ended = run(ecli(["run", "--printer"]).arg(&wrong).arg(&package));
    assert_eq!(ended.code(), 125);
    assert!(
        ended.stderr.contains("does not export eunomia:bpf/printer@0.1.0"),
        "{}",
        ended.stderr
    );
    assert!(ended.stderr.contains("args_of_ones_own.wasm"), "{}", ended.stderr);

    let greedy: PathBuf = guest("code");
    let ended = run(ecli(["run", "--args"]).arg(&greedy).arg(&package));
    assert_eq!(ended.code(), 125);
    assert!(
        ended.stderr.contains("does not export eunomia:bpf/args@0.1.0"),
        "{}",
        ended.stderr
    );
}
