//! Packages and objects that are refused, and in which words.
//!
//! `tests/bad/package/NAME.json` says what is changed in `sound.json`: `{JSON POINTER: VALUE}`; `flat` has the same for `flat.json`, a package
//! of generation 0; `whole` has documents as they are. What each says lies beside it as `NAME.expected`. Objects are made here, by
//! `damage/`; `tests/bad/objects` has what is said of them. `BLESS=1` writes all of that anew, to be reviewed like code.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod damage;
mod handmade;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use package::{Error, Package};
use serde_json::{Map, Value};

const EXPECTED: &str = "expected";

/// What one file may take, in a debug build on a busy machine.
const TIME: Duration = Duration::from_secs(5);

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bad")
}

/// Reads and describes, in bounded time.
fn error_of(read: impl FnOnce() -> Result<Package, Error>, name: &str) -> Error {
    let start = Instant::now();
    let found = read().and_then(|package| package.describe().map(|_| ()));
    assert!(start.elapsed() < TIME, "{name} took {:?}", start.elapsed());
    found.expect_err(&format!("{name} should be refused"))
}

fn text(error: &Error) -> String {
    let hint = error.hint().map(|hint| format!("hint: {hint}\n"));
    format!("{error}\n{}", hint.unwrap_or_default())
}

/// The files of a folder that are tests, by name.
fn inputs(name: &str) -> BTreeMap<PathBuf, Vec<u8>> {
    let files = fs::read_dir(folder().join(name))
        .unwrap()
        .map(|entry| entry.unwrap().path());
    files
        .filter(|path| path.extension().is_none_or(|extension| extension != EXPECTED))
        .map(|path| (path.clone(), fs::read(path).unwrap()))
        .collect()
}

/// Compares what was said with what lies in the folder `name`, by the file that it lies in.
fn check(name: &str, found: BTreeMap<PathBuf, String>) {
    let bless = std::env::var_os("BLESS").is_some();
    let mut different = String::new();
    for (path, found) in &found {
        let wanted = fs::read_to_string(path).unwrap_or_default();
        if *found == wanted {
            continue;
        }
        if bless {
            fs::write(path, found).unwrap();
        } else {
            different += &format!("{}\nexpected:\n{wanted}found:\n{found}\n", path.display());
        }
    }
    for entry in fs::read_dir(folder().join(name)).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == EXPECTED) && !found.contains_key(&path) {
            if bless {
                fs::remove_file(path).unwrap();
            } else {
                different += &format!("{} belongs to no input\n", path.display());
            }
        }
    }
    assert!(different.is_empty(), "{different}BLESS=1 accepts what was found");
}

/// `/meta/maps/0/name` as paths in errors have it: `meta.maps[0].name`.
fn path_of(pointer: &str) -> String {
    pointer
        .split('/')
        .skip(1)
        .fold(String::new(), |path, part| match part.parse::<usize>() {
            Ok(index) => format!("{path}[{index}]"),
            Err(_) if path.is_empty() => part.to_owned(),
            Err(_) => format!("{path}.{part}"),
        })
}

/// Fields whose error stands at another: sizes are those of the object, and the layout of a record is checked as a whole.
const ELSEWHERE: [(&str, &str); 4] = [
    ("bpf_object_size", "bpf_object"),
    ("data_sz", "data"),
    ("maps[1].export_data_types", "maps.export_data_types"),
    ("maps[0].export_data_types", "maps[1].export_data_types"),
];

/// Makes each change to the document, and says what comes of it. The error names the field that was changed, or one in it or around it.
fn changes(name: &str, document: &str) {
    let sound: Value = serde_json::from_slice(&fs::read(folder().join(document)).unwrap()).unwrap();
    Package::parse(sound.to_string().as_bytes())
        .unwrap()
        .describe()
        .unwrap();
    let mut found = BTreeMap::new();
    for (path, change) in inputs(name) {
        let mut tree = sound.clone();
        let change: Map<String, Value> = serde_json::from_slice(&change).unwrap();
        let (pointer, value) = change.into_iter().next().unwrap();
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        match tree.pointer_mut(parent).unwrap() {
            Value::Array(list) => list[key.parse::<usize>().unwrap()] = value,
            other => other[key] = value,
        }
        let error = error_of(
            || Package::parse(tree.to_string().as_bytes()),
            &path.display().to_string(),
        );
        let changed = path_of(&pointer);
        let names = |field: &str| {
            error.path().starts_with(field) || (!error.path().is_empty() && field.starts_with(error.path()))
        };
        let mut elsewhere = ELSEWHERE.iter().filter(|(field, _)| changed.starts_with(field));
        assert!(
            names(&changed) || elsewhere.any(|(_, other)| names(other)),
            "{}: {changed} was changed, this is said: {error}",
            path.display()
        );
        found.insert(path.with_extension(EXPECTED), text(&error));
    }
    check(name, found);
}

#[test]
fn packages_with_one_wrong_field_are_refused_in_the_blessed_words_at_that_field() {
    changes("package", "sound.json");
}

#[test]
fn packages_of_generation_0_with_one_wrong_field_are_refused_at_that_field_as_they_have_it() {
    changes("flat", "flat.json");
}

#[test]
fn documents_that_are_no_packages_are_refused_in_the_blessed_words() {
    let said = inputs("whole").into_iter().map(|(path, bytes)| {
        let error = error_of(|| Package::parse(&bytes), &path.display().to_string());
        (path.with_extension(EXPECTED), text(&error))
    });
    let said: BTreeMap<_, _> = said.collect();
    assert_eq!(said.len(), inputs("whole").len(), "two files expect the same");
    check("whole", said);
}

#[test]
fn damaged_objects_are_refused_in_the_blessed_words() {
    let mut found = BTreeMap::new();
    for (name, object) in damage::objects() {
        let meta = br#"{"export_types": [{"name": "event"}], "bpf_skel": {"data_sections": [{"name": ".data", "variables": [{"name": "count"}]}]}}"#;
        let error = error_of(|| Package::parse_loose(meta, object), name);
        let path = folder().join("objects").join(name).with_extension(EXPECTED);
        assert!(found.insert(path, text(&error)).is_none(), "{name} twice");
    }
    check("objects", found);
}

/// The blessed words are reviewed by people; this holds for all of them.
#[test]
fn every_refusal_is_one_short_line_and_at_most_one_hint() {
    if std::env::var_os("BLESS").is_some() {
        return; // They are being written.
    }
    let mut count = 0;
    for name in ["package", "flat", "whole", "objects"] {
        for entry in fs::read_dir(folder().join(name)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|extension| extension != EXPECTED) {
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            let lines: Vec<_> = text.lines().collect();
            let hints = lines.iter().skip(1).all(|line| line.starts_with("hint: "));
            assert!(hints && matches!(lines.len(), 1 | 2), "{}: {text}", path.display());
            assert!(lines[0].chars().count() < 320, "{}: {text}", path.display());
            count += 1;
        }
    }
    assert!(count >= 200, "{count} are left");
}
