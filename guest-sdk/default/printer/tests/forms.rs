//! The forms other than compact JSON and tables, byte for byte, and what a terminal gets.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

mod records;

use printer::{Error, Format, Kind, Options, Printer, Type};
use records::{Batch, chars, events, int, options, print, structure, ty};

/// A struct in a struct, an array, and a text.
fn layout() -> Vec<Type> {
    vec![
        structure(
            "event",
            40,
            &[
                ("pid", 1, 0),
                ("addr", 2, 4),
                ("comm", 5, 12),
                ("none", 7, 40),
                ("x", 8, 32),
            ],
        ),
        int(4, false),
        structure("addr", 8, &[("port", 3, 0), ("bytes", 4, 4)]),
        int(2, false),
        ty("", 4, Kind::Array { element: 9, count: 2 }),
        chars(6, 16),
        ty("char", 1, Kind::Char),
        structure("", 0, &[]),
        ty("double", 8, Kind::Float),
        structure("pair", 2, &[("a", 10, 0), ("b", 10, 1)]),
        int(1, false),
    ]
}

fn record(pid: u32, comm: &str, x: f64) -> Vec<u8> {
    let mut record = pid.to_ne_bytes().to_vec();
    record.extend(443_u16.to_ne_bytes());
    record.extend([0, 0, 1, 2, 3, 4]);
    record.extend(comm.as_bytes());
    record.resize(32, 0);
    record.extend(x.to_ne_bytes());
    record
}

fn shown(options: &Options, records: &[Vec<u8>]) -> String {
    let mut printer = Printer::new(&layout(), &[events("events", 0)], options).unwrap();
    print(&mut printer, &Batch::of(records), 0)
}

#[test]
fn pretty_json_is_the_same_over_several_lines() {
    let records = [record(1, "a{\"[,:\\", 0.5), record(2, "", 1e21)];
    assert_eq!(
        shown(&options(Format::JsonPretty), &records[..1]),
        r#"{
  "pid": 1,
  "addr": {
    "port": 443,
    "bytes": [
      {
        "a": 1,
        "b": 2
      },
      {
        "a": 3,
        "b": 4
      }
    ]
  },
  "comm": "a{\"[,:\\",
  "none": {},
  "x": 0.5
}
"#
    );
    let compact = shown(&options(Format::Json), &records);
    let pretty = compact.lines().map(|line| {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        serde_json::to_string_pretty(&value).unwrap() + "\n"
    });
    assert_eq!(
        shown(&options(Format::JsonPretty), &records),
        pretty.collect::<String>()
    );
}

#[test]
fn yaml_is_a_document_an_event() {
    let records = [
        record(1, "no: #\u{2028}\n\"\\", 1e21),
        record(u32::MAX, "\u{feff}'", -2e-7),
    ];
    assert_eq!(
        shown(&options(Format::Yaml), &records),
        r#"---
pid: 1
addr:
  port: 443
  bytes: [{"a": 1, "b": 2}, {"a": 3, "b": 4}]
comm: "no: #\u2028\n\"\\"
none: {}
x: 1.0e+21
---
pid: 4294967295
addr:
  port: 443
  bytes: [{"a": 1, "b": 2}, {"a": 3, "b": 4}]
comm: "\uFEFF'"
none: {}
x: -2.0e-7
"#
    );
    let layout = [
        structure("event", 33, &[("no", 1, 0), ("a b", 1, 0), ("y", 2, 16), ("n", 3, 32)]),
        int(16, false),
        int(8, false),
        ty("bool", 1, Kind::Bool),
    ];
    let mut printer = records::open(&layout, Format::Yaml);
    let batch = Batch::of(&[vec![0xff; 33]]);
    assert_eq!(
        print(&mut printer, &batch, 0),
        "---\n\"no\": \"340282366920938463463374607431768211455\"\n\
         \"a b\": \"340282366920938463463374607431768211455\"\n\
         \"y\": 18446744073709551615\n\"n\": true\n"
    );
    let mut printer = records::open(&[structure("nothing", 0, &[])], Format::Yaml);
    assert_eq!(print(&mut printer, &Batch::of(&[vec![]]), 0), "--- {}\n");
}

