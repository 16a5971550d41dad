//! What a person reads when something cannot be done.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod common;

use std::path::Path;

use common::{compile, in_own_mounts, load, mount, open, with_tracefs};
use loader::{Error, Kind, Object, OpenObject, OpenOptions, UpdateMode};
use rustix::thread::{CapabilitySet, CapabilitySets};

/// One program of `refused`, loaded alone.
fn load_only(program: &str) -> loader::Result<Object> {
    let mut open = open("refused");
    open.set_autoload(program, true).unwrap();
    open.load()
}

fn attach_only(program: &str) -> Error {
    load_only(program)
        .unwrap()
        .program(program)
        .unwrap()
        .attach()
        .unwrap_err()
}

#[test]
fn a_program_that_the_verifier_refuses_comes_with_the_end_of_its_log() {
    let error = load_only("reads_anywhere").unwrap_err();
    assert_eq!(error.kind(), Kind::VerifierRejected);
    assert_eq!(
        format!("{error:#}"),
        "program reads_anywhere cannot be loaded: the kernel's verifier refused it: R1 invalid mem access 'scalar'"
    );
    assert_eq!(error.source_lines(), ["refused.bpf.c:20: return *(int *)context[0];"]);
    assert!(error.hint().unwrap().contains("bpf_probe_read_kernel"), "{error:?}");
    let log = error.verifier_log().unwrap();
    assert!(log.contains("R1 invalid mem access 'scalar'") && log.len() <= 64 * 1024);
}

#[test]
fn a_member_that_the_kernels_types_lack_is_named() {
    let error = load_only("needs_member").unwrap_err();
    assert_eq!(error.kind(), Kind::KernelLacks);
    assert_eq!(
        format!("{error:#}"),
        "program needs_member cannot be loaded: it needs struct task_struct___other.no_such_member, which this kernel \
         does not have"
    );
}

#[test]
fn a_section_that_says_no_type_of_program_is_not_loaded() {
    let error = load_only("odd_section").unwrap_err();
    assert_eq!(error.kind(), Kind::InvalidInput);
    assert_eq!(
        format!("{error:#}"),
        "program odd_section cannot be loaded: its section of_no_kind says no type of program that libbpf knows"
    );
}

#[test]
fn a_tracepoint_that_does_not_exist_is_named() {
    with_tracefs(|| {
        let error = attach_only("no_tracepoint");
        assert_eq!(error.kind(), Kind::NotFound);
        assert_eq!(
            format!("{error:#}"),
            "program no_tracepoint cannot be attached to tp/sched/no_such_tracepoint: this kernel has no tracepoint \
             sched/no_such_tracepoint"
        );
        assert_eq!(
            error.hint(),
            Some("those there are: ls /sys/kernel/tracing/events/sched")
        );
        let error = attach_only("no_category");
        assert_eq!(
            error.hint(),
            Some("there is no category no_such_category; those there are: ls /sys/kernel/tracing/events")
        );
    });
    let error = attach_only("no_raw_tracepoint");
    assert_eq!(error.kind(), Kind::NotFound);
    assert!(
        format!("{error:#}").ends_with("this kernel has no raw tracepoint no_such_tracepoint"),
        "{error:#}"
    );

    let error = load_only("no_btf_tracepoint").unwrap_err();
    assert_eq!(error.kind(), Kind::NotFound);
    assert_eq!(
        error.to_string(),
        "this kernel has no no_such_tracepoint, which program no_btf_tracepoint attaches to"
    );
}

#[test]
fn without_the_tracing_file_system_the_command_that_mounts_it_is_named() {
    in_own_mounts(|| {
        // Covered by file systems without any files.
        mount("tmpfs", "/sys/kernel/tracing");
        if Path::new("/sys/kernel/debug").exists() {
            mount("tmpfs", "/sys/kernel/debug");
        }
        let error = attach_only("no_tracepoint");
        assert_eq!(error.kind(), Kind::NoTracefs);
        assert!(
            format!("{error:#}").ends_with("the tracing file system is not mounted"),
            "{error:#}"
        );
        assert_eq!(
            error.hint(),
            Some("mount it: mount -t tracefs tracefs /sys/kernel/tracing")
        );
    });
}

#[test]
fn a_kprobe_says_whether_the_function_or_all_kprobes_are_missing() {
    with_tracefs(|| {
        let error = attach_only("no_function");
        let text = format!("{error:#}");
        if Path::new("/sys/bus/event_source/devices/kprobe").exists() {
            assert_eq!(error.kind(), Kind::NotFound);
            assert!(
                text.ends_with("this kernel has no function no_such_function, or not one that can be probed"),
                "{text}"
            );
        } else {
            assert_eq!(error.kind(), Kind::KernelLacks);
            assert!(text.ends_with("this kernel was built without kprobes"), "{text}");
            assert!(error.hint().unwrap().contains("CONFIG_KPROBES"));
        }
    });
}

