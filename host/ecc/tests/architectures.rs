//! One source for several architectures: one object where it serves all, else one for each.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod common;

use std::fs;
use std::path::Path;

use common::{ecc, folder};
use package::{Package, architecture};

/// Takes the first argument of a function out of the registers, which each architecture has elsewhere.
const PROBE: &str = r#"
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";
__u64 seen, read;

SEC("kprobe/do_unlinkat")
int BPF_KPROBE(enter, int dfd)
{
	seen += dfd + PT_REGS_PARM2(ctx);
	read += PT_REGS_PARM1_CORE(ctx) + PT_REGS_IP(ctx) + PT_REGS_PARM1_SYSCALL(ctx);
	return 0;
}
"#;

/// Looks at the kernel's structs only, whose places are found when it is loaded.
const PORTABLE: &str = r#"
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";
int parent;

SEC("raw_tp/sched_process_exec")
int exec(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	parent = BPF_CORE_READ(task, real_parent, tgid);
	return 0;
}
"#;

#[track_caller]
fn compiled(folder: &Path, arguments: &[&str]) -> Package {
    let run = ecc(folder, arguments);
    assert!(
        run.status.success(),
        "{arguments:?}: {}",
        String::from_utf8_lossy(&run.stderr)
    );
    let package = Package::parse(&fs::read(folder.join("package.json")).unwrap()).unwrap();
    fs::remove_file(folder.join("package.json")).unwrap();
    package
}

fn here() -> &'static str {
    architecture::host().unwrap()
}

#[test]
fn an_object_for_each_architecture_where_one_cannot_serve_all() {
    let folder = folder(&[("probe.bpf.c", PROBE)]);
    for types in [&[][..], &["--vmlinux", "small"]] {
        let arguments = [&["probe.bpf.c", "--target-arch", "aarch64,x86_64"], types].concat();
        let package = compiled(folder.path(), &arguments);
        assert_eq!(package.architectures().collect::<Vec<_>>(), ["arm64", "x86"]);
        assert!(package.object_for("x86").unwrap() != package.object_for("arm64").unwrap());
        assert!(package.object() == package.object_for(here()).unwrap());
        assert_eq!(package.describe().unwrap().programs[0].name, "enter");
    }
}

#[test]
fn one_object_where_it_serves_all() {
    let folder = folder(&[("portable.bpf.c", PORTABLE)]);
    for types in [&[][..], &["--vmlinux", "small"]] {
        let plain = compiled(folder.path(), &[&["portable.bpf.c"], types].concat());
        let both = compiled(
            folder.path(),
            &[&["portable.bpf.c", "--target-arch", "x86,arm64,riscv"], types].concat(),
        );
        assert!(both == plain, "{types:?}");
    }
}

#[test]
fn an_object_for_other_machines_only_says_so() {
    let other = if here() == "arm64" { "x86" } else { "arm64" };
    let folder = folder(&[("portable.bpf.c", PORTABLE)]);
    let package = compiled(folder.path(), &["portable.bpf.c", "--target-arch", other]);
    assert_eq!(package.architectures().collect::<Vec<_>>(), [other]);
    let error = package.describe().unwrap_err().to_string();
    assert!(
        error.contains(&format!("no object for {}, only for {other}", here())),
        "{error}"
    );
    // One for this machine is like one without a word about it.
    let own = compiled(folder.path(), &["portable.bpf.c", "--target-arch", here()]);
    assert_eq!(own.architectures().count(), 0);
}

#[test]
fn every_architecture_of_this_byte_order_has_its_registers() {
    let folder = folder(&[("probe.bpf.c", PROBE)]);
    let all: Vec<_> = architecture::all().filter(|name| *name != "s390").collect();
    for types in [&[][..], &["--vmlinux", "small"]] {
        let names = all.join(",");
        let package = compiled(
            folder.path(),
            &[&["probe.bpf.c", "--target-arch", &names], types].concat(),
        );
        assert_eq!(package.architectures().collect::<Vec<_>>(), all);
    }
}