#[test]
fn csv_is_quoted_where_it_has_to_be() {
    let records = [
        record(1, "bash", 0.5),
        record(2, "a,\"b\"\n", 2.0),
        record(3, " =x", f64::NAN),
    ];
    let expected = "pid,addr,comm,none,x\n\
        1,\"{\"\"port\"\":443,\"\"bytes\"\":[{\"\"a\"\":1,\"\"b\"\":2},{\"\"a\"\":3,\"\"b\"\":4}]}\",bash,{},0.5\n\
        2,\"{\"\"port\"\":443,\"\"bytes\"\":[{\"\"a\"\":1,\"\"b\"\":2},{\"\"a\"\":3,\"\"b\"\":4}]}\",\"a,\"\"b\"\"\\n\",{},2.0\n\
        3,\"{\"\"port\"\":443,\"\"bytes\"\":[{\"\"a\"\":1,\"\"b\"\":2},{\"\"a\"\":3,\"\"b\"\":4}]}\", =x,{},NaN\n";
    assert_eq!(shown(&options(Format::Csv), &records), expected);
    let without = Options {
        header: false,
        ..options(Format::Csv)
    };
    assert_eq!(shown(&without, &records), expected.split_once('\n').unwrap().1);

    let layout = [
        structure("one", 4, &[("a,b", 2, 0)]),
        structure("other", 4, &[("c", 2, 0)]),
        int(4, false),
    ];
    let mut printer = Printer::new(&layout, &[events("one", 0), events("other", 1)], &options(Format::Csv)).unwrap();
    assert_eq!(print(&mut printer, &Batch::default(), 0), "\"a,b\"\n");
    let mut batch = Batch::default();
    for source in [0, 1, 1, 0] {
        batch.push(source, &[source as u8, 0, 0, 0]);
    }
    assert_eq!(print(&mut printer, &batch, 0), "0\nc\n1\n1\n\"a,b\"\n0\n");
}

#[test]
fn raw_is_each_record_after_its_length() {
    let mut long = record(7, "x", 1.0);
    long.extend([1, 2, 3]);
    let mut printer = records::open(&layout(), Format::Raw);
    let mut written = Vec::new();
    let batch = Batch::of(&[long.clone(), vec![1; 3]]);
    printer
        .print(&batch.data, 0, &mut |bytes| {
            written.extend_from_slice(bytes);
            Ok(())
        })
        .unwrap();
    assert_eq!(written, [&43_u32.to_le_bytes()[..], &long].concat());
    assert_eq!(printer.short_records().collect::<Vec<_>>(), [("events", 1)]);
    let fields = Options {
        fields: vec!["pid".into()],
        ..options(Format::Raw)
    };
    match Printer::new(&layout(), &[events("events", 0)], &fields) {
        Err(Error::Usage(why)) => assert!(why.starts_with("fields: raw shows whole records"), "{why}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn rows_are_cut_where_the_terminal_ends() {
    let layout = [
        structure("event", 20, &[("pid", 1, 0), ("comm", 2, 4)]),
        int(4, false),
        chars(3, 16),
        ty("char", 1, Kind::Char),
    ];
    let mut record = [&7_u32.to_ne_bytes()[..], "日本語日本".as_bytes()].concat();
    record.resize(20, 0);
    let at = |width, color| {
        let options = Options {
            width,
            color,
            ..options(Format::Table)
        };
        let mut printer = Printer::new(&layout, &[events("events", 0)], &options).unwrap();
        print(&mut printer, &Batch::of(&[record.clone()]), 0)
    };
    let whole = "TIME     PID     COMM    \n00:00:00  7      日本語日本\n";
    for width in [None, Some(0), Some(25), Some(u32::MAX)] {
        assert_eq!(at(width, false), whole);
    }
    assert_eq!(
        at(Some(22), false),
        "TIME     PID     COMM…\n00:00:00  7      日本語日本\n"
    );
    assert_eq!(at(Some(20), false), "TIME     PID     CO…\n00:00:00  7      日本…\n");
    assert_eq!(at(Some(1), false), "…\n…\n");
    assert_eq!(
        at(None, true),
        "\u{1b}[1mTIME     PID     COMM    \u{1b}[m\n00:00:00  7      日本語日本\n"
    );
    assert_eq!(
        at(Some(20), true),
        "\u{1b}[1mTIME     PID     CO…\u{1b}[m\n00:00:00  7      日本…\n"
    );
}

#[test]
fn json_and_csv_have_neither_colours_nor_a_width() {
    let records = [record(1, "bash", 0.5)];
    for format in [Format::Json, Format::JsonPretty, Format::Csv, Format::Yaml] {
        let terminal = Options {
            width: Some(5),
            color: true,
            ..options(format)
        };
        assert_eq!(shown(&terminal, &records), shown(&options(format), &records));
    }
}
