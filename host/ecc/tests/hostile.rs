//! Packages of somebody else, whose words would become code: `gen-wasm-skel` refuses names that are none, and the rest stays in comments.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod common;

use std::fs;

use common::{ecc, files, folder};
use package::Package;
use serde_json::Value;

const SOURCE: &str = r#"#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

enum level { MIDDLE = 1 };
struct inner { int number; };
struct record { struct inner within; enum level level; };

char LICENSE[] SEC("license") = "GPL";
/// @description what it begins with
const volatile struct inner begin = { 1 };
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
	__type(value, struct record);
} records SEC(".maps");

SEC("raw_tp/sys_enter")
int filler(void *ctx)
{
	struct record record = { begin, MIDDLE };

	bpf_ringbuf_output(&records, &record, sizeof(record), 0);
	return 0;
}
"#;

const LANGUAGES: [&str; 2] = ["rust", "c"];

/// A folder with the package of the source.
fn packed() -> (tempfile::TempDir, Package) {
    let folder = folder(&[("tool.bpf.c", SOURCE)]);
    let done = ecc(folder.path(), &["tool.bpf.c"]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let package = Package::parse(&fs::read(folder.path().join("package.json")).unwrap()).unwrap();
    (folder, package)
}

/// The exit status of `gen-wasm-skel` with a package, what it says, and the files it makes.
fn made(package: &Package, language: &str) -> (Option<i32>, String, tempfile::TempDir) {
    let folder = folder(&[]);
    fs::write(folder.path().join("in.json"), package.to_json().unwrap()).unwrap();
    let arguments = ["gen-wasm-skel", "in.json", "--lang", language, "-o", "out"];
    let done = ecc(folder.path(), &arguments);
    let words = String::from_utf8_lossy(&done.stderr).into_owned();
    (done.status.code(), words, folder)
}

/// The object with another name of the same length wherever one stands.
fn renamed(object: &[u8], name: &str, other: &str) -> Vec<u8> {
    let [name, other] = [name, other].map(|name| format!("\0{name}\0"));
    assert_eq!(name.len(), other.len());
    let mut object = object.to_vec();
    let places: Vec<usize> = (0..object.len())
        .filter(|place| object[*place..].starts_with(name.as_bytes()))
        .collect();
    assert!(!places.is_empty(), "{name:?}");
    for place in places {
        object[place..place + other.len()].copy_from_slice(other.as_bytes());
    }
    object
}

#[test]
fn a_name_that_is_none_of_c_makes_no_project() {
    let (_folder, package) = packed();
    for (name, other, what) in [
        ("record", "re\nord", "a type of events"),
        ("inner", "in\"er", "a struct"),
        ("within", "wi;hin", "a member"),
        ("level", "le\\el", "an enumeration"),
        ("MIDDLE", "MI*/LE", "a value"),
        ("begin", "be{in", "a variable"),
        ("records", "rec rds", "a map"),
        ("filler", "fil-er", "a program"),
    ] {
        let object = renamed(package.object(), name, other);
        let export = if name == "record" { other } else { "record" };
        let hostile = Package::from_object(object, "tool", &[export.to_owned()]).unwrap();
        for language in LANGUAGES {
            let (code, words, folder) = made(&hostile, language);
            let expected = format!("error: {other:?} cannot be the name of {what}: it is no name in C\nhint: ");
            assert_eq!(code, Some(1), "{what} {other:?}: {words}");
            assert!(words.starts_with(&expected), "{what} {other:?}: {words}");
            assert!(!folder.path().join("out").exists(), "{other:?}");
        }
    }
}

/// Replaces all strings below a key of this name.
fn replace(value: &mut Value, key: &str, with: &str) -> usize {
    match value {
        Value::Object(fields) => fields
            .iter_mut()
            .map(|(name, value)| match value {
                Value::String(text) if name == key => {
                    with.clone_into(text);
                    1
                }
                value => replace(value, key, with),
            })
            .sum(),
        Value::Array(values) => values.iter_mut().map(|value| replace(value, key, with)).sum(),
        _ => 0,
    }
}

#[test]
fn words_that_are_no_names_stay_in_comments() {
    const EVIL: &str = "int\nevil();\r\u{2028}evil!{} */ evil(); /*";
    let (_folder, package) = packed();
    let exporting = Package::from_object(package.object().to_vec(), "tool", &["record".to_owned()]).unwrap();
    let mut meta = package.meta().clone();
    meta["export_types"] = exporting.meta()["export_types"].clone();
    meta["export_types"][0]["type"] = EVIL.into();
    for key in ["type", "description"] {
        assert!(replace(&mut meta, key, EVIL) > 0, "{key} in {meta:#}");
    }
    let hostile = package.with_meta(meta).unwrap();
    for language in LANGUAGES {
        let (code, words, folder) = made(&hostile, language);
        assert_eq!(code, Some(0), "{words}");
        let out = folder.path().join("out");
        let mut seen = 0;
        for (name, bytes) in files(&out) {
            let text = String::from_utf8(bytes).unwrap();
            let evil: Vec<&str> = text
                .lines()
                .map(str::trim)
                .filter(|line| line.contains("evil"))
                .collect();
            for line in &evil {
                let is_harmless = match name.rsplit_once('.').unwrap().1 {
                    "rs" => line.starts_with("/// "),
                    "h" => line.find("/*") < line.find("evil") && line.find("*/") == Some(line.len() - 2),
                    // The package itself; in C as a string, which is compiled below.
                    "json" => true,
                    "c" => line.starts_with("\".ascii \\\""),
                    _ => false,
                };
                assert!(is_harmless, "{name}: {line}");
            }
            seen += evil.len();
        }
        assert!(seen > 1, "{language}: it is in the package and in a comment");
        if language == "c" {
            let done = ecc(folder.path(), &["build-wasm", "out"]);
            assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        }
    }
}
