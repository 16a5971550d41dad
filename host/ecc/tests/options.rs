//! Defaults of options are taken as people write them, in JSON or as they would be typed.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::fs;
use std::process::Command;

use package::Package;

/// Type, name with brackets, and defaults that fit.
const FITTING: [(&str, &str, &[&str]); 9] = [
    ("_Bool", "a", &["false", "0", "\"true\"", "\"1\""]),
    ("unsigned int", "b", &["3", "\"3\"", "\"0x1f\"", "\"017\""]),
    ("int", "c", &["-3", "\"-0x10\"", "null"]),
    ("char", "d[8]", &["\"bash\"", "12", "true"]),
    ("unsigned short", "e[3]", &["[1, 2, 3]", "\"1,2, 0x3\""]),
    ("enum level", "f", &["\"HIGH\"", "1", "\"1\""]),
    ("double", "g", &["0.5", "\"0.5\"", "2"]),
    (
        "unsigned long long",
        "h",
        &["18446744073709551615", "\"0xffffffffffffffff\""],
    ),
    ("char", "i", &["65"]),
];

const MISFITS: [(&str, &str, &[&str]); 5] = [
    ("_Bool", "a", &["2", "\"yes\""]),
    ("unsigned int", "b", &["-1", "\"0x1ffffffff\"", "1.5", "true"]),
    ("char", "d[8]", &["\"longer than that\"", "{}"]),
    ("unsigned short", "e[3]", &["\"1,2,x\"", "[1, 70000, 3]"]),
    ("enum level", "f", &["\"HIGHER\""]),
];

/// What `ecc` says to a source with one variable for each case.
fn run(cases: &[(String, String)]) -> (bool, String) {
    let folder = tempfile::tempdir().unwrap();
    let mut source =
        "enum level { LOW, HIGH };\nchar LICENSE[] __attribute__((section(\"license\"))) = \"GPL\";\n".to_owned();
    for (declaration, default) in cases {
        source += &format!("/// @cmdarg {{\"default\": {default}}}\nconst volatile {declaration} = {{}};\n");
    }
    fs::write(folder.path().join("a.bpf.c"), source).unwrap();
    // The source needs none of the kernel's types.
    fs::write(folder.path().join("none.h"), "").unwrap();
    let run = Command::new(env!("CARGO_BIN_EXE_ecc"))
        .args(["a.bpf.c", "--vmlinux", "none.h"])
        .env_remove("CLANG")
        .current_dir(folder.path())
        .output()
        .unwrap();
    if run.status.success() {
        Package::parse(&fs::read(folder.path().join("package.json")).unwrap()).unwrap();
    }
    (run.status.success(), String::from_utf8(run.stderr).unwrap())
}

/// One declaration for each default, under names of their own.
fn cases(all: &[(&str, &str, &[&str])]) -> Vec<(String, String)> {
    let mut cases = Vec::new();
    for (ty, name, defaults) in all {
        for (number, default) in defaults.iter().enumerate() {
            cases.push((format!("{ty} v{number}{name}"), (*default).to_owned()));
        }
    }
    cases
}

#[test]
fn what_fits_is_taken() {
    let (done, words) = run(&cases(&FITTING));
    assert!(done, "{words}");
}

#[test]
fn what_does_not_fit_is_refused_at_its_place() {
    for case in cases(&MISFITS) {
        let (done, words) = run(std::slice::from_ref(&case));
        assert!(!done, "{case:?}");
        assert!(
            words.starts_with("error: a.bpf.c:3:25: @cmdarg: default is no value of "),
            "{words}"
        );
    }
}
