//! CO-RE relocations against a cut of the kernel's BTF: each instruction comes out as it does against the whole.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use std::collections::BTreeMap;
use std::ffi::{CStr, CString};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use common::compile;

const KERNEL: &str = "/sys/kernel/btf/vmlinux";

/// The instructions of each program after relocation: code, registers, offset and immediate value.
type Programs = BTreeMap<String, Vec<[u8; 8]>>;

/// Relocates an object as libbpf does before it loads one. None if it refuses.
fn relocate(object: &[u8], btf: Option<&Path>) -> Option<Programs> {
    let path = btf.map(|path| CString::new(path.as_os_str().as_bytes()).unwrap());
    let options = libbpf_sys::bpf_object_open_opts {
        sz: size_of::<libbpf_sys::bpf_object_open_opts>() as libbpf_sys::size_t,
        btf_custom_path: path.as_ref().map_or(std::ptr::null(), |path| path.as_ptr()),
        ..Default::default()
    };
    // SAFETY: what the options point to lives through all calls; the object is closed last, and its strings and instructions are
    // copied before.
    unsafe {
        let raw = libbpf_sys::bpf_object__open_mem(object.as_ptr().cast(), object.len() as _, &raw const options);
        assert!(!raw.is_null());
        let done = libbpf_sys::bpf_object__prepare(raw) == 0;
        let mut programs = Programs::new();
        let mut program = std::ptr::null_mut();
        loop {
            program = libbpf_sys::bpf_object__next_program(raw, program);
            if program.is_null() {
                break;
            }
            let name = CStr::from_ptr(libbpf_sys::bpf_program__name(program));
            let instructions: *const [u8; 8] = libbpf_sys::bpf_program__insns(program).cast();
            let count = libbpf_sys::bpf_program__insn_cnt(program) as usize;
            let instructions = std::slice::from_raw_parts(instructions, count).to_vec();
            programs.insert(name.to_string_lossy().into_owned(), instructions);
        }
        libbpf_sys::bpf_object__close(raw);
        done.then_some(programs)
    }
}

/// The cut of this kernel's BTF for an object, in a file.
fn cut(object: &[u8]) -> (tempfile::NamedTempFile, package::CutBtf) {
    let cut = package::cut_btf(object, &std::fs::read(KERNEL).unwrap()).unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), &cut.bytes).unwrap();
    (file, cut)
}

#[test]
fn every_kind_of_relocation_resolves_as_against_the_whole() {
    let (object, _) = compile("core");
    let (file, described) = cut(&object);
    assert_eq!(
        described.absent,
        [
            "nothing_of_this_name",
            "nothing_of_this_typedef",
            "nothing_of_this_enum"
        ]
    );
    let whole = relocate(&object, Some(Path::new(KERNEL))).unwrap();
    let cut = relocate(&object, Some(file.path())).unwrap();
    assert_eq!(whole.len(), 9);
    for (program, instructions) in &whole {
        assert_eq!(&cut[program], instructions, "{program}");
    }
}