#[test]
fn a_section_that_names_no_target_is_not_attached() {
    let error = attach_only("no_target");
    assert_eq!(error.kind(), Kind::Unsupported);
    assert_eq!(
        format!("{error:#}"),
        "program no_target cannot be attached to uprobe: a program in the section uprobe cannot be attached without naming a target"
    );
    assert!(error.hint().unwrap().contains("--attach no_target=TARGET"));
}

#[test]
fn a_target_of_the_package_that_does_not_fit_the_program_is_told() {
    let attach_to = |target: &str| {
        let (object, mut description) = compile("tool");
        let program = description
            .programs
            .iter_mut()
            .find(|program| program.name == "handle_exec");
        program.unwrap().attach = Some(target.to_owned());
        let open = OpenObject::open(&object, description.into(), &OpenOptions::default()).unwrap();
        open.load()
            .unwrap()
            .program("handle_exec")
            .unwrap()
            .attach()
            .unwrap_err()
    };
    let error = attach_to("cgroup_skb/egress");
    assert_eq!(error.kind(), Kind::InvalidInput);
    assert_eq!(
        format!("{error:#}"),
        "program handle_exec is of type tracepoint and cannot be attached to cgroup//sys/fs/cgroup"
    );
    let error = attach_to("nonsense/somewhere");
    assert!(
        format!("{error:#}").starts_with("program handle_exec: \"nonsense/somewhere\" is no target: "),
        "{error:#}"
    );
}

#[test]
fn without_the_kernels_types_the_way_out_is_named_and_a_file_of_them_is_enough() {
    let (object, description) = compile("refused");
    in_own_mounts(move || {
        let types = tempfile::NamedTempFile::new().unwrap();
        std::fs::copy("/sys/kernel/btf/vmlinux", types.path()).unwrap();
        mount("tmpfs", "/sys/kernel/btf");
        let description = std::sync::Arc::new(description);
        let open = |options: &OpenOptions| {
            let mut open = OpenObject::open(&object, description.clone(), options).unwrap();
            open.set_autoload("needs_member", true).unwrap();
            open.load().unwrap_err()
        };
        let error = open(&OpenOptions::default());
        assert_eq!(error.kind(), Kind::NoBtf);
        assert_eq!(
            error.to_string(),
            "this kernel shows no type information (/sys/kernel/btf/vmlinux), and the object needs it"
        );
        assert!(error.hint().unwrap().contains("CONFIG_DEBUG_INFO_BTF=y"));
        // With the types the load gets as far as the member that does not exist.
        let error = open(&OpenOptions {
            btf_path: Some(types.path().to_owned()),
            ..OpenOptions::default()
        });
        assert_eq!(error.kind(), Kind::KernelLacks);

        let options = OpenOptions {
            btf_path: Some("/nonexistent.btf".into()),
            ..OpenOptions::default()
        };
        let error = OpenObject::open(&object, description.clone(), &options).unwrap_err();
        assert_eq!(
            (error.kind(), error.to_string().as_str()),
            (Kind::NoBtf, "the BTF file /nonexistent.btf does not exist")
        );
    });
}

#[test]
fn a_process_without_capabilities_is_told_which_it_lacks() {
    let (object, description) = compile("refused");
    let loaded = load("tool");
    with_tracefs(move || {
        let thread = std::thread::spawn(move || {
            let none = CapabilitySet::empty();
            rustix::thread::set_capabilities(
                None,
                CapabilitySets {
                    effective: none,
                    permitted: none,
                    inheritable: none,
                },
            )
            .unwrap();
            let mut open = OpenObject::open(&object, description.into(), &OpenOptions::default()).unwrap();
            open.set_autoload("fine", true).unwrap();
            let error = open.load().unwrap_err();
            assert_eq!(error.kind(), Kind::Denied, "{error:#}");
            assert!(format!("{error:#}").contains("the process lacks CAP_BPF"), "{error:#}");
            assert!(
                error.hint().unwrap().starts_with("run as root, or with CAP_BPF"),
                "{error:?}"
            );

            let error = loaded.program("handle_exec").unwrap().attach().unwrap_err();
            assert_eq!(error.kind(), Kind::Denied, "{error:#}");
            assert!(
                format!("{error:#}").contains("the process lacks CAP_BPF and CAP_PERFMON"),
                "{error:#}"
            );
        });
        thread.join().unwrap();
    });
}

#[test]
fn a_map_of_programs_takes_no_number_for_a_descriptor() {
    let object = load_only("fine").unwrap();
    let map = object.map("jumps").unwrap();
    let (key, value) = ([0; 4], 1_u32.to_ne_bytes());
    for error in [
        map.update(&key, &value, UpdateMode::Any).unwrap_err(),
        map.update_batch(&key, &value, UpdateMode::Any).unwrap_err(),
    ] {
        assert_eq!(error.kind(), Kind::Unsupported);
        assert_eq!(
            format!("{error:#}"),
            "map jumps, a prog_array map, cannot be changed from here: an entry would be a descriptor of the host: insert one of the \
             object's programs"
        );
    }
}
