//! User space of one's own in Rust: `ecc gen-wasm-skel`, `ecc build-wasm`, and what comes out, run with the real kernel.

use std::fs;
use std::process::Command;
use std::time::{Duration, SystemTime};

use cli_tests::{Running, build_wasm, built, ecli, program, project, root, run};

fn exec() {
    Command::new("/bin/true").status().unwrap();
}

#[test]
fn a_project_builds_and_runs_as_it_is() {
    let folder = project("as-it-is", "tests/cli/sources/layouts.bpf.c", "rust");
    let component = built(&folder);
    let mut tool = Running::start(ecli(["run"]).arg(&component));
    let line = tool.line_after(exec, |line| line.starts_with("layouts {"));
    assert_eq!(
        line,
        "layouts { yes: true, text: \"hi\", level: -1, low: 5, minus: -7, rest: 1048575, wide: 554642532233, \
         pair: [inner { tag: 0, number: 0 }, inner { tag: 97, number: -2 }], value: layouts_value { words: [67305985] }, \
         anonymous_1: layouts_anonymous_1 { one: -1, two: 255 }, \
         tight: tight { byte: 108, word: 3735928559, double_word: 18446744073709551615 }, grid: [[0, 0, 0], [0, 0, 12]], \
         pointer: 4096, type: 3, last: -9 }\n"
    );
    assert_eq!(tool.interrupt().code(), 0);

    // The command line is the default tool's.
    let help = run(ecli(["run"]).arg(&component).arg("-h")).stdout;
    assert!(help.starts_with("Usage: layouts [-h]"), "{help}");
    let wrong = run(ecli(["run"]).arg(&component).arg("--bogus"));
    assert_eq!(
        (wrong.code(), wrong.stderr.as_str()),
        (2, "error: there is no option --bogus\nhint: -h lists all options\n")
    );

    // What it carries can be seen, and it asks for nothing of WASI but words.
    let said = run(ecli(["inspect"]).arg(&component)).stdout;
    assert!(said.contains("SKELETON layouts\n\n  layouts\n"), "{said}");
    assert!(said.contains("fill"), "{said}");
    for interface in ["filesystem", "sockets", "random", "clocks", "http"] {
        assert!(!said.contains(&format!("wasi:{interface}")), "{said}");
    }
}

#[test]
fn maps_variables_targets_and_waiting_have_types() {
    let folder = project("typed", "tests/cli/sources/layouts.bpf.c", "rust");
    fs::copy(
        root().join("tests/cli/sources/rust/typed.rs"),
        folder.join("src/main.rs"),
    )
    .unwrap();
    let component = built(&folder);
    let mut tool = Running::start(ecli(["run"]).arg(&component));
    tool.line(|line| line == "ready\n");
    tool.line_after(exec, |line| line.starts_with("counted"));
    let ended = tool.wait();
    assert_eq!(ended.code(), 0, "{ended:?}");
    let mut lines = ended.stdout.lines();
    for expected in [
        "per CPU: 2 keys, sum 7",
        "too few: WrongSize",
        "uneven: WrongSize",
        "queue: Full, Some(1) Some(2) None",
        "target: NotFound",
        "ready",
    ] {
        assert_eq!(lines.next(), Some(expected));
    }
    let event = lines.next().unwrap();
    for expected in ["level: 5", "tag: 122", "byte: 109"] {
        assert!(event.contains(expected), "{expected} in {event}");
    }
    assert_eq!(lines.collect::<Vec<_>>(), ["counted: true, 41", "slept: true"]);
}

