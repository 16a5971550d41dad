//! Packages in YAML: the same tree as in JSON, and nothing that a few lines could blow up.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod clang;

use std::time::{Duration, Instant};

use package::{ErrorKind, Package, limits};
use serde_json::Value;

const SOURCE: &str = include_str!("clang/tool.c");

/// What one hostile file may take, in a debug build on a busy machine.
const TIME: Duration = Duration::from_secs(20);

fn derived() -> Package {
    Package::from_object(clang::compile(SOURCE), "tool", &["event".into()]).unwrap()
}

fn refusal(document: &str) -> (ErrorKind, String) {
    let start = Instant::now();
    let error = Package::parse(document.as_bytes()).unwrap_err();
    assert!(start.elapsed() < TIME, "took {:?}", start.elapsed());
    (error.kind(), error.to_string())
}

#[test]
fn a_package_in_yaml_is_the_same_package() {
    let package = derived();
    let yaml = package.to_yaml().unwrap();
    let text = String::from_utf8(yaml.clone()).unwrap();
    assert!(
        text.contains("\nmeta:\n  bpf_skel:\n    data_sections:\n    - name: .rodata\n")
            || text.contains("- name: \".rodata\"\n"),
        "{text}"
    );
    let again = Package::parse(&yaml).unwrap();
    assert_eq!(again, package);
    assert_eq!(again.describe().unwrap(), package.describe().unwrap());
    assert_eq!(again.to_yaml().unwrap(), yaml);
    assert_eq!(again.to_json().unwrap(), package.to_json().unwrap());
}

#[test]
fn who_reads_json_only_gets_the_same_package_and_no_yaml() {
    let package = derived();
    assert_eq!(Package::parse_json(&package.to_json().unwrap()).unwrap(), package);
    for text in [package.to_yaml().unwrap(), b"[]".to_vec(), b"{}".to_vec(), Vec::new()] {
        assert!(Package::parse_json(&text).is_err());
    }
}

#[test]
fn the_loose_form_is_the_same_package() {
    let package = derived();
    let meta = package.meta().to_string();
    let object = package.object().to_vec();
    assert_eq!(Package::parse_loose(meta.as_bytes(), object.clone()).unwrap(), package);
    assert_eq!(Package::parse_loose(&package.meta_to_yaml(), object).unwrap(), package);
    for meta in [meta.into_bytes(), package.meta_to_yaml()] {
        assert_eq!(Package::parse(&meta).unwrap_err().kind(), ErrorKind::Loose);
    }
}

/// As another program writes it: other quotes and indents, anchors, comments, a marker before and after.
#[test]
fn yaml_of_another_generator() {
    let package = derived();
    let json: Value = serde_json::from_slice(&package.to_json().unwrap()).unwrap();
    let object = json["bpf_object"].as_str().unwrap();
    let (first, rest) = object.split_at(76);
    let yaml = format!(
        r#"# made by hand
---
bpf_object: "{first}\
  {rest}"
bpf_object_size: {}
meta:
    eunomia_version: 0.3.4
    debug_verbose: True
    poll_timeout_ms: ~
    print_header: null
    bpf_skel:
        obj_name: 'tool_bpf'
        doc:
            version: 1.0
            brief: >-
                Two lines
                in one
        data_sections:
        -   name: .rodata
            variables:
            - {{name: pid_target, type: pid_t, value: 0x2A, cmdarg: &arg {{short: p, long: pid}}}}
            - name: targ_failed
              type: bool
              cmdarg:
                  long: failed
                  help: |-
                      first
                      second
        maps:
        progs: []
    bpf_skel_copy: *arg
...
"#,
        json["bpf_object_size"]
    );
    let description = Package::parse(yaml.as_bytes()).unwrap().describe().unwrap();
    assert_eq!(description.name, "tool");
    assert_eq!(description.doc.version.as_deref(), Some("1.0"));
    assert_eq!(description.doc.brief.as_deref(), Some("Two lines in one"));
    assert!(description.debug_verbose && description.print_header);
    assert_eq!(description.poll_timeout_ms, 100);
    let target = &description.variables[0];
    assert_eq!(target.value, Some(42.into()));
    assert_eq!(target.argument.as_ref().unwrap().long.as_deref(), Some("pid"));
    let failed = description.variables[1].argument.as_ref().unwrap();
    assert_eq!(failed.help.as_deref(), Some("first\nsecond"));
}

