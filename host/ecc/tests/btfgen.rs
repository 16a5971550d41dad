//! `ecc --btfgen`: an archive of kernels' types becomes what one program needs of them.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod common;

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::OnceLock;

use package::{Kernel, Package};

const SOURCE: &str = r#"
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
char LICENSE[] SEC("license") = "GPL";
SEC("raw_tp/sys_enter")
int enter(void *context)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	return BPF_CORE_READ(task, real_parent, tgid);
}
"#;

fn ecc(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ecc"))
        .args(arguments)
        .env_remove("CLANG")
        .current_dir(folder)
        .output()
        .unwrap()
}

/// A folder with the source and an archive of BTF files, each named by its path below the archive.
fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    common::put(folder.path(), "tool.bpf.c", SOURCE);
    for (name, bytes) in files {
        let path = folder.path().join("archive").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    folder
}

/// A file in a tar in xz, as BTFHub has them.
fn tar_xz(name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(bytes.len() as u64);
    header.set_mode(0o644);
    header.set_cksum();
    tar.append_data(&mut header, name, bytes).unwrap();
    let options = lzma_rust2::XzOptions::with_preset(0);
    let mut xz = lzma_rust2::XzWriter::new(Vec::new(), options).unwrap();
    xz.write_all(&tar.into_inner().unwrap()).unwrap();
    xz.finish().unwrap()
}

/// What stands for the BTF of a kernel: that of the running one as far as the program reads it. All of it takes a debug build a while to
/// pack.
fn btf() -> Vec<u8> {
    static BTF: OnceLock<Vec<u8>> = OnceLock::new();
    let make = || {
        let folder = folder(&[]);
        assert!(ecc(folder.path(), &["tool.bpf.c"]).status.success());
        let package = Package::parse(&fs::read(folder.path().join("package.json")).unwrap()).unwrap();
        let kernel = fs::read("/sys/kernel/btf/vmlinux").unwrap();
        package::cut_btf(package.object(), &kernel).unwrap().bytes
    };
    BTF.get_or_init(make).clone()
}

fn here() -> &'static str {
    match std::env::consts::ARCH {
        "aarch64" => "arm64",
        other => other,
    }
}

fn kernel(distribution: &str, version: &str, release: &str) -> Kernel {
    Kernel {
        release: release.to_owned(),
        architecture: Some(here().to_owned()),
        distribution: Some(distribution.to_owned()),
        version: Some(version.to_owned()),
    }
}

const BTFGEN: [&str; 4] = ["tool.bpf.c", "-b", "--btfhub-archive", "archive"];

#[test]
fn each_kernel_in_the_archive_gets_what_the_program_needs() {
    let btf = btf();
    let ubuntu = |release: &str| format!("ubuntu/20.04/{}/{release}", here());
    let folder = folder(&[
        (&ubuntu("5.4.0-1.btf.tar.xz"), &tar_xz("5.4.0-1.btf", &btf)),
        (&ubuntu("5.4.0-2.btf"), &btf),
        ("somewhere/6.1.0.btf", &btf),
        ("ubuntu/20.04/sparc/README", b"not BTF"),
        ("ubuntu/20.04/s390x/5.4.0-3.btf", b"not for this machine"),
    ]);
    let run = ecc(folder.path(), &BTFGEN);
    let text = String::from_utf8_lossy(&run.stdout).into_owned();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    assert!(text.contains("Cutting the BTF of 3 kernels...\n"), "{text}");
    assert!(text.contains("Packed what 3 kernels need: 1 different\n"), "{text}");

    let written = fs::read(folder.path().join("package.json")).unwrap();
    let package = Package::parse(&written).unwrap();
    let found = |kernel: &Kernel| package.kernel_btf(kernel).unwrap();
    assert_eq!(found(&kernel("ubuntu", "20.04", "5.4.0-1")), Some(btf.clone()));
    assert_eq!(found(&kernel("ubuntu", "20.04", "5.4.0-2")), Some(btf.clone()));
    assert_eq!(found(&kernel("debian", "12", "6.1.0")), Some(btf));
    assert_eq!(found(&kernel("ubuntu", "20.04", "5.4.0-3")), None);

    // The same input, the same bytes; and without the option not a byte more.
    assert!(ecc(folder.path(), &BTFGEN).status.success());
    assert_eq!(fs::read(folder.path().join("package.json")).unwrap(), written);
    assert!(ecc(folder.path(), &["tool.bpf.c"]).status.success());
    let bare = fs::read_to_string(folder.path().join("package.json")).unwrap();
    assert!(
        !bare.contains("kernel_btfs") && bare.len() + 1000 > written.len(),
        "{} bytes",
        written.len()
    );
}

#[test]
fn a_program_that_reads_no_types_gets_none() {
    let folder = folder(&[("6.1.0.btf", b"never read")]);
    let source = "#include \"vmlinux.h\"\n#include <bpf/bpf_helpers.h>\nSEC(\"raw_tp/x\") int enter(void *context) { return 0; }\n";
    common::put(folder.path(), "tool.bpf.c", source);
    let run = ecc(folder.path(), &BTFGEN);
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    assert!(String::from_utf8_lossy(&run.stdout).contains("kernels without BTF need nothing packed"));
    assert!(
        !fs::read_to_string(folder.path().join("package.json"))
            .unwrap()
            .contains("kernel_btfs")
    );
}

#[track_caller]
fn refused(files: &[(&str, &[u8])], expected: &str) {
    let folder = folder(files);
    let before = common::files(folder.path());
    let run = ecc(folder.path(), &BTFGEN);
    assert_eq!(run.status.code(), Some(1));
    let text = String::from_utf8_lossy(&run.stderr).into_owned();
    assert!(text.starts_with(expected), "{text}");
    assert_eq!(common::files(folder.path()), before);
}

#[test]
fn a_file_that_cannot_be_used_is_named_and_nothing_written() {
    let good = btf();
    let packed = tar_xz("a.btf", &good);
    let cannot = "error: cannot read the BTF archive/a.btf.tar.xz: ";
    refused(&[("a.btf.tar.xz", &packed[..packed.len() / 2])], cannot);
    refused(&[("a.btf.tar.xz", b"no xz")], cannot);
    refused(
        &[("a.btf.tar.xz", &tar_xz("README", b""))],
        "error: cannot read the BTF archive/a.btf.tar.xz: it has no file that ends in .btf\nhint: get the file again",
    );
    let cut_off = "error: cannot cut archive/b.btf: the kernel's BTF is cut off\n";
    refused(&[("a.btf", &good), ("b.btf", &good[..good.len() / 2])], cut_off);
    refused(
        &[("x/1/s390x/a.btf", b"another machine's")],
        &format!(
            "error: there is no BTF for {} under archive, only for other architectures\n",
            here()
        ),
    );
}
