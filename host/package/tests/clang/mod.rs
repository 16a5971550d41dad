//! Objects for tests: C compiled as users compile it.

use std::process::Command;

/// What libbpf's headers give a BPF source; enough of it.
const PRELUDE: &str = r#"
typedef unsigned char __u8; typedef unsigned short __u16; typedef unsigned int __u32; typedef unsigned long long __u64;
typedef __u8 u8; typedef __u16 u16; typedef __u32 u32; typedef __u64 u64;
typedef signed char s8; typedef short s16; typedef int s32; typedef long long s64;
typedef int pid_t; typedef _Bool bool;
#define SEC(name) __attribute__((section(name), used))
#define __uint(name, val) int (*name)[val]
#define __type(name, val) val *name
#define __array(name, val) val *name[]
char LICENSE[] SEC("license") = "GPL";
"#;

/// The BPF object of a C source.
pub(crate) fn compile(source: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let (input, output) = (folder.path().join("a.c"), folder.path().join("a.o"));
    std::fs::write(&input, format!("{PRELUDE}{source}")).unwrap();
    let clang = ["clang-19", "clang"]
        .into_iter()
        .find(|clang| Command::new(clang).arg("--version").output().is_ok())
        .expect("these tests need clang 15 or newer");
    let run = Command::new(clang)
        .args(["-O2", "-g", "-target", "bpf", "-c", "-Wno-everything", "-o"])
        .args([&output, &input])
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    std::fs::read(output).unwrap()
}
