//! Systems that lack something: really broken, in mounts, namespaces and rights of their own.

use std::process::Command;

use crate::{Ended, program, run};

/// Mounts over a folder, and a file with other contents over a file.
const SHELL: &str = "\
hide() { for folder; do [ ! -d $folder ] || mount -t tmpfs none $folder; done; }
fake() { f=$(mktemp -p $T); printf '%s\\n' \"$2\" >$f; chmod 644 $f; mount --bind $f $1; }
[ -e /sys/kernel/tracing/events ] || mount -t tracefs tracefs /sys/kernel/tracing
set -e
";

/// `ecli` in mounts of its own, after a script has changed them. `$@` is the command line, for scripts that put something before it; else
/// it is executed.
pub fn broken(script: &str, arguments: &[&str]) -> Ended {
    let folder = tempfile::tempdir().unwrap();
    let script = if script.contains("$@") {
        format!("{SHELL}{script}")
    } else {
        format!("{SHELL}{script}\nexec \"$@\"")
    };
    run(Command::new("unshare")
        .args(["--mount", "--propagation", "private", "sh", "-c", &script, "sh"])
        .arg(program("ecli"))
        .args(arguments)
        .env("T", folder.path())
        .env("LC_ALL", "C"))
}

/// What the doctor found of `check`: its line, and its hint.
#[track_caller]
pub fn finding(ended: &Ended, check: &str) -> (String, String) {
    let mut lines = ended.stdout.lines();
    let found = lines.find(|line| {
        line.get(9..)
            .is_some_and(|rest| rest.starts_with(&format!("{check}: ")))
    });
    let line = found.unwrap_or_else(|| panic!("no line of {check}: {}{}", ended.stdout, ended.stderr));
    let hint = lines.next().and_then(|line| line.trim_start().strip_prefix("hint: "));
    (line.to_owned(), hint.unwrap_or_default().to_owned())
}
