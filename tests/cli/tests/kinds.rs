//! Every kind of map from tools in Rust and C: both do the same and print the same.

use std::fs;
use std::path::PathBuf;

use cli_tests::{built, c_source, ecli, project, root, run};

const SOURCE: &str = "host/loader/tests/bpf/kinds.bpf.c";

const EXPECTED: &str = "\
hash: 20 of 30
lru: 20 of 30
array: 20 of 30
large_hash: 9900, then 0
percpu_hash: as written 1
percpu_array: as written 1
queue: 1 1, then 2, empty 1
queue: full
stack: 3 3, then 2, empty 1
stack: full
bloom: 1 0, program 11
trie: 2 1 0, 2 entries, mismatch
trie: 1
stacks: 1, of the kernel 1
task_storage: 40 41, no such key
cgroup_storage: 50 51, no such key
array_of_maps: 0 2 1, 101, id 1
hash_of_maps: 1, mismatch
programs: 1
programs: 7
programs: 1
programs: mismatch
commands: 256 256, sum 32640, full, wrong size
arena: hi ho 7, wrong size, null 0
socket_storage: unsupported
ring: mismatch
perf: mismatch
commands: mismatch
arena: mismatch
array_of_maps: unsupported
sockets: unsupported
interfaces: unsupported
";

#[track_caller]
fn check(folder: PathBuf) {
    let ended = run(ecli(["run"]).arg(built(&folder)));
    assert_eq!((ended.code(), ended.stdout.as_str()), (0, EXPECTED), "{}", ended.stderr);
}

#[test]
fn in_rust() {
    let folder = project("kinds-rust", SOURCE, "rust");
    fs::copy(
        root().join("tests/cli/sources/rust/kinds.rs"),
        folder.join("src/main.rs"),
    )
    .unwrap();
    check(folder);
}

#[test]
fn in_c() {
    let folder = project("kinds-c", SOURCE, "c");
    fs::copy(c_source("kinds"), folder.join("src/main.c")).unwrap();
    check(folder);
}
