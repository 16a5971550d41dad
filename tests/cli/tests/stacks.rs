//! Stack traces with names: as text, as JSON, and as what flame graphs are made of.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::fs;
use std::process::{Child, Command, Stdio};

use cli_tests::{Ended, Running, ecli, example, guest, run};
use serde_json::Value;

/// A process that spends its time in a function of a name that nothing else has.
struct Busy {
    child: Child,
    _folder: tempfile::TempDir,
}

const SOURCE: &str = "\
static volatile unsigned long burnt;
__attribute__((noinline)) void burns_a_lot(void) { for (;;) burnt++; }
__attribute__((noinline)) void calls_it(void) { burns_a_lot(); __asm__ volatile(\"\"); }
int main(void) { calls_it(); return 0; }
";

impl Busy {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (source, program) = (folder.path().join("busy.c"), folder.path().join("busy"));
        fs::write(&source, SOURCE).unwrap();
        let compiled = Command::new("cc")
            .args(["-g", "-O0", "-o"])
            .arg(&program)
            .arg(&source)
            .status()
            .unwrap();
        assert!(compiled.success());
        let child = Command::new(&program).stdout(Stdio::null()).spawn().unwrap();
        Self { child, _folder: folder }
    }

    fn profile(&self, options: &[&str]) -> Ended {
        let pid = self.child.id().to_string();
        let mut command = ecli(["run", "--timeout", "2"]);
        let ended = run(command.args(options).arg(example("profile")).args(["-U", "-p", &pid]));
        assert_eq!(ended.code(), 0, "{}", ended.stderr);
        ended
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

#[test]
fn a_stack_names_function_offset_file_and_line() {
    let busy = Busy::start();
    let text = busy.profile(&[]).stdout;
    let header = format!("COMM: busy (pid={}) @ CPU ", busy.child.id());
    assert!(text.lines().any(|line| line.starts_with(&header)), "{text}");
    assert!(text.lines().any(|line| line == "No Kernel Stack"), "{text}");
    let frame = |name: &str| {
        let found = text.lines().find(|line| line.contains(name));
        found.unwrap_or_else(|| panic!("no {name} in\n{text}"))
    };
    let innermost = frame("burns_a_lot");
    assert!(
        innermost.starts_with("  0 [<0000") && innermost.ends_with("busy.c:2"),
        "{innermost}"
    );
    let caller = frame("calls_it");
    assert!(
        caller.starts_with("  1 [<0000") && caller.contains(">] calls_it+0x"),
        "{caller}"
    );
    assert!(caller.ends_with("busy.c:3"), "{caller}");

    let json = busy.profile(&["-o", "json"]).json();
    let sample = json.first().unwrap();
    assert_eq!(
        (&sample["comm"], &sample["pid"]),
        (&Value::from("busy"), &Value::from(busy.child.id()))
    );
    assert_eq!(sample["kernel"], Value::Array(vec![]));
    let first = &sample["user"][0];
    assert_eq!(
        (&first["symbol"], &first["file"], &first["line"]),
        (&"burns_a_lot".into(), &"busy.c".into(), &2.into())
    );
    assert!(
        first["addr"].as_str().unwrap().starts_with("0x") && first["offset"].is_u64(),
        "{first}"
    );
}

#[test]
fn stacks_are_folded_and_drawn_at_the_end() {
    let busy = Busy::start();
    let folded = busy.profile(&["-o", "folded"]).stdout;
    let line = folded
        .lines()
        .find(|line| line.contains("burns_a_lot"))
        .unwrap_or_else(|| panic!("{folded}"));
    let (stack, count) = line.rsplit_once(' ').unwrap();
    assert!(
        stack.starts_with("busy;") && stack.ends_with(";main;calls_it;burns_a_lot"),
        "{line}"
    );
    assert!(count.parse::<u32>().unwrap() > 10, "{line}");

    let svg = busy.profile(&["-o", "svg"]).stdout;
    assert!(svg.starts_with("<?xml") || svg.starts_with("<svg"), "{svg}");
    assert!(
        svg.trim_end().ends_with("</svg>") && svg.contains("burns_a_lot"),
        "{svg}"
    );
}

#[test]
fn without_names_there_are_addresses() {
    let busy = Busy::start();
    let ended = busy.profile(&["--no-symbols"]);
    assert!(
        ended.stdout.contains("  0 [<0000") && !ended.stdout.contains("burns_a_lot"),
        "{}",
        ended.stdout
    );
}

#[test]
fn a_printer_of_ones_own_has_names_only_if_the_user_allows_it() {
    let busy = Busy::start();
    // The one that is built in, given as a file: nothing but who brought it differs.
    let printer = guest("printer");
    let printer = printer.to_str().unwrap();
    let ended = busy.profile(&["--printer", printer]);
    assert!(
        ended.stdout.contains("  0 [<0000") && !ended.stdout.contains("burns_a_lot"),
        "{}",
        ended.stdout
    );
    let told = "warning: stack traces show addresses without names: this tool may not have the names of addresses\n\
                hint: `ecli run --allow-symbols` allows it\n";
    assert!(ended.stderr.contains(told), "{}", ended.stderr);
    let ended = busy.profile(&["--allow-symbols", "--printer", printer]);
    assert!(ended.stdout.contains("burns_a_lot"), "{}", ended.stdout);
}

/// The process that looks names up for a run.
fn reader(ecli: u32) -> Option<u32> {
    let children = fs::read_to_string(format!("/proc/{ecli}/task/{ecli}/children")).unwrap();
    let mut children = children.split_whitespace().map(|pid| pid.parse::<u32>().unwrap());
    children
        .find(|pid| fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|words| words.starts_with(b"ecli-symbols\0")))
}

#[test]
fn names_come_again_when_what_looks_them_up_has_ended() {
    let busy = Busy::start();
    let pid = busy.child.id().to_string();
    let mut command = ecli(["run"]);
    let mut tool = Running::start(command.arg(example("profile")).args(["-U", "-p", &pid]));
    tool.line(|line| line.contains("burns_a_lot"));
    let id = tool.id();
    let first = reader(id).unwrap();
    let killed = Command::new("kill").args(["-9", &first.to_string()]).status();
    assert!(killed.unwrap().success());
    // Names that are known are shown until they are a second old; then they are asked for again.
    tool.line(|line| {
        let another = reader(id).is_some_and(|reader| reader != first);
        another && line.contains("burns_a_lot")
    });
    let ended = tool.interrupt();
    assert_eq!(ended.code(), 0, "{}", ended.stderr);
    assert!(!ended.stderr.contains("warning: "), "{}", ended.stderr);
}