#[test]
fn errors_name_line_and_column_or_the_field() {
    let (kind, message) = refusal("meta:\n  bpf_skel: [1, 2\n");
    assert_eq!(kind, ErrorKind::Syntax);
    assert!(message.starts_with("not valid YAML at line 3, column 1: "), "{message}");
    let (_, message) = refusal("meta:\n  bpf_skel: {}\n---\nmeta:\n");
    assert_eq!(message, "not valid YAML at line 3, column 1: a second document begins");
    let (_, message) = refusal("meta:\n  [a, b]: 1\n");
    assert_eq!(
        message,
        "not valid YAML at line 2, column 3: a key of a mapping must be a word"
    );
    let (_, message) = refusal("meta: &a [*a]\n");
    assert_eq!(
        message,
        "not valid YAML at line 1, column 11: an alias stands inside of what it repeats"
    );
    let (kind, message) = refusal("bpf_object: 12\nmeta: {}\n");
    assert_eq!(
        (kind, message.as_str()),
        (
            ErrorKind::Field,
            "bpf_object: found a number, expected a string in base64"
        )
    );
    let text = [b"meta: a\nbpf_object: ".as_slice(), &[0xff]].concat();
    let message = Package::parse(&text).unwrap_err().to_string();
    assert_eq!(message, "not valid YAML at line 2, column 1: it is not UTF-8");
}

#[test]
fn text_that_is_no_package_is_not_taken_for_yaml() {
    for text in ["hello", "a: b\n", "<html>", "#!/bin/sh\necho a: b\n", "0x12"] {
        let (kind, message) = refusal(text);
        assert_eq!(kind, ErrorKind::Unsupported, "{message}");
    }
}

#[test]
fn aliases_of_aliases_do_not_multiply() {
    let mut values = String::from("meta: {}\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    let mut bytes = format!("meta: {{}}\na0: &a0 [{}]\n", "x".repeat(100_000));
    for level in 1..30 {
        let inner = vec![format!("*a{}", level - 1); 10].join(", ");
        let line = format!("a{level}: &a{level} [{inner}]\n");
        values += &line;
        bytes += &line;
    }
    assert_eq!(
        refusal(&values),
        (ErrorKind::Limit, "the document has more than 250000 values".into())
    );
    assert_eq!(
        refusal(&bytes),
        (ErrorKind::Limit, "the document has more than 64 MiB of text".into())
    );
}

#[test]
fn depth_and_length_are_bounded() {
    for (open, count) in [("[", 100_000), ("{a: ", 100_000), ("- ", 100_000), ("? ", 100_000)] {
        let (kind, message) = refusal(&format!("meta: {{}}\nx:\n  {}", open.repeat(count)));
        assert_eq!(kind, ErrorKind::Syntax, "{open}: {message}");
    }
    let list = "- 1\n".repeat(limits::DOCUMENT_VALUES + 1);
    assert_eq!(
        refusal(&format!("meta:\n{list}")),
        (ErrorKind::Limit, "the document has more than 250000 values".into())
    );
    for piece in [
        "a", "a ", "a\n  ", "'", "\"", "\\", ": ", "&a ", "!a ", "*a ", "|\n  ", "# a\n  ", "%", "--- ", "\t", ",",
    ] {
        let document = format!("meta: {}", piece.repeat(1 << 20));
        let start = Instant::now();
        let _ = Package::parse(document.as_bytes());
        assert!(start.elapsed() < TIME, "{piece:?} took {:?}", start.elapsed());
    }
}

#[test]
fn flipped_bytes_do_no_harm() {
    let yaml = derived().to_yaml().unwrap();
    let flips = [0x01, 0x20, 0x80, 0xff];
    let indicators = b"&*!|>%@`{}[],:?-#'\"\n \t";
    // The base64 is one long word: what stands before and after it is what the parser sees.
    let tree = yaml.windows(6).position(|text| text == b"\nmeta:").unwrap();
    for place in (0..40).chain(tree - 20..yaml.len()) {
        let mut damaged = yaml.clone();
        let replace = indicators[place % indicators.len()];
        damaged[place] = if place % 2 == 0 {
            replace
        } else {
            damaged[place] ^ flips[place / 2 % flips.len()]
        };
        let start = Instant::now();
        let _ = Package::parse(&damaged).and_then(|package| package.describe());
        assert!(start.elapsed() < TIME, "took {:?}", start.elapsed());
    }
}
