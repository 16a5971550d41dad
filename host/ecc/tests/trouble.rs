//! What is left when `ecc` cannot go on: nothing, and the package of before.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod common;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use common::folder;

const SOURCE: &str = "char LICENSE[] __attribute__((section(\"license\"))) = \"GPL\";\n";

/// A program that includes the kernel's types.
const KERNEL: &str = "#include \"vmlinux.h\"\nchar LICENSE[] __attribute__((section(\"license\"))) = \"GPL\";\nstruct task_struct *task;\n";

const PATIENCE: Duration = Duration::from_secs(60);

/// A clang that takes its time: it makes a file when it has begun.
const SLOW: &str = "#!/bin/sh\n: > begun\nsleep 2\nexec clang-19 \"$@\"\n";

/// Commands in a mount namespace of their own; `$ECC` is the compiler.
fn with_mounts(folder: &Path, script: &str) -> Output {
    Command::new("unshare")
        .args(["--mount", "sh", "-ec", script])
        .env("ECC", env!("CARGO_BIN_EXE_ecc"))
        .env_remove("CLANG")
        .current_dir(folder)
        .output()
        .unwrap()
}

fn words(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn end_with(signal: &str, number: u8) {
    let folder = folder(&[("a.bpf.c", SOURCE), ("slow", SLOW), ("tmp/keep", "")]);
    fs::set_permissions(folder.path().join("slow"), fs::Permissions::from_mode(0o755)).unwrap();
    let ecc = Command::new(env!("CARGO_BIN_EXE_ecc"))
        .args(["a.bpf.c", "-o", "out", "-c", "./slow"])
        .env("TMPDIR", folder.path().join("tmp"))
        .current_dir(folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let start = Instant::now();
    while !folder.path().join("begun").exists() {
        assert!(start.elapsed() < PATIENCE, "clang was not called");
        std::thread::sleep(Duration::from_millis(10));
    }
    let kill = Command::new("kill")
        .args(["-s", signal, &ecc.id().to_string()])
        .status()
        .unwrap();
    assert!(kill.success());
    let ended = ecc.wait_with_output().unwrap();
    assert_eq!(
        (ended.status.code(), ended.status.signal()),
        (Some(128 + i32::from(number)), None)
    );
    assert_eq!(words(&ended), "error: interrupted: nothing was written\n");
    let left: Vec<_> = common::files(folder.path()).into_keys().collect();
    assert_eq!(left, ["a.bpf.c", "begun", "slow", "tmp/keep"]);
    assert!(!folder.path().join("out").exists());
}

#[test]
fn a_signal_in_the_middle_leaves_no_file_behind() {
    end_with("INT", 2);
    end_with("TERM", 15);
}

#[test]
fn a_full_disk_leaves_the_package_of_before() {
    let folder = folder(&[("src/a.bpf.c", SOURCE), ("out/keep", "")]);
    // Room for one small package, then for none.
    let script = "mount -t tmpfs -o size=16k none out && \"$ECC\" src/a.bpf.c -o out >/dev/null && cp out/package.json before\n\
         head -c 100000 /dev/zero > out/fill 2>/dev/null || true\n\
         code=0; \"$ECC\" src/a.bpf.c -o out --wasm-header >/dev/null || code=$?\n\
         cmp before out/package.json && echo \"$code:$(ls -A out | tr '\\n' ' ')\"";
    let run = with_mounts(folder.path(), script);
    assert_eq!(
        String::from_utf8_lossy(&run.stdout),
        "1:fill package.json \n",
        "{}",
        words(&run)
    );
    assert_eq!(
        words(&run),
        "error: cannot write out/package.json: No space left on device\n\
         hint: name a folder that can be written to with -o DIR\n"
    );
}

#[test]
fn without_room_for_temporary_files_it_says_where() {
    let folder = folder(&[("a.bpf.c", SOURCE), ("tmp/keep", "")]);
    let script = "mount -t tmpfs -o size=64k none tmp; code=0; TMPDIR=tmp \"$ECC\" a.bpf.c >/dev/null || code=$?; echo $code; ls -A tmp";
    let run = with_mounts(folder.path(), script);
    assert_eq!(String::from_utf8_lossy(&run.stdout), "1\n");
    assert_eq!(
        words(&run),
        "error: cannot write headers under tmp: No space left on device\n\
         hint: set TMPDIR to a folder that can be written to\n"
    );
    let left: Vec<_> = common::files(folder.path()).into_keys().collect();
    assert_eq!(left, ["a.bpf.c", "tmp/keep"]);
}

#[test]
fn where_the_kernel_shows_no_types_those_that_come_with_ecc_do() {
    let broken = format!("{KERNEL}int x = sizeof(struct no_such_type);\n");
    let folder = folder(&[("a.bpf.c", KERNEL), ("b.bpf.c", &broken)]);
    let hide = "mount -t tmpfs none /sys/kernel/btf";
    let run = with_mounts(folder.path(), &format!("{hide}; \"$ECC\" a.bpf.c"));
    assert!(run.status.success(), "{}", words(&run));
    assert_eq!(words(&run), "");
    let run = with_mounts(folder.path(), &format!("{hide}; \"$ECC\" b.bpf.c --name b"));
    assert_eq!(run.status.code(), Some(1));
    let words = words(&run);
    let hint = words.lines().last().unwrap();
    assert!(
        hint.starts_with("hint: ") && hint.contains("/sys/kernel/btf/vmlinux") && hint.contains("--btf FILE"),
        "{words}"
    );
}
