//! Inputs that `ecc` refuses, and the words it does that with.
//!
//! Each file in `tests/refused` is a test: a command, the files it finds, and what it prints. `BLESS=1` rewrites the latter.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Starts a section; a file's name or `output` follows.
const SECTION: &str = "--- ";

struct Case {
    command: String,
    files: BTreeMap<String, String>,
    output: String,
}

impl Case {
    fn read(text: &str) -> Self {
        let (first, rest) = text.split_once('\n').unwrap();
        let mut files = BTreeMap::new();
        let mut name = "";
        for line in rest.split_inclusive('\n') {
            match line.strip_prefix(SECTION) {
                Some(section) => {
                    name = section.trim_end();
                    files.insert(name.to_owned(), String::new());
                }
                None => files.get_mut(name).unwrap().push_str(line),
            }
        }
        let output = files.remove("output").unwrap_or_default();
        Self {
            command: first.strip_prefix("$ ").unwrap().to_owned(),
            files,
            output,
        }
    }

    /// What the command prints, stdout and stderr in one, and how it ends; its folder must be as it was before.
    fn run(&self) -> String {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in &self.files {
            common::put(folder.path(), name, text);
            if text.starts_with("#!") {
                let executable = fs::Permissions::from_mode(0o755);
                fs::set_permissions(folder.path().join(name), executable).unwrap();
            }
        }
        let script = format!("exec 2>&1; {}", self.command.replacen("ecc ", "\"$ECC\" ", 1));
        let run = Command::new("/bin/sh")
            .args(["-c", &script])
            .env("ECC", env!("CARGO_BIN_EXE_ecc"))
            .env_remove("CLANG")
            .current_dir(folder.path())
            .output()
            .unwrap();
        let mut left = common::files(folder.path());
        for (name, text) in &self.files {
            assert_eq!(
                left.remove(name).as_deref(),
                Some(text.as_bytes()),
                "{name} was changed"
            );
        }
        assert!(left.is_empty(), "something was written: {:?}", left.keys());
        format!(
            "{}exit {}\n",
            String::from_utf8(run.stdout).unwrap(),
            run.status.code().unwrap()
        )
    }
}

#[test]
fn every_refusal_says_what_it_is_blessed_to_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/refused");
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    assert!(!paths.is_empty());
    let bless = std::env::var_os("BLESS").is_some();
    let mut different = Vec::new();
    for path in paths {
        let text = fs::read_to_string(&path).unwrap();
        let case = Case::read(&text);
        let found = case.run();
        if found == case.output {
            continue;
        }
        if bless {
            let input = text.split("--- output\n").next().unwrap();
            fs::write(&path, format!("{input}--- output\n{found}")).unwrap();
        } else {
            different.push(format!("{}\nexpected:\n{}found:\n{found}", path.display(), case.output));
        }
    }
    assert!(
        different.is_empty(),
        "{}\nBLESS=1 accepts what was found",
        different.join("\n")
    );
}
