//! What a user reads when something is wrong: a file that is no package, a kernel that refuses, a right that lacks.
//!
//! Each file in `tests/bad` is a test: it is run, and how that ends and what it says lies beside it under the same name with
//! the extension `expected`. `BLESS=1` writes that anew. What is in `tests/bad/sources` is compiled here, because what the
//! kernel says of it is not the same everywhere.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use cli_tests::{Ended, compile, ecli, program, root, run};

const EXPECTED: &str = "expected";

fn folder() -> PathBuf {
    root().join("tests/bad")
}

/// The exit code, then what was written; in the folder itself, so that messages show the bare name.
fn transcript(file: &Path) -> String {
    let ended = run(ecli(["run"]).arg(file.file_name().unwrap()).current_dir(folder()));
    let mut text = format!("exit {}\n", ended.code());
    if !ended.stdout.is_empty() {
        text += &format!("--- stdout\n{}--- stderr\n", ended.stdout);
    }
    text + &ended.stderr
}

#[test]
fn every_bad_file_is_refused_in_the_blessed_words() {
    let (mut inputs, mut expected) = (BTreeMap::new(), BTreeMap::new());
    for entry in fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            continue;
        }
        let beside = path.with_extension(EXPECTED);
        if path == beside {
            expected.insert(beside, fs::read_to_string(&path).unwrap());
        } else if let Some(other) = inputs.insert(beside, path.clone()) {
            panic!("{} and {} expect the same file", other.display(), path.display());
        }
    }
    assert!(inputs.len() > 30, "the files are gone: {inputs:?}");

    let bless = std::env::var_os("BLESS").is_some();
    let mut different = Vec::new();
    for (beside, input) in inputs {
        let found = transcript(&input);
        let wanted = expected.remove(&beside);
        if wanted.as_ref() == Some(&found) {
            continue;
        }
        if bless {
            fs::write(&beside, found).unwrap();
        } else {
            let wanted = wanted.unwrap_or_else(|| "nothing: the file is missing\n".into());
            different.push(format!("{}\nexpected:\n{wanted}found:\n{found}", input.display()));
        }
    }
    // Whatever is left belongs to no input.
    for beside in expected.into_keys() {
        if bless {
            fs::remove_file(beside).unwrap();
        } else {
            different.push(format!("{} belongs to no file", beside.display()));
        }
    }
    assert!(
        different.is_empty(),
        "{}\nBLESS=1 accepts what was found",
        different.join("\n")
    );
}

/// The blessed words are reviewed by people; this holds for all of them.
#[test]
fn every_refusal_is_one_error_and_at_most_one_hint() {
    for entry in fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != EXPECTED) {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let lines: Vec<_> = text.lines().collect();
        let path = path.display();
        assert_eq!(lines[0], "exit 125", "{path}: the host refused it before anything ran");
        let name = lines[1]
            .strip_prefix("error: ")
            .unwrap_or_else(|| panic!("{path}: {text}"));
        assert!(
            fs::exists(folder().join(name.split(' ').next().unwrap())).unwrap(),
            "{path} does not begin with the file's name: {text}"
        );
        assert!(
            lines[2..].is_empty() || (lines.len() == 3 && lines[2].starts_with("hint: ")),
            "{path}: {text}"
        );
    }
}

#[test]
fn a_directory_is_not_run() {
    let ended = run(ecli(["run", "sources"]).current_dir(folder()));
    assert_eq!(ended.code(), 125, "{}", ended.stderr);
    assert!(ended.stderr.starts_with("error: sources"), "{}", ended.stderr);
    assert!(ended.stderr.contains("is a directory"), "{}", ended.stderr);
    assert_eq!(ended.stdout, "");
}

/// The package of `tests/bad/sources/NAME.bpf.c`.
fn source(name: &str) -> PathBuf {
    let source = folder().join("sources").join(format!("{name}.bpf.c"));
    compile(&source, &source.with_extension("h"))
}

/// `ecli` under another program that changes what it may do or see.
fn under(wrapper: &[&str], package: &Path) -> Ended {
    run(Command::new(wrapper[0])
        .args(&wrapper[1..])
        .arg(program("ecli"))
        .arg("run")
        .arg(package))
}

