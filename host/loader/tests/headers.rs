//! What `ecc` compiles against: libbpf's headers and a `vmlinux.h`.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::collections::HashSet;
use std::path::Path;

#[test]
fn the_headers_are_those_a_program_includes_each_with_its_licence() {
    let headers = loader::headers();
    for name in [
        "bpf_helpers.h",
        "bpf_helper_defs.h",
        "bpf_tracing.h",
        "bpf_core_read.h",
        "bpf_endian.h",
        "usdt.bpf.h",
    ] {
        let (_, text) = headers.iter().find(|(file, _)| *file == name).unwrap();
        assert!(
            text.lines().next().unwrap().contains("BSD-2-Clause") || name == "bpf_helper_defs.h",
            "{name}"
        );
    }
    assert!(
        headers
            .iter()
            .any(|(name, text)| *name == "LICENSE.BSD-2-Clause" && text.contains("Redistribution"))
    );
}

#[test]
fn the_kernels_types_come_as_a_header_that_is_the_same_each_time() {
    let first = loader::vmlinux_header(None).unwrap();
    assert!(first.contains("struct task_struct {"));
    assert!(first.contains("typedef unsigned int __u32;") || first.contains("typedef __u32 u32;"));
    assert!(first.starts_with("#ifndef __VMLINUX_H__"));
    assert!(first.contains("#pragma clang attribute push (__attribute__((preserve_access_index)), apply_to = record)"));
    assert_eq!(first, loader::vmlinux_header(None).unwrap());
    assert_eq!(
        first,
        loader::vmlinux_header(Some(Path::new("/sys/kernel/btf/vmlinux"))).unwrap()
    );
}

#[test]
fn a_btf_that_is_missing_or_broken_is_named() {
    let missing = loader::vmlinux_header(Some(Path::new("/nonexistent.btf"))).unwrap_err();
    assert_eq!(missing.kind(), loader::Kind::NoBtf);
    assert_eq!(missing.to_string(), "/nonexistent.btf does not exist");

    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), b"neither BTF nor ELF").unwrap();
    let broken = loader::vmlinux_header(Some(file.path())).unwrap_err();
    assert!(broken.to_string().contains(file.path().to_str().unwrap()), "{broken:#}");
}

#[test]
fn a_program_gets_the_types_that_it_names_and_what_their_named_pointers_lead_to() {
    let header = |words: &[&str]| {
        let words = package::Words {
            program: words.iter().copied().collect(),
            library: ["__u64", "task_struct"].into(),
        };
        loader::vmlinux_header_for(None, &words).unwrap()
    };
    let (all, none) = (loader::vmlinux_header(None).unwrap(), header(&[]));
    assert!(none.contains("__u64;") && !none.contains("struct task_struct {"));
    let task = header(&["task_struct"]);
    assert!(task.contains("\nstruct task_struct {\n") && task.contains("\nstruct mm_struct;\n"));
    assert!(task.len() < all.len() / 10, "{} of {} bytes", task.len(), all.len());
    let memory = header(&["task_struct", "mm"]);
    assert!(memory.contains("\nstruct mm_struct {\n"));
    let constant = header(&["BPF_MAP_TYPE_RINGBUF"]);
    assert!(constant.contains("BPF_MAP_TYPE_HASH"), "the whole enum");
    assert_eq!(task, header(&["task_struct"]));
}

#[test]
fn the_small_header_declares_what_its_list_names() {
    let header = loader::small_vmlinux_header();
    assert!(header.len() < 400_000, "{} bytes", header.len());
    let words: HashSet<&str> = header.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
    let list = include_str!("../src/vmlinux/small.txt");
    let lines = list.lines().filter(|line| !line.starts_with('#'));
    let missing: Vec<&str> = lines
        .flat_map(str::split_whitespace)
        .filter(|name| !words.contains(name))
        .collect();
    assert!(
        missing.is_empty(),
        "make it anew with examples/small-vmlinux.rs: {missing:?}"
    );
}
