//! CO-RE relocations against a cut of the kernel's BTF: each instruction comes out as it does against the whole.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use std::collections::BTreeMap;
use std::ffi::{CStr, CString};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use common::{compile, in_own_mounts, mount};
use loader::{Kind, OpenObject, OpenOptions};
use package::{KernelBtfs, Package};

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

/// The BTF of an object.
fn btf(object: &[u8]) -> Vec<u8> {
    // SAFETY: the object is open, and closed when its BTF has been copied.
    unsafe {
        let raw = libbpf_sys::bpf_object__open_mem(object.as_ptr().cast(), object.len() as _, std::ptr::null());
        assert!(!raw.is_null());
        let mut size = 0;
        let bytes: *const u8 = libbpf_sys::btf__raw_data(libbpf_sys::bpf_object__btf(raw), &raw mut size).cast();
        let bytes = std::slice::from_raw_parts(bytes, size as usize).to_vec();
        libbpf_sys::bpf_object__close(raw);
        bytes
    }
}

/// Relocates against the whole of a kernel's BTF and against its cut. Gives back the size of the cut.
fn compare(object: &[u8], kernel: &[u8], programs: usize) -> usize {
    let file = |bytes: &[u8]| {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        file
    };
    let cut = package::cut_btf(object, kernel).unwrap();
    let relocated = [kernel, &cut.bytes].map(|btf| relocate(object, Some(file(btf).path())).unwrap());
    assert_eq!(relocated[0].len(), programs);
    for (program, instructions) in &relocated[0] {
        assert_eq!(&relocated[1][program], instructions, "{program}");
    }
    cut.bytes.len()
}

#[test]
fn every_kind_of_relocation_resolves_as_against_the_whole() {
    let (object, _) = compile("core");
    compare(&object, &std::fs::read(KERNEL).unwrap(), 9);
}

#[test]
fn so_does_what_hangs_on_the_parts_that_were_left_out() {
    let (object, _) = compile("core_odd");
    let (kernel, _) = compile("core_odd_kernel");
    compare(&object, &btf(&kernel), 10);
}

#[test]
fn a_small_tool_needs_a_few_hundred_bytes() {
    let (object, _) = compile("core_tool");
    let size = compare(&object, &std::fs::read(KERNEL).unwrap(), 1);
    assert!((100..500).contains(&size), "{size} bytes");
}

#[test]
fn where_the_kernel_shows_no_types_those_that_the_package_carries_are_enough() {
    let (object, description) = compile("core_tool");
    let cut = package::cut_btf(&object, &std::fs::read(KERNEL).unwrap()).unwrap();
    let mut btfs = KernelBtfs::default();
    btfs.add(&loader::running_kernel(), cut.bytes);
    let bare = Package::from_object(object, "core_tool", &[]).unwrap();
    let carrying = bare.clone().with_kernel_btfs(&btfs).unwrap();
    assert_eq!(
        loader::packed_btf(&carrying).unwrap(),
        None,
        "the kernel's own come first"
    );
    in_own_mounts(move || {
        mount("tmpfs", "/sys/kernel/btf");
        let load = |package: &Package| {
            let options = OpenOptions {
                cut_btf: loader::packed_btf(package).unwrap(),
                ..OpenOptions::default()
            };
            OpenObject::open(package.object(), description.clone().into(), &options)?.load()
        };
        let object = load(&carrying).unwrap();
        assert!(object.program("tool").unwrap().is_loaded());

        let error = load(&bare).unwrap_err();
        assert_eq!(error.kind(), Kind::NoBtf);
        assert_eq!(
            error.to_string(),
            "this kernel shows no type information (/sys/kernel/btf/vmlinux), and the object needs it"
        );
        assert!(error.hint().unwrap().contains("ecc --btfgen"), "{error:?}");
    });
}