#[test]
fn what_is_the_users_stays_and_what_is_made_is_made_anew() {
    let folder = project("refresh", "examples/minimal/minimal.bpf.c", "rust");
    let main = folder.join("src/main.rs");
    fs::write(&main, "fn main() {}\n").unwrap();
    fs::write(folder.join("sdk/stale.rs"), "old").unwrap();
    fs::write(
        folder.join("skel/minimal.rs"),
        "// The skeleton of minimal, made by ecc: changes are lost.\nold",
    )
    .unwrap();
    fs::write(folder.join("notes.txt"), "mine").unwrap();
    let again = || {
        let mut ecc = Command::new(program("ecc"));
        ecc.args(["gen-wasm-skel", "minimal.bpf.c", "--lang", "rust"])
            .current_dir(&folder);
        ecc
    };
    let done = run(&mut again());
    assert_eq!(done.code(), 0, "{}", done.stderr);
    assert!(
        done.stdout.contains("Left as they are: Cargo.toml, README.md"),
        "{}",
        done.stdout
    );
    assert_eq!(fs::read_to_string(&main).unwrap(), "fn main() {}\n");
    assert_eq!(fs::read_to_string(folder.join("notes.txt")).unwrap(), "mine");
    assert!(!folder.join("sdk/stale.rs").exists());
    assert!(
        !fs::read_to_string(folder.join("skel/minimal.rs"))
            .unwrap()
            .contains("old")
    );

    // Somebody's own folder or file of that name is not touched.
    fs::write(folder.join("skel/minimal.rs"), "mine").unwrap();
    let refused = run(&mut again());
    assert_eq!(refused.code(), 1);
    assert!(
        refused
            .stderr
            .contains("skel/minimal.rs is there and was not made by ecc"),
        "{}",
        refused.stderr
    );
    fs::remove_file(folder.join("skel/minimal.rs")).unwrap();
    fs::write(folder.join("sdk/README.md"), "mine").unwrap();
    let refused = run(&mut again());
    assert!(
        refused.stderr.contains("sdk is there and was not made by ecc"),
        "{}",
        refused.stderr
    );
    assert!(!folder.join("skel/minimal.rs").exists());
}

#[test]
fn what_does_not_build_says_why() {
    let folder = project("broken", "examples/minimal/minimal.bpf.c", "rust");
    fs::write(folder.join("src/main.rs"), "fn main() { nothing }\n").unwrap();
    let done = run(&mut build_wasm(&folder));
    assert_eq!(done.code(), 1);
    assert!(done.stderr.contains("cannot find value `nothing`"), "{}", done.stderr);
    assert!(
        done.stderr.ends_with("does not build: see what cargo says above\n"),
        "{}",
        done.stderr
    );
    assert!(!folder.join("app.wasm").exists());

    let empty = tempfile::tempdir().unwrap();
    let done = run(&mut build_wasm(empty.path()));
    assert_eq!(done.code(), 1);
    assert!(done.stderr.contains("is no project"), "{}", done.stderr);
    let done = run(&mut build_wasm(&empty.path().join("none")));
    assert!(done.stderr.contains("does not exist\nhint: "), "{}", done.stderr);
    let done = run(build_wasm(&folder).env("CARGO", "/no/such/cargo"));
    assert!(done.stderr.contains("cargo was not found"), "{}", done.stderr);
}

#[test]
fn clap_reads_command_lines_too() {
    let folder = project("clap", "examples/minimal/minimal.bpf.c", "rust");
    fs::copy(
        root().join("tests/cli/sources/rust/clap.rs"),
        folder.join("src/main.rs"),
    )
    .unwrap();
    let manifest = folder.join("Cargo.toml");
    let text = fs::read_to_string(&manifest).unwrap();
    let clap = "[dependencies]\nclap = { version = \"4.6\", default-features = false, features = [\"derive\", \"std\", \"help\", \"usage\", \"error-context\"] }";
    fs::write(&manifest, text.replace("[dependencies]", clap)).unwrap();
    let component = built(&folder);
    let said = |arguments: &[&str]| run(ecli(["run"]).arg(&component).args(arguments));
    assert_eq!(said(&["-n", "you"]).stdout, "hello you\n");
    assert!(said(&["-h"]).stdout.starts_with("Say hello"));
    let wrong = said(&["--bogus"]);
    assert!(
        wrong.stderr.contains("unexpected argument '--bogus'"),
        "{}",
        wrong.stderr
    );
    assert_ne!(wrong.code(), 0);
}

