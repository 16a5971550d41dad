//! Only some members, in an order of the user's.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

mod records;

use printer::{Error, Format, Kind, Options, Printer, Type};
use records::{Batch, chars, events, int, options, print, structure, ty};

/// As the entries of a sampled map are.
fn layout() -> Vec<Type> {
    vec![
        structure("entry", 32, &[("key", 1, 0), ("value", 2, 8)]),
        structure("key", 8, &[("pid", 3, 0), ("cpu", 3, 4)]),
        structure("value", 24, &[("count", 3, 0), ("cpu", 3, 4), ("comm", 4, 8)]),
        int(4, false),
        chars(5, 16),
        ty("char", 1, Kind::Char),
    ]
}

fn record() -> Vec<u8> {
    let mut record = [7_u32, 1, 42, 2].map(u32::to_ne_bytes).concat();
    record.extend(b"bash");
    record.resize(32, 0);
    record
}

fn with(format: Format, fields: &[&str]) -> Options {
    Options {
        fields: fields.iter().map(|name| (*name).into()).collect(),
        ..options(format)
    }
}

fn shown(format: Format, fields: &[&str]) -> String {
    let mut printer = Printer::new(&layout(), &[events("counts", 0)], &with(format, fields)).unwrap();
    print(&mut printer, &Batch::of(&[record()]), 0)
}

fn refusal(fields: &[&str]) -> String {
    match Printer::new(&layout(), &[events("counts", 0)], &with(Format::Json, fields)) {
        Err(Error::Usage(why)) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_members_are_those_that_are_named() {
    let fields = ["value.comm", "key.pid", "value", "value.comm[1]"];
    assert_eq!(
        shown(Format::Json, &fields),
        "{\"value.comm\":\"bash\",\"key.pid\":7,\"value\":{\"count\":42,\"cpu\":2,\"comm\":\"bash\"},\"value.comm[1]\":97}\n"
    );
    assert_eq!(
        shown(Format::Csv, &["value.count", "key.pid"]),
        "value.count,key.pid\n42,7\n"
    );
    assert_eq!(
        shown(Format::Yaml, &["value.count", "key.pid"]),
        "---\nvalue.count: 42\nkey.pid: 7\n"
    );
    assert_eq!(
        shown(Format::Table, &["value.count", "key.pid"]),
        "TIME     VALUE.COUNT  KEY.PID  \n00:00:00  42          7\n"
    );
}

#[test]
fn a_name_that_only_one_of_the_structs_has_stands_for_that_one() {
    assert_eq!(shown(Format::Json, &["comm", "pid"]), "{\"comm\":\"bash\",\"pid\":7}\n");
    assert_eq!(
        refusal(&["cpu"]),
        "fields: counts has several members cpu\nhint: name one: key.cpu and value.cpu"
    );
}

#[test]
fn names_that_nothing_has_are_refused() {
    for (fields, expected) in [
        (
            &["vaule"][..],
            "fields: counts has no member vaule: it has key and value\nhint: did you mean value?",
        ),
        (
            &["nothing"],
            "fields: counts has no member nothing: it has key and value",
        ),
        (
            &["key.pib"],
            "fields: key has no member pib: it has pid and cpu\nhint: did you mean key.pid?",
        ),
        (&["key[0]"], "fields: key is a struct and has no elements"),
        (&["pid", "pid"], "fields: pid is named twice"),
    ] {
        assert_eq!(refusal(fields), expected);
    }
    for name in [
        "",
        ".",
        "key.",
        ".pid",
        "key..pid",
        "value.comm[",
        "value.comm[x]",
        "value.comm[-1]",
        "key]",
        "value.comm[1]x",
    ] {
        let why = refusal(&[name]);
        assert!(why.ends_with("and [2] to the third element of an array"), "{why}");
    }
    assert!(refusal(&["pid"; 300]).starts_with("fields: 300 names; at most 256 are read"));
    let deep = "key".to_string() + &".key".repeat(10_000);
    assert!(refusal(&[&deep]).len() < 1000);
}

#[test]
fn each_source_has_to_have_each_field() {
    let layout = [
        structure("opened", 8, &[("pid", 2, 0), ("fd", 2, 4)]),
        structure("closed", 8, &[("fd", 2, 0), ("pid", 2, 4)]),
        int(4, false),
    ];
    let sources = [events("opens", 0), events("closes", 1)];
    let mut printer = Printer::new(&layout, &sources, &with(Format::Table, &["pid"])).unwrap();
    let mut batch = Batch::default();
    batch.push(0, &[1, 0, 0, 0, 2, 0, 0, 0]);
    batch.push(1, &[1, 0, 0, 0, 2, 0, 0, 0]);
    assert_eq!(
        print(&mut printer, &batch, 0),
        "TIME     PID     \n00:00:00  1\n00:00:00  2\n"
    );

    let layout = [
        layout[0].clone(),
        structure("closed", 4, &[("fd", 2, 0)]),
        int(4, false),
    ];
    match Printer::new(&layout, &sources, &with(Format::Json, &["pid"])) {
        Err(Error::Usage(why)) => assert_eq!(why, "fields: closes has no member pid: it has fd"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn types_that_lie_are_refused_whatever_is_named() {
    let layout = [structure("event", 4, &[("a", 0, 0), ("b", 1, 2)]), int(4, false)];
    let open = |name: &str| Printer::new(&layout, &[events("events", 0)], &with(Format::Json, &[name]));
    assert!(matches!(open("b"), Err(Error::Other(_))));
    assert!(matches!(open("a.a.a.a.b"), Err(Error::Other(_))));
    assert!(matches!(open("a.a.a.a"), Err(Error::Other(_))));
}
