//! Damaged and malicious input: an error in bounded time, never a panic.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod clang;

use std::time::{Duration, Instant};

use package::{ErrorKind, Package};
use serde_json::{Value, json};

const SOURCE: &str = include_str!("clang/tool.c");

/// What one damaged file may take, in a debug build on a busy machine.
const TIME: Duration = Duration::from_secs(5);

/// Changes to a byte. Steps through a file are odd, so that each meets each byte of a word.
const FLIPS: [u8; 4] = [0x01, 0x20, 0x80, 0xff];

/// Reads and describes, and says whether that went through. Whatever it is, what is described can be written again.
fn read(document: &[u8]) -> bool {
    let start = Instant::now();
    let result = Package::parse(document).and_then(|package| {
        package.describe()?;
        package.to_json()
    });
    assert!(start.elapsed() < TIME, "took {:?}", start.elapsed());
    result.is_ok()
}

fn read_object(elf: &[u8]) -> bool {
    let start = Instant::now();
    let result = Package::from_object(elf.to_vec(), "tool", &["event".into()]).and_then(|package| package.describe());
    assert!(start.elapsed() < TIME, "took {:?}", start.elapsed());
    result.is_ok()
}

fn document() -> Vec<u8> {
    let package = Package::from_object(clang::compile(SOURCE), "tool", &["event".into()]).unwrap();
    package.to_json().unwrap()
}

#[test]
fn a_package_cut_anywhere_is_refused() {
    let document = document();
    assert!(read(&document));
    for end in (0..document.len()).step_by(97) {
        assert!(!read(&document[..end]), "cut at {end}");
    }
}

#[test]
fn an_object_cut_anywhere_is_refused() {
    let elf = clang::compile(SOURCE);
    assert!(read_object(&elf));
    for end in (0..elf.len()).step_by(97) {
        assert!(!read_object(&elf[..end]), "cut at {end}");
    }
}

#[test]
fn flipped_bytes_of_a_package_do_no_harm() {
    let document = document();
    for (place, flip) in (0..document.len()).step_by(17).zip(FLIPS.into_iter().cycle()) {
        let mut damaged = document.clone();
        damaged[place] ^= flip;
        read(&damaged);
    }
}

#[test]
fn flipped_bytes_of_an_object_do_no_harm() {
    let elf = clang::compile(SOURCE);
    for (place, flip) in (0..elf.len()).step_by(7).zip(FLIPS.into_iter().cycle()) {
        let mut damaged = elf.clone();
        damaged[place] ^= flip;
        read_object(&damaged);
    }
}

/// The JSON pointers of everything in `value`.
fn pointers(value: &Value, pointer: String, found: &mut Vec<String>) {
    match value {
        Value::Array(list) => {
            for (index, value) in list.iter().enumerate() {
                pointers(value, format!("{pointer}/{index}"), found);
            }
        }
        Value::Object(fields) => {
            for (name, value) in fields {
                pointers(value, format!("{pointer}/{name}"), found);
            }
        }
        _ => {}
    }
    found.push(pointer);
}

#[test]
fn any_field_may_have_any_value() {
    let odd = json!([null, true, -1, 0, 1e300, u64::MAX, "", "x", [], [[]], [{}], {}, {"name": "rb"}, {"custom_members": [{}]}]);
    let mut tree: Value = serde_json::from_slice(&document()).unwrap();
    tree["runtime_args"] = json!({"pid_target": 1});
    let skeleton = &mut tree["meta"]["bpf_skel"];
    skeleton["data_sections"][0]["variables"][0]["cmdarg"] = json!({"default": 1, "short": "p"});
    skeleton["maps"][2]["sample"] = json!({"interval": 1, "type": "linear_hist", "base": 0, "step": 2});
    skeleton["maps"][2]["data"] = json!([{"key": {"id": 1}, "value": {"slots": [1]}}]);
    skeleton["maps"][1]["export_config"] = json!({"custom_members": [{"name": "a", "offset": 0, "btf_type_id": 1}]});
    skeleton["maps"][1]["intepreter"] = json!({"stack_trace": {"field_map": {"pid": "pid"}}});
    tree["meta"]["enable_multiple_export_types"] = json!(true);
    let mut found = Vec::new();
    pointers(&tree, String::new(), &mut found);
    for pointer in found {
        for value in odd.as_array().unwrap() {
            let mut changed = tree.clone();
            *changed.pointer_mut(&pointer).unwrap() = value.clone();
            read(changed.to_string().as_bytes());
        }
    }
}

