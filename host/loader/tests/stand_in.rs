//! Programs whose hooks are missing, and what stands in for them.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod common;

use common::{number, open_with};
use loader::{Kind, Link, Object, OpenObject};
use serde_json::{Value, json};

/// The object with these options on its programs; a program without any is not attached.
fn open(options: &[(&str, Value)]) -> OpenObject {
    let options = options.to_vec();
    open_with("missing", move |description| {
        for program in &mut description.programs {
            match options.iter().find(|(name, _)| *name == program.name) {
                Some((_, given)) => program.options = given.as_object().cloned().unwrap(),
                None => program.link = false,
            }
        }
    })
}

fn targets(links: &[Link]) -> Vec<&str> {
    links.iter().map(Link::target).collect()
}

/// Whether `substitute` runs, and not one of the others.
fn substitute_runs(object: &Object) -> bool {
    std::fs::metadata("/").unwrap();
    number(object, "seen") >= 1 << 20
}

#[test]
fn an_optional_program_is_left_out_and_told() {
    let mut open = open(&[("not_attached", json!({"optional": true})), ("substitute", json!({}))]);
    open.set_autoload("not_loaded", false).unwrap();
    let object = open.load().unwrap();
    let links = object.attach().unwrap();
    assert_eq!(targets(&links), ["raw_tp/sys_enter"]);
    assert!(substitute_runs(&object));
    let notes = object.take_notes();
    assert_eq!(notes.len(), 1);
    assert!(
        notes[0].starts_with("program not_attached cannot be attached to raw_tp/nobody_has_this: ")
            && notes[0].contains("no raw tracepoint nobody_has_this"),
        "{notes:?}"
    );
    assert!(object.take_notes().is_empty());
}

#[test]
fn a_program_that_cannot_even_be_loaded_may_be_optional_and_keeps_the_values_of_the_others() {
    let mut open = open(&[("not_loaded", json!({"optional": ""})), ("substitute", json!({}))]);
    open.set_variable("seen", &json!(5)).unwrap();
    let object = open.load().unwrap();
    assert!(number(&object, "seen") >= 5);
    assert_eq!(targets(&object.attach().unwrap()), ["raw_tp/sys_enter"]);
    let notes = object.take_notes();
    assert!(
        notes[0].ends_with("which program not_loaded attaches to; the tool runs without it"),
        "{notes:?}"
    );
}

#[test]
fn another_program_stands_in_and_is_attached_only_then() {
    let object = open(&[
        ("not_loaded", json!({"fallback": "substitute"})),
        ("substitute", json!({})),
    ])
    .load()
    .unwrap();
    assert_eq!(targets(&object.attach().unwrap()), ["raw_tp/sys_enter"]);
    assert!(object.take_notes().is_empty());

    // The first can be had: the second is not attached.
    let object = open(&[
        ("not_attached", json!({"fallback": ["raw_tp/sys_exit", "substitute"]})),
        ("substitute", json!({})),
        ("not_loaded", json!({"optional": true})),
    ])
    .load()
    .unwrap();
    let links = object.attach().unwrap();
    assert_eq!(targets(&links), ["raw_tracepoint/sys_exit"]);
    assert!(!substitute_runs(&object));
}

#[test]
fn another_place_stands_in_for_one_that_the_program_would_be_loaded_for() {
    let object = open(&[(
        "not_loaded",
        json!({"fallback": ["tp_btf/nor_this", "tp_btf/sched_switch"]}),
    )])
    .load()
    .unwrap();
    let links = object.attach().unwrap();
    assert_eq!(targets(&links), ["tp_btf/sched_switch"]);
}

#[test]
fn without_any_of_them_the_first_reason_is_told() {
    let load = |options: Value| open(&[("not_loaded", options)]).load();
    let error = load(json!({})).unwrap_err();
    assert_eq!(error.kind(), Kind::NotFound);
    let error = load(json!({"fallback": "tp_btf/nor_this"})).unwrap_err();
    let text = format!("{error:#}");
    let (first, last) = text
        .split_once("; and what the package has in its place cannot be had either: ")
        .unwrap();
    assert!(first.contains("nobody_has_this") && last.contains("nor_this"), "{text}");

    // What may be missing may not be all.
    let error = load(json!({"optional": true})).unwrap().attach().unwrap_err();
    let text = format!("{error:#}");
    assert!(
        text.starts_with("none of the programs can be attached: ") && text.contains("nobody_has_this"),
        "{text}"
    );
}
