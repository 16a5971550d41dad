//! A buffer of which nothing says what its records are.

use std::path::Path;

use cli_tests::{compile, ecli, run};

const SOURCE: &str = r#"
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
char LICENSE[] SEC("license") = "GPL";
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); } events SEC(".maps");
SEC("raw_tp/sys_enter") int enter(void *ctx)
{
    __u64 record = 1;
    bpf_ringbuf_output(&events, &record, sizeof(record), 0);
    return 0;
}
"#;

#[test]
fn events_that_nobody_can_print_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("untyped.bpf.c");
    std::fs::write(&source, SOURCE).unwrap();
    let package = compile(&source, Path::new("none.h"));
    let ended = run(ecli(["run", "--timeout", "0.2"]).arg(package));
    assert_eq!(ended.code(), 0, "{ended:?}");
    assert!(
        ended
            .stderr
            .contains("warning: no events will be printed: nothing says of which type the records in map events are"),
        "{}",
        ended.stderr
    );
    assert!(
        ended
            .stderr
            .contains("hint: give the map a `__type(value, struct ...)`"),
        "{}",
        ended.stderr
    );
}