/// The one line that says what is wrong, of a run that failed and wrote no data. Nothing but what `rest` takes may follow.
#[track_caller]
fn refusal(ended: &Ended, rest: impl Fn(&str) -> bool) -> String {
    assert_eq!(ended.code(), 1, "{}", ended.stderr);
    assert_eq!(ended.stdout, "");
    let mut lines = ended.stderr.lines();
    let error = lines.next().unwrap_or_default();
    assert!(error.starts_with("error: "), "{}", ended.stderr);
    assert!(lines.all(rest), "{}", ended.stderr);
    error.to_owned()
}

#[test]
fn the_verifier_is_quoted_with_the_program_it_refused() {
    let ended = run(ecli(["run"]).arg(source("out_of_bounds")));
    let error = refusal(&ended, |_| true);
    assert!(error.contains("program read_any_slot cannot be loaded"), "{error}");
    assert!(error.contains("verifier refused it: R"), "{error}");
    let reason = error.rsplit(": ").next().unwrap();
    let log: Vec<_> = ended.stderr.lines().skip(1).collect();
    let end = &log[log.len().saturating_sub(3)..];
    assert!(end.contains(&reason), "the log ends with the reason: {}", ended.stderr);
    assert!(
        log.iter().any(|line| line.contains("slot[bpf_get_prandom_u32()]")),
        "the log shows the line of the source: {}",
        ended.stderr
    );
}

#[test]
fn a_tracepoint_that_does_not_exist_is_named_with_where_to_look() {
    let ended = run(ecli(["run"]).arg(source("no_tracepoint")));
    let error = refusal(&ended, |line| line.starts_with("hint: "));
    assert!(error.contains("program on_dream"), "{error}");
    assert!(
        error.ends_with("this kernel has no tracepoint sched/sched_process_dream"),
        "{error}"
    );
    assert!(ended.stderr.contains("ls /sys/kernel/"), "{}", ended.stderr);
}

#[test]
fn a_kind_of_map_that_does_not_exist_is_named() {
    let ended = run(ecli(["run"]).arg(source("no_map_kind")));
    assert_eq!(
        refusal(&ended, |line| line.starts_with("hint: use a newer kernel")),
        "error: map crystal_ball cannot be created: this kernel has no map of kind 4000"
    );
}

#[test]
fn who_may_not_load_programs_is_told_what_lacks() {
    // Everything but the right to read files that others keep to themselves: this is about BPF.
    let wrapper = ["setpriv", "--bounding-set=-all,+dac_override,+dac_read_search"];
    let ended = under(&wrapper, &source("kernel_types"));
    let error = refusal(&ended, |line| line.starts_with("hint: run as root, or with CAP_BPF"));
    assert!(error.contains("the process lacks CAP_BPF"), "{error}");
    assert!(ended.stderr.contains("\nhint: "), "{}", ended.stderr);
    assert!(ended.stderr.contains("CAP_PERFMON"), "{}", ended.stderr);
    // Tracing takes nothing of networks.
    let wrapper = ["setpriv", "--bounding-set=-all,+dac_override,+dac_read_search,+bpf"];
    let ended = under(&wrapper, &source("kernel_types"));
    let error = refusal(&ended, |line| {
        line.starts_with("hint: run as root, or with CAP_PERFMON")
    });
    assert!(error.contains("the process lacks CAP_PERFMON: "), "{error}");
}

#[test]
fn a_kernel_without_btf_is_named_as_the_cause() {
    let script = "mount -t tmpfs none /sys/kernel/btf && exec \"$0\" \"$@\"";
    let ended = under(&["unshare", "--mount", "sh", "-c", script], &source("kernel_types"));
    let error = refusal(&ended, |line| line.starts_with("hint: "));
    assert!(error.contains("/sys/kernel/btf/vmlinux"), "{error}");
    assert!(ended.stderr.contains("CONFIG_DEBUG_INFO_BTF=y"), "{}", ended.stderr);
}
