//! An object needs little of the kernel's types: what it needs is kept for its second start, or comes with the package.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, MutexGuard};

use cli_tests::{Ended, compile, ecli, program, run};

/// Where root's ecli keeps what it worked out.
const CACHE: &str = "/var/cache/ecli";

/// A package that no run has seen before.
fn package(name: &str) -> PathBuf {
    let folder = tempfile::tempdir().unwrap();
    compile(&source(folder.path(), name), Path::new("none.h"))
}

/// A source that reads a field of the kernel's, and has a number of its own.
fn source(folder: &Path, name: &str) -> PathBuf {
    let source = folder.join(format!("{name}.bpf.c"));
    let now = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_nanos();
    let text = format!(
        r#"
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
char LICENSE[] SEC("license") = "GPL";
struct event {{ __u64 number; int tgid; int parent; }};
struct {{
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 4096);
    __type(value, struct event);
}} events SEC(".maps");
const volatile __u64 number = {}ull;
SEC("raw_tp/sys_enter") int enter(void *ctx)
{{
    struct task_struct *task = (void *)bpf_get_current_task();
    struct event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
    if (!event)
        return 0;
    event->number = number;
    event->tgid = BPF_CORE_READ(task, tgid);
    event->parent = BPF_CORE_READ(task, real_parent, tgid);
    bpf_ringbuf_submit(event, 0);
    return 0;
}}
"#,
        now as u64
    );
    fs::write(&source, text).unwrap();
    source
}

/// The tests of this file look at one folder, in turn.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn kept() -> BTreeSet<PathBuf> {
    let files = fs::read_dir(CACHE).map_or_else(|_| Vec::new(), |files| files.flatten().collect());
    files
        .into_iter()
        .map(|file| file.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "btf"))
        .collect()
}

/// Run it where the kernel's own types cannot be seen.
fn without_btf(package: &Path) -> Ended {
    run(Command::new("unshare")
        .args([
            "-m",
            "sh",
            "-ec",
            "mount -t tmpfs none /sys/kernel/btf; exec \"$@\"",
            "sh",
        ])
        .arg(program("ecli"))
        .args(["run", "-j", "--count", "1"])
        .arg(package))
}

fn with_btf(package: &Path) -> Ended {
    run(ecli(["run", "-j", "--count", "1"]).arg(package))
}

#[track_caller]
fn saw_a_process(ended: &Ended) {
    assert_eq!(ended.code(), 0, "{}", ended.stderr);
    let event = &ended.json()[0];
    assert!(event["tgid"].as_u64().unwrap() > 0, "{event}");
}

#[test]
fn a_second_start_needs_no_types_of_the_kernel() {
    let _alone = alone();
    let package = package("second");
    let refused = without_btf(&package);
    assert_eq!(refused.code(), 1, "{}", refused.stderr);
    assert!(refused.stderr.contains("/sys/kernel/btf/vmlinux"), "{}", refused.stderr);

    let before = kept();
    saw_a_process(&with_btf(&package));
    let made: Vec<PathBuf> = kept().difference(&before).cloned().collect();
    assert!(!made.is_empty(), "a cut was kept in {CACHE}");
    saw_a_process(&without_btf(&package));
}

#[test]
fn a_damaged_cut_is_as_good_as_none() {
    let _alone = alone();
    let package = package("damaged");
    let before = kept();
    saw_a_process(&with_btf(&package));
    // Those of other tests that run now are as good as none, too.
    for path in kept().difference(&before) {
        let mut bytes = fs::read(path).unwrap();
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        fs::write(path, bytes).unwrap();
    }
    saw_a_process(&with_btf(&package));
    // It was made anew.
    saw_a_process(&without_btf(&package));
}

#[test]
fn a_package_may_bring_the_types_of_a_kernel_that_shows_none() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let source = source(folder.path(), "brings");
    let archive = folder.path().join("archive");
    fs::create_dir(&archive).unwrap();
    let system = rustix::system::uname();
    let release = system.release().to_str().unwrap();
    fs::copy("/sys/kernel/btf/vmlinux", archive.join(format!("{release}.btf"))).unwrap();

    let packed = run(Command::new(program("ecc"))
        .arg(&source)
        .args(["-b", "--btfhub-archive"])
        .arg(&archive));
    assert_eq!(packed.code(), 0, "{}", packed.stderr);
    // The first start of all.
    saw_a_process(&without_btf(&folder.path().join("package.json")));
}
