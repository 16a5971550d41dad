//! Errors: what each of them says, and what other files are called.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod clang;
mod fixture;

use package::{ErrorKind, Package};
use serde_json::json;

fn error(document: &[u8]) -> package::Error {
    Package::parse(document)
        .and_then(|package| package.describe())
        .expect_err("it should be refused")
}

/// Every documented field has a file in `tests/bad`, with the words for it; this is the example of the format's description.
#[test]
fn each_error_names_the_field_by_path_and_says_what_was_found_and_what_is_allowed() {
    let source = "struct event { int pid; }; struct { __uint(type, 27); __uint(max_entries, 4096); } a SEC(\".maps\"), b SEC(\".maps\"), c SEC(\".maps\");
        struct event *keep;";
    let package = Package::from_object(clang::compile(source), "tool", &["event".into()]).unwrap();
    let id = package.meta()["export_types"][0]["type_id"].clone();
    let mut meta = package.meta().clone();
    meta["enable_multiple_export_types"] = json!(true);
    meta["bpf_skel"]["maps"][2]["export_config"] = json!({"custom_members": [
        {"name": "pid", "offset": 0, "btf_type_id": id},
        {"name": "ppid", "offset": 2, "btf_type_id": id},
    ]});
    let error = package.with_meta(meta).unwrap().describe().unwrap_err();
    assert_eq!(
        error.to_string(),
        "meta.bpf_skel.maps[2].export_config.custom_members[1]: \"ppid\" (offset 2, 4 bytes) overlaps \"pid\" (offset 0, 4 bytes)"
    );
    assert_eq!(error.path(), "meta.bpf_skel.maps[2].export_config.custom_members[1]");
}

#[test]
fn syntax_errors_name_line_and_column() {
    let error = error(b"\n{\"meta\": {},\n  \"bpf_object\" 1}");
    assert_eq!(
        (error.kind(), error.to_string().as_str()),
        (ErrorKind::Syntax, "not valid JSON at line 3, column 16: expected `:`")
    );
    assert_eq!(self::error(b" \n ").to_string(), "the document is empty");
    let deep = format!("{{\"meta\": {}1", "[".repeat(300));
    assert!(
        self::error(deep.as_bytes())
            .to_string()
            .contains("recursion limit exceeded")
    );
}

#[test]
fn other_kinds_of_file_are_called_by_their_name() {
    let cases: [(&[u8], &str); 6] = [
        (b"\x7fELF\x02\x01", "this is an ELF file, not a package"),
        (b"\0asm\x01\0\0\0", "this is a WebAssembly file, not a package"),
        (
            b"bpf_skel:\n  obj_name: x\n",
            "this is the metadata of a package alone, without its object",
        ),
        (
            br#"{"bpf_skel": {}}"#,
            "this is the metadata of a package alone, without its object",
        ),
        (b"[]", "a package is an object, found an array"),
        (b"hello", "this is data of an unknown kind, not a package"),
    ];
    for (bytes, expected) in cases {
        assert_eq!(error(bytes).to_string(), expected);
    }
}

#[test]
fn objects_that_are_not_for_bpf_are_called_by_their_name() {
    let elf = clang::compile(fixture::SOURCE);
    let refusal = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut elf = elf.clone();
        change(&mut elf);
        Package::from_object(elf, "tool", &[]).unwrap_err().to_string()
    };
    assert_eq!(refusal(&|elf| elf.clear()), "this is empty, not a BPF object");
    assert_eq!(refusal(&|elf| elf[4] = 1), "this is a 32-bit ELF, not a BPF object");
    assert_eq!(
        refusal(&|elf| elf[18] = 62),
        "this is an ELF for x86-64, not a BPF object"
    );
    let order = if cfg!(target_endian = "little") { 2 } else { 1 };
    assert!(refusal(&|elf| elf[5] = order).contains("-endian, this machine is "));
    assert!(refusal(&|elf| elf.truncate(elf.len() - 1)).starts_with("the ELF is cut off"));
}

#[test]
fn an_object_without_btf_says_how_to_get_it() {
    let source = "SEC(\"kprobe/x\") int f(void *c) { return 0; }";
    let mut elf = clang::compile(source);
    let name = elf.windows(5).position(|bytes| bytes == b".BTF\0").unwrap();
    elf[name + 1] = b'X';
    let error = Package::from_object(elf, "tool", &[]).unwrap_err();
    assert_eq!(error.to_string(), "the object has no .BTF section");
    assert_eq!(error.hint(), Some("compile it with `clang -g`"));
    let missing = Package::from_object(clang::compile(source), "tool", &["event".into()]);
    assert_eq!(
        missing.unwrap_err().to_string(),
        "export_types: the object's BTF has no struct \"event\""
    );
}
