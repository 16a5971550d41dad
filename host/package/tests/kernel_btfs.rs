//! BTF that a package carries for kernels that show none: which kernel gets which, and what is refused.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod clang;

use std::sync::OnceLock;

use base64::Engine;
use package::{CutBtf, ErrorKind, Kernel, KernelBtfs, Package, cut_btf};
use serde_json::{Value, json};

const TOOL: &str = "
struct task { int pid; };
SEC(\"raw_tp\") int tool(struct task *task) { return *__builtin_preserve_access_index(&task->pid); }
";

fn object() -> Vec<u8> {
    static OBJECT: OnceLock<Vec<u8>> = OnceLock::new();
    OBJECT.get_or_init(|| clang::compile(TOOL)).clone()
}

/// The cut for a kernel whose tasks have their number after so many bytes.
fn cut(offset: u32) -> CutBtf {
    let strings = b"\0task\0pid\0int\0";
    let types: [u32; 10] = [1, 4 << 24 | 1, 4096, 6, 2, offset * 8, 10, 1 << 24, 4, 1 << 24 | 32];
    let mut btf = vec![0x9f, 0xeb, 1, 0];
    for word in [24, 0, 40, 40, strings.len() as u32].iter().chain(&types) {
        btf.extend_from_slice(&word.to_le_bytes());
    }
    btf.extend_from_slice(strings);
    cut_btf(&object(), &btf).unwrap()
}

fn kernel(text: &str) -> Kernel {
    let known = |part: &str| (part != "*").then(|| part.to_owned());
    let [distribution, version, architecture, release] = text.split('/').collect::<Vec<_>>()[..] else {
        panic!("{text}");
    };
    Kernel {
        release: release.to_owned(),
        architecture: known(architecture),
        distribution: known(distribution),
        version: known(version),
    }
}

/// A package that was written and read again.
fn package(kernels: &[(&str, u32)]) -> Package {
    let mut btfs = KernelBtfs::default();
    for (name, offset) in kernels {
        btfs.add(&kernel(name), cut(*offset).bytes);
    }
    let package = Package::from_object(object(), "tool", &[]).unwrap();
    let written = package.with_kernel_btfs(&btfs).unwrap().to_json().unwrap();
    Package::parse(&written).unwrap()
}

#[test]
fn a_kernel_gets_the_cut_that_was_made_for_it() {
    let package = package(&[
        ("ubuntu/20.04/x86_64/5.4.0-1009-aws", 8),
        ("ubuntu/20.04/arm64/5.4.0-1009-aws", 16),
        ("debian/10/x86_64/4.19.0-17-amd64", 24),
    ]);
    let found = |name: &str| package.kernel_btf(&kernel(name)).unwrap();
    assert_eq!(found("ubuntu/20.04/x86_64/5.4.0-1009-aws"), Some(cut(8).bytes));
    assert_eq!(found("ubuntu/20.04/aarch64/5.4.0-1009-aws"), Some(cut(16).bytes));
    assert_eq!(found("debian/10/x86_64/4.19.0-17-amd64"), Some(cut(24).bytes));
    for unknown in [
        "ubuntu/20.04/x86_64/5.4.0-1009-azure",
        "ubuntu/20.04/x86_64/5.4.0-1009",
        "ubuntu/20.04/riscv64/5.4.0-1009-aws",
        "debian/10/arm64/4.19.0-17-amd64",
    ] {
        assert_eq!(found(unknown), None, "{unknown}");
    }
}

#[test]
fn distribution_and_version_decide_only_where_the_release_does_not() {
    let package = package(&[
        ("ubuntu/18.04/x86_64/5.4.0-42-generic", 8),
        ("ubuntu/20.04/x86_64/5.4.0-42-generic", 16),
        ("centos/7/x86_64/3.10.0", 24),
        ("*/*/*/6.1.0", 32),
        ("a/1/x86_64/5.0", 8),
        ("b/1/x86_64/5.0", 8),
    ]);
    let found = |name: &str| package.kernel_btf(&kernel(name));
    assert_eq!(
        found("ubuntu/18.04/x86_64/5.4.0-42-generic").unwrap(),
        Some(cut(8).bytes)
    );
    assert_eq!(
        found("ubuntu/20.04/x86_64/5.4.0-42-generic").unwrap(),
        Some(cut(16).bytes)
    );
    // In a container of another distribution.
    assert_eq!(found("alpine/3.20/x86_64/3.10.0").unwrap(), Some(cut(24).bytes));
    assert_eq!(found("centos/7.9/x86_64/3.10.0").unwrap(), Some(cut(24).bytes));
    // An archive that says nothing of where its kernels run.
    assert_eq!(found("centos/7/s390x/6.1.0").unwrap(), Some(cut(32).bytes));
    // Two kernels of one release that are alike.
    assert_eq!(found("c/1/x86_64/5.0").unwrap(), Some(cut(8).bytes));
    let error = found("debian/12/x86_64/5.4.0-42-generic").unwrap_err();
    assert_eq!(
        error.to_string(),
        "kernel_btfs: the package has different BTFs for kernels of this release, and cannot tell which is that of \
         5.4.0-42-generic x86_64 debian 12"
    );
}

#[test]
fn kernels_that_are_alike_share_a_cut() {
    let mut btfs = KernelBtfs::default();
    for number in 0..2000 {
        let name = kernel(&format!("ubuntu/20.04/x86_64/5.4.0-{number}-aws"));
        assert!(btfs.add(&name, cut(8 + number / 1000).bytes));
        assert!(!btfs.add(&name, cut(99).bytes));
    }
    assert_eq!((btfs.kernels(), btfs.different()), (2000, 2));
    let bare = Package::from_object(object(), "tool", &[]).unwrap();
    let size = bare.to_json().unwrap().len();
    let package = bare.with_kernel_btfs(&btfs).unwrap();
    let grown = package.to_json().unwrap().len() - size;
    assert!(grown < 2000 * 20 + 1000, "{grown} bytes more");
    let last = kernel("ubuntu/20.04/x86_64/5.4.0-1999-aws");
    assert_eq!(package.kernel_btf(&last).unwrap(), Some(cut(9).bytes));
}

#[test]
fn a_package_without_them_has_none() {
    let package = Package::from_object(object(), "tool", &[]).unwrap();
    assert_eq!(package.kernel_btf(&kernel("a/1/x86_64/5.0")).unwrap(), None);
}

/// The document with another field, parsed and asked for the kernel `a/1/x86_64/5.0`.
fn refusal(field: &Value) -> (ErrorKind, String) {
    let document = package(&[("a/1/x86_64/5.0", 8)]).to_json().unwrap();
    let mut document: Value = serde_json::from_slice(&document).unwrap();
    document["kernel_btfs"] = field.clone();
    let error = Package::parse(document.to_string().as_bytes())
        .and_then(|package| package.kernel_btf(&kernel("a/1/x86_64/5.0")))
        .unwrap_err();
    (error.kind(), error.to_string())
}

fn packed(bytes: &[u8]) -> String {
    use std::io::Write;
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    base64::engine::general_purpose::STANDARD.encode(encoder.finish().unwrap())
}

#[test]
fn what_is_wrong_is_named_by_its_path() {
    let kernels = json!({"a/1/x86_64": {"5.0": 0}});
    let good = cut(8).bytes;
    let field = |btfs: &[u8], sizes: Value| json!({"btfs": packed(btfs), "sizes": sizes, "kernels": kernels});
    for (value, expected) in [
        (json!([]), "kernel_btfs: found an array, expected an object"),
        (
            json!({}),
            "kernel_btfs.btfs: this field is missing, a string is expected",
        ),
        (
            field(&good, json!(["x"])),
            "kernel_btfs.sizes[0]: found a string, expected a number",
        ),
        (
            field(&good, json!([-1])),
            "kernel_btfs.sizes[0]: found -1, expected a whole number from 0 to 16777216",
        ),
        (
            json!({"btfs": "", "sizes": [1], "kernels": {"a/1": {}}}),
            "kernel_btfs.kernels[\"a/1\"]: kernels are listed under DISTRIBUTION/VERSION/ARCHITECTURE",
        ),
        (
            json!({"btfs": "", "sizes": [1], "kernels": {"a/1/b": {"5.0": 1}}}),
            "kernel_btfs.kernels[\"a/1/b\"].5.0: found 1, expected a whole number from 0 to 0",
        ),
        (
            json!({"btfs": "", "sizes": [], "kernels": {"a/1/b": {"5.0": 0}}}),
            "kernel_btfs.kernels[\"a/1/b\"].5.0: found no number of one of `sizes`",
        ),
        (
            json!({"btfs": "*", "sizes": [1], "kernels": kernels}),
            "kernel_btfs.btfs[0]: not valid base64: found '*' at offset 0",
        ),
        (
            field(&good, json!([good.len() + 1])),
            "kernel_btfs.btfs[0]: it inflates to fewer bytes than `sizes` says",
        ),
        (
            field(&good, json!([20])),
            "kernel_btfs.btfs[0]: the kernel's BTF is cut off",
        ),
        (
            field(b"something else", json!([14])),
            "kernel_btfs.btfs[0]: the kernel's BTF does not begin as BTF does",
        ),
    ] {
        assert_eq!(refusal(&value).1, expected);
    }
    let (kind, text) = refusal(&field(&good, json!([1 << 24, 1 << 24])));
    assert_eq!(kind, ErrorKind::Limit, "{text}");
    // More than it says it has is not unpacked.
    let bomb = vec![0; 64 << 20];
    assert_eq!(
        refusal(&field(&bomb, json!([0]))).1,
        "kernel_btfs.btfs[0]: the kernel's BTF does not begin as BTF does"
    );
}

#[test]
fn damaged_cuts_do_no_harm() {
    let good = cut(8).bytes;
    let document = package(&[("a/1/x86_64/5.0", 8)]).to_json().unwrap();
    let mut document: Value = serde_json::from_slice(&document).unwrap();
    for place in 0..good.len() {
        for flip in [0x01, 0x20, 0x80, 0xff] {
            let mut damaged = good.clone();
            damaged[place] ^= flip;
            document["kernel_btfs"]["btfs"] = packed(&damaged).into();
            let package = Package::parse(document.to_string().as_bytes()).unwrap();
            // What is given out at all has been cut for the object: cutting it again changes nothing.
            if let Ok(Some(btf)) = package.kernel_btf(&kernel("a/1/x86_64/5.0")) {
                assert_eq!(cut_btf(&object(), &btf).unwrap().bytes, btf);
            }
        }
    }
}