#[test]
fn documents_of_too_many_values_are_refused_before_they_are_read() {
    let document = format!("[{}0]", "0,".repeat(package::limits::DOCUMENT_VALUES));
    let error = Package::parse(document.as_bytes()).unwrap_err();
    assert_eq!(
        (error.kind(), error.to_string().as_str()),
        (ErrorKind::Limit, "the document has more than 250000 values")
    );
    let huge = vec![b' '; package::limits::DOCUMENT_BYTES + 1];
    let error = Package::parse(&huge).unwrap_err();
    assert_eq!(error.to_string(), "the document is larger than 64 MiB");
}

#[test]
fn huge_variables_are_refused() {
    let elf = clang::compile("char big[1 << 30];");
    let package = Package::from_object(elf, "tool", &[]).unwrap();
    assert_eq!(
        package.describe().unwrap_err().to_string(),
        "meta.bpf_skel.data_sections[0].variables[0]: the package's variables take more than 64 MiB"
    );
}

#[test]
fn unions_of_unions_may_not_expand_without_end() {
    let mut source = String::from("union u0 { char a; char b; };\n");
    for level in 1..40 {
        let inner = level - 1;
        source += &format!("union u{level} {{ union u{inner} a; union u{inner} b; }};\n");
    }
    let elf = clang::compile(&format!("{source} struct event {{ union u39 u; }} *keep;"));
    let error = Package::from_object(elf, "tool", &["event".into()])
        .unwrap()
        .describe()
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Limit);
    assert!(error.to_string().contains("its 1 bytes expand to "), "{error}");
}

/// Where the types of an object's BTF stand in its file, by ID from 1 on, with their kinds.
fn types(object: &[u8]) -> Vec<(usize, u8)> {
    let word = |at: usize| u32::from_le_bytes(object[at..at + 4].try_into().unwrap()) as usize;
    // The header of .BTF: 24 bytes, unlike that of .BTF.ext.
    let header = object
        .windows(8)
        .position(|window| window == [0x9f, 0xeb, 1, 0, 24, 0, 0, 0])
        .unwrap();
    let mut at = header + 24;
    let end = at + word(header + 12);
    let mut found = Vec::new();
    while at < end {
        let (kind, count) = (object[at + 7] & 0x1f, word(at + 4) & 0xffff);
        found.push((at, kind));
        at += 12
            + match kind {
                1 | 14 | 17 => 4,
                3 => 12,
                4 | 5 | 15 | 19 => 12 * count,
                6 | 13 => 8 * count,
                _ => 0,
            };
    }
    found
}

#[test]
fn objects_that_libbpf_would_not_survive_are_refused() {
    let object = clang::compile(
        "typedef unsigned short number;
        struct task { number flag : 3; };
        SEC(\"raw_tp\") int tool(struct task *task) { return __builtin_preserve_field_info(task->flag, 0); }",
    );
    let describe = |object: Vec<u8>| Package::from_object(object, "tool", &[]).and_then(|package| package.describe());
    describe(object.clone()).unwrap();
    let refusal = |kind: u8, word: &dyn Fn(u32) -> u32| {
        let mut damaged = object.clone();
        for ((place, found), id) in types(&object).into_iter().zip(1..) {
            if found == kind {
                damaged[place + 8..place + 12].copy_from_slice(&word(id).to_le_bytes());
            }
        }
        describe(damaged).unwrap_err().to_string()
    };
    // It divides by the size of a bit field's type.
    let no_size = refusal(1, &|_| 0);
    assert!(
        no_size.starts_with("bpf_object: the object's CO-RE relocations: the object's BTF is damaged: type ")
            && no_size.ends_with(" cannot be that of a bit field"),
        "{no_size}"
    );
    // It follows typedefs until there is none.
    let circle = refusal(8, &|id| id);
    assert!(circle.contains("refers to itself"), "{circle}");
}
