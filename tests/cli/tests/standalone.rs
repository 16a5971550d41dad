//! `ecc -s`: an executable that behaves as `ecli run package.json` does, and needs neither.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use cli_tests::{Ended, Running, ecli, example, guest, program, program_exists, program_ids, root, run};
use tempfile::TempDir;

/// `ecc` on an example, into a folder.
fn ecc(name: &str, out: &Path, options: &[&str]) -> Ended {
    let folder = root().join("examples").join(name);
    let source = folder.join(format!("{name}.bpf.c"));
    let mut ecc = Command::new(program("ecc"));
    ecc.args([source, folder.join(format!("{name}.h"))])
        .args(["--standalone", "-o"])
        .arg(out)
        .args(options);
    run(&mut ecc)
}

/// An example as an executable, in a folder that is gone afterwards.
fn made(name: &str, options: &[&str]) -> (TempDir, PathBuf) {
    let out = tempfile::tempdir().unwrap();
    let ended = ecc(name, out.path(), options);
    assert_eq!(ended.code(), 0, "{}", ended.stderr);
    let tool = out.path().join(name);
    (out, tool)
}

/// Those that are made with no more options, once for all tests.
fn tool(name: &str) -> PathBuf {
    static MADE: [OnceLock<(TempDir, PathBuf)>; 2] = [OnceLock::new(), OnceLock::new()];
    let at = ["sigsnoop", "bootstrap"]
        .iter()
        .position(|known| *known == name)
        .unwrap();
    MADE[at].get_or_init(|| made(name, &[])).1.clone()
}

/// A tool with options of `ecli`, and nothing else in its environment, in the root folder.
fn with(tool: &Path, options: &str) -> Command {
    let mut command = Command::new(tool);
    command.env_clear().env("ECLI_OPTIONS", options).current_dir("/");
    command
}

/// Sends itself a signal that nothing else sends, and dies of it.
fn signal() -> u32 {
    let mut child = Command::new("/bin/sh").args(["-c", "kill -s SYS $$"]).spawn().unwrap();
    child.wait().unwrap();
    child.id()
}

/// One for whoever listens already.
fn signals() {
    signal();
}

const SIGSYS: &str = "31";