/// Each buffer's events have a type of their own, and one source reads them all.
#[test]
fn several_buffers_are_printed_each_by_its_type() {
    for (language, start, end) in [
        (
            "rust",
            "started { pid: PID, comm: \"sh\" }\n",
            "ended { pid: PID, code: 3 }\n",
        ),
        ("c", "pid=PID comm=sh\n", "pid=PID code=3\n"),
    ] {
        let folder = project(&format!("two-{language}"), "tests/cli/sources/two.bpf.c", language);
        let mut tool = Running::start(ecli(["run"]).arg(built(&folder)));
        let mut pids = Vec::new();
        let mut shell = || {
            let mut child = Command::new("sh").args(["-c", "exit 3"]).spawn().unwrap();
            pids.push(child.id());
            child.wait().unwrap();
        };
        let code = if language == "rust" { "code: 3 }" } else { "code=3" };
        tool.line_after(&mut shell, |line| line.trim_end().ends_with(code));
        let all = tool.interrupt();
        assert_eq!(all.code(), 0, "{all:?}");
        let of = |text: &str, pid: &u32| text.replace("PID", &pid.to_string());
        let both = |pid: &&u32| all.stdout.contains(&of(start, pid)) && all.stdout.contains(&of(end, pid));
        assert!(pids.iter().any(|pid| both(&pid)), "{pids:?} in {all:?}");
    }
}

/// Names that C takes and Rust does not, or that a file made of them has already.
#[test]
fn awkward_names_are_no_trouble() {
    let fields =
        "anonymous_1: event_anonymous_1 { words: [117] }, anonymous_2: event_anonymous_2 { words: [17748561031465] }";
    for (language, kept, chosen) in [
        (
            "rust",
            format!("event {{ type: 4, {fields}, virtual: -2, core: core_ {{ fn: 102, virtual: 7 }} }}\n"),
            "event { type: 3, ",
        ),
        ("c", "type=4 virtual=-2\n".to_owned(), "type=3 virtual=-2\n"),
    ] {
        let name = format!("program-{language}");
        let component = built(&project(&name, "tests/cli/sources/program.bpf.c", language));
        let mut tool = Running::start(ecli(["run"]).arg(&component));
        tool.line_after(exec, |line| line == kept);
        assert_eq!(tool.interrupt().code(), 0);
        let mut tool = Running::start(ecli(["run"]).arg(&component).args(["--self", "value"]));
        tool.line_after(exec, |line| line.starts_with(chosen));
        assert_eq!(tool.interrupt().code(), 0);
    }
}

#[test]
fn a_skeleton_that_is_older_than_its_program_is_told() {
    let folder = project("older", "examples/minimal/minimal.bpf.c", "c");
    let said = || {
        let done = run(&mut build_wasm(&folder));
        assert_eq!(done.code(), 0, "{done:?}");
        done.stderr
    };
    assert_eq!(said(), "");
    let later = SystemTime::now() + Duration::from_secs(60);
    let source = fs::File::options()
        .append(true)
        .open(folder.join("minimal.bpf.c"))
        .unwrap();
    source.set_modified(later).unwrap();
    let shown = folder.display();
    assert_eq!(
        said(),
        format!(
            "note: {shown}/minimal.bpf.c is newer than {shown}/skel/minimal.json, which was made of it: \
             `ecc gen-wasm-skel` makes that anew, README.md has the whole line\n"
        )
    );
}

#[test]
fn the_readme_has_the_line_that_makes_the_skeleton_anew() {
    let folder = project("line", "examples/minimal/minimal.bpf.c", "c");
    for made in [
        "README.md",
        "skel/minimal.json",
        "skel/minimal.skel.c",
        "skel/minimal.skel.h",
    ] {
        fs::remove_file(folder.join(made)).unwrap();
    }
    let ecc = |line: &str| {
        // As a shell takes it.
        let path = program("ecc").parent().unwrap().display().to_string();
        let line = format!("PATH={path}:$PATH; {line}");
        let done = run(Command::new("sh").args(["-c", &line]).current_dir(&folder));
        assert_eq!((done.code(), done.stderr.as_str()), (0, ""), "{done:?}");
        fs::read(folder.join("skel/other.json")).unwrap()
    };
    // The package is another one for it.
    let given = "-a '-DUNUSED=\"two words\" -DLICENSE=OTHER' --name other --no-loss-counter";
    let first = ecc(&format!("ecc gen-wasm-skel minimal.bpf.c --lang c {given}"));
    let readme = fs::read_to_string(folder.join("README.md")).unwrap();
    let line = readme
        .lines()
        .find(|line| line.starts_with("ecc gen-wasm-skel "))
        .unwrap();
    for option in ["--name other", "OTHER", "--no-loss-counter"] {
        assert!(line.contains(option), "{option} in {line}");
    }
    assert!(readme.contains("| `minimal.bpf.c` and its headers |"), "{readme}");
    fs::remove_dir_all(folder.join("skel")).unwrap();
    assert!(ecc(line) == first, "{line}");
}
