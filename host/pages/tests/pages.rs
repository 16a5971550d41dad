//! What is generated is there, says what the programs say, and is up to date.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;
use std::process::Command;

fn pages(arguments: &[&Path]) {
    let status = Command::new(env!("CARGO_BIN_EXE_pages"))
        .args(arguments)
        .status()
        .unwrap();
    assert!(status.success());
}

#[test]
fn each_command_has_a_man_page_and_each_shell_its_completions() {
    let folder = tempfile::tempdir().unwrap();
    pages(&[folder.path()]);
    let names = |of: &str| {
        let mut names: Vec<_> = fs::read_dir(folder.path().join(of))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    };
    assert_eq!(
        names("man1"),
        [
            "ecc-build-wasm.1",
            "ecc-gen-wasm-skel.1",
            "ecc.1",
            "ecli-doctor.1",
            "ecli-inspect.1",
            "ecli-run.1",
            "ecli.1"
        ]
    );
    assert_eq!(
        names("completions"),
        ["_ecc", "_ecli", "ecc.bash", "ecc.fish", "ecli.bash", "ecli.fish"]
    );
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    let run = read("man1/ecli-run.1");
    for option in ["fail\\-on\\-loss", "filter", "attach"] {
        assert!(run.contains(option), "{option}\n{run}");
    }
    assert!(read("man1/ecc.1").contains("target\\-arch"));
    assert!(read("completions/ecli.bash").contains("--fail-on-loss"));
}

#[test]
fn the_page_of_the_contract_is_what_the_wit_files_say() {
    let wit = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../wit");
    let folder = tempfile::tempdir().unwrap();
    let copied = Command::new("cp")
        .arg("-r")
        .arg(wit.join("."))
        .arg(folder.path())
        .status()
        .unwrap();
    assert!(copied.success());
    pages(&[Path::new("--contract"), folder.path()]);
    let made = fs::read_to_string(folder.path().join("CONTRACT.md")).unwrap();
    let kept = fs::read_to_string(wit.join("CONTRACT.md")).unwrap();
    assert!(
        made == kept,
        "the contract has changed: `make pages` makes wit/CONTRACT.md anew"
    );
}