#[test]
fn it_prints_the_lines_that_ecli_prints() {
    let mut ours = Running::start(with(&tool("sigsnoop"), "-o json").args(["-s", SIGSYS]));
    let mut theirs = Running::start(
        ecli(["run", "-o", "json"])
            .arg(example("sigsnoop"))
            .args(["-s", SIGSYS]),
    );
    // Both are there from here on.
    ours.line_after(signals, |_| true);
    theirs.line_after(signals, |_| true);
    let pid = format!("\"pid\":{},", signal());
    let is_it = |line: &str| line.contains(&pid);
    assert_eq!(ours.line(is_it), theirs.line(is_it));
    let (ours, theirs) = (ours.interrupt(), theirs.interrupt());
    let lines = |ended: &Ended| {
        let lines = ended.stdout.lines().filter(|line| line.contains(&pid));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(lines(&ours), lines(&theirs));
    for ended in [ours, theirs] {
        let account = format!("ecli: {} events, 0 lost, ", ended.json().len());
        assert_eq!(ended.code(), 0);
        // Other tests send signals after the end was asked for.
        assert!(ended.stderr.starts_with(&account), "{}", ended.stderr);
    }
}

#[test]
fn without_options_it_prints_a_table() {
    let mut running = Running::start(Command::new(tool("sigsnoop")).env_clear().args(["-s", SIGSYS]));
    running.line_after(signals, |line| line.contains("sh"));
    let table = running.interrupt();
    let mut running = Running::start(ecli(["run"]).arg(example("sigsnoop")).args(["-s", SIGSYS]));
    running.line_after(signals, |line| line.contains("sh"));
    let header = running.interrupt().stdout.lines().next().map(str::to_owned);
    assert_eq!(table.stdout.lines().next().map(str::to_owned), header);
    assert!(header.unwrap().starts_with("TIME "));
}

#[test]
fn arguments_are_answered_as_by_ecli() {
    for arguments in [&["--nonsense"] as &[_], &["-p", "many"], &["-p"], &["--", "x"]] {
        let ours = run(with(&tool("sigsnoop"), "").args(arguments));
        let theirs = run(ecli(["run"]).arg(example("sigsnoop")).args(arguments));
        assert_eq!(
            (ours.code(), &ours.stdout, &ours.stderr),
            (theirs.code(), &theirs.stdout, &theirs.stderr),
            "{arguments:?}"
        );
    }
    let help = run(with(&tool("sigsnoop"), "").arg("-h"));
    let theirs = run(ecli(["run"]).arg(example("sigsnoop")).arg("-h"));
    assert_eq!((help.code(), &help.stdout), (0, &theirs.stdout));
    let hint = "hint: options of ecli go into the environment: ECLI_OPTIONS='-o json' ";
    assert!(help.stderr.starts_with(hint), "{}", help.stderr);
    assert!(help.stdout.starts_with("Usage: sigsnoop [-h]"), "{}", help.stdout);
    assert_eq!(run(with(&tool("sigsnoop"), "").arg("--nonsense")).code(), 2);
}

#[test]
fn options_of_ecli_are_in_the_environment() {
    let mut running = Running::start(&mut with(&tool("bootstrap"), "-jq --count 2"));
    running.line_after(|| drop(Command::new("/bin/true").status()), |_| true);
    running.line_after(|| drop(Command::new("/bin/true").status()), |_| true);
    let ended = running.wait();
    assert_eq!((ended.code(), ended.json().len(), ended.stderr.as_str()), (0, 2, ""));

    let ended = run(&mut with(&tool("bootstrap"), "--timeout=0.2 -v"));
    assert_eq!(ended.code(), 0);
    assert!(ended.stderr.contains("bootstrap is a package of "), "{}", ended.stderr);
    assert!(ended.stderr.contains(", 0 lost, "), "{}", ended.stderr);

    let ended = run(&mut with(&tool("bootstrap"), "-o json --printer x.wasm"));
    let words = "error: ECLI_OPTIONS: `--printer` is none of the options: -o/--output FORMAT, -j/--json, --no-header, \
        --fields NAMES, --filter EXPRESSION, --sort FIELD, --top N, --max-rows N, --interval SECONDS, --per-cpu, --no-symbols, \
        --timeout SECONDS, --count N, --attach PROGRAM=TARGET, --iface NAME, --cgroup PATH, \
        --fail-on-loss, -q/--quiet, -v/--verbose\n";
    assert_eq!(
        (ended.code(), ended.stdout.as_str(), ended.stderr.as_str()),
        (2, "", words)
    );
    let ended = run(&mut with(&tool("bootstrap"), "--tiemout=3"));
    assert!(
        ended.stderr.ends_with("\nhint: did you mean --timeout?\n"),
        "{}",
        ended.stderr
    );
    let ended = run(&mut with(&tool("bootstrap"), "--timeout never"));
    let words = "error: ECLI_OPTIONS: --timeout: found `never`, expected seconds above 0, such as 10 or 0.5\n";
    assert_eq!((ended.code(), ended.stderr.as_str()), (2, words));
}

#[test]
fn an_option_of_ecli_among_the_arguments_is_told_where_it_belongs() {
    let ended = run(with(&tool("bootstrap"), "").args(["--timeout", "1"]));
    assert_eq!(ended.code(), 2);
    let hint = ended.stderr.lines().last().unwrap();
    assert!(
        hint.starts_with("hint: options of ecli go into the environment: ECLI_OPTIONS='-o json' "),
        "{}",
        ended.stderr
    );
}

#[test]
fn it_runs_wherever_it_lies_and_as_whatever_it_is_called() {
    let folder = tempfile::tempdir().unwrap();
    let moved = folder.path().join("another name");
    fs::copy(tool("bootstrap"), &moved).unwrap();
    let mut command = Command::new("./another name");
    let mut running = Running::start(command.env_clear().current_dir(&folder));
    running.line_after(
        || drop(Command::new("/bin/true").status()),
        |line| line.contains("true"),
    );
    // Nothing is read from it once it runs.
    fs::remove_file(moved).unwrap();
    assert_eq!(running.interrupt().code(), 0);
}

#[test]
fn the_kernel_is_as_it_was() {
    let mut running = Running::start(&mut with(&tool("bootstrap"), "-j"));
    running.line_after(|| drop(Command::new("/bin/true").status()), |_| true);
    let ids = program_ids(running.id());
    assert!(!ids.is_empty());
    assert!(ids.iter().all(|&id| program_exists(id)));
    assert_eq!(running.interrupt().code(), 0);
    assert!(ids.iter().all(|&id| !program_exists(id)));
}

/// What a file says that is as the tool but for what `change` does.
fn changed(name: &str, change: impl FnOnce(&mut Vec<u8>)) -> (i32, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tool");
    let mut bytes = fs::read(tool(name)).unwrap();
    change(&mut bytes);
    fs::write(&path, bytes).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    let ended = run(Command::new("./tool").env_clear().current_dir(&folder).arg("-h"));
    assert_eq!(ended.stdout, "");
    (ended.code(), ended.stderr)
}

#[test]
fn a_damaged_file_says_so() {
    let hint = "hint: get the file again, or make it anew with `ecc -s`\n";
    let damaged = format!(
        "error: ./tool cannot be run: the package at the end of this file is damaged: its digest is another\n{hint}"
    );
    // In the package, and in the digest.
    for from_end in [1000, 60] {
        let found = changed("bootstrap", |bytes| {
            let at = bytes.len() - from_end;
            bytes[at] ^= 1;
        });
        assert_eq!(found, (125, damaged.clone()));
    }
    let lacking = "error: ./tool cannot be run: there is no package at the end of this file: it was cut off, or not made by `ecc -s`\n";
    for lost in [1, 1000] {
        let found = changed("bootstrap", |bytes| bytes.truncate(bytes.len() - lost));
        assert_eq!(found, (125, format!("{lacking}{hint}")));
    }
    let ended = run(Command::new(program("standalone")).env_clear());
    assert_eq!(ended.code(), 125);
    assert!(
        ended.stderr.contains("there is no package at the end of this file"),
        "{}",
        ended.stderr
    );
}

#[test]
fn components_of_ones_own_are_compiled_in() {
    let printer = guest("printer_of_ones_own").canonicalize().unwrap();
    let args = guest("args_of_ones_own").canonicalize().unwrap();
    let copies = tempfile::tempdir().unwrap();
    let [printer, args] = [printer, args].map(|path| {
        let copy = copies.path().join(path.file_name().unwrap());
        fs::copy(&path, &copy).unwrap();
        copy.to_str().unwrap().to_owned()
    });
    let (_out, tool) = made("bootstrap", &["--printer", &printer, "--args", &args]);
    // They are not read any more.
    drop(copies);
    let mut running = Running::start(with(&tool, "").args(["longer-than", "0"]));
    let line = running.line_after(|| drop(Command::new("/bin/true").status()), |_| true);
    assert_eq!(line, "168 bytes from events\n");
    let ended = running.interrupt();
    assert_eq!(ended.code(), 0);
    assert!(ended.stderr.contains(", 0 lost, "), "{}", ended.stderr);
    let help = run(with(&tool, "").arg("help"));
    assert_eq!(
        (help.code(), help.stdout.as_str()),
        (0, "bootstrap [longer-than NANOSECONDS]\n")
    );
}

#[test]
fn a_component_that_does_not_fit_is_refused_as_by_ecli() {
    let out = tempfile::tempdir().unwrap();
    let wrong = guest("args_of_ones_own");
    let refused = ecc("bootstrap", out.path(), &["--printer", wrong.to_str().unwrap()]);
    let theirs = run(ecli(["run", "--printer"]).arg(&wrong).arg(example("bootstrap")));
    assert_eq!((refused.code(), &refused.stderr), (1, &theirs.stderr));
    assert_eq!(fs::read_dir(out.path()).unwrap().count(), 0);
}

#[test]
fn the_same_source_gives_the_same_bytes_in_the_place_of_the_last() {
    let (out, tool) = made("bootstrap", &[]);
    let first = fs::read(&tool).unwrap();
    assert_eq!(fs::metadata(&tool).unwrap().permissions().mode() & 0o777, 0o755);
    let names = |folder: &Path| {
        let mut names: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        names.sort();
        names
    };
    assert_eq!(names(out.path()), ["bootstrap", "package.json"]);
    fs::write(out.path().join("keep"), "").unwrap();
    assert_eq!(ecc("bootstrap", out.path(), &[]).code(), 0);
    assert!(fs::read(&tool).unwrap() == first);
    assert_eq!(names(out.path()), ["bootstrap", "keep", "package.json"]);

    // A tool of another source, though of this name, stays.
    let other = tempfile::tempdir().unwrap();
    fs::copy(self::tool("sigsnoop"), other.path().join("bootstrap")).unwrap();
    let refused = ecc("bootstrap", other.path(), &[]);
    assert_eq!(refused.code(), 1);
    assert!(
        refused
            .stderr
            .contains("is the standalone executable of another tool: its obj_name is sigsnoop_bpf, not bootstrap_bpf"),
        "{}",
        refused.stderr
    );
    assert_eq!(names(other.path()), ["bootstrap"]);
}

#[test]
fn a_name_is_the_executables_name() {
    let out = tempfile::tempdir().unwrap();
    assert_eq!(ecc("sigsnoop", out.path(), &["--name", "mine", "-y"]).code(), 0);
    assert!(out.path().join("mine.yaml").exists());
    let help = run(Command::new(out.path().join("mine")).env_clear().arg("-h"));
    assert!(help.stdout.starts_with("Usage: mine [-h]"), "{}", help.stdout);
}
