//! Filters over records of several types, and over text with control bytes.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

mod records;

use printer::{Error, Format, Kind, Options, Printer};
use records::{Batch, chars, events, int, options, print, structure, ty};

fn filtered(filter: &str) -> Options {
    Options {
        filter: Some(filter.into()),
        ..options(Format::Json)
    }
}

#[test]
fn a_filter_speaks_of_every_source() {
    let layout = [
        structure("opened", 8, &[("pid", 2, 0), ("fd", 2, 4)]),
        structure("closed", 4, &[("fd", 2, 0)]),
        int(4, false),
    ];
    let sources = [events("opens", 0), events("closes", 1)];
    let mut printer = Printer::new(&layout, &sources, &filtered("fd == 3")).unwrap();
    let mut batch = Batch::default();
    batch.push(0, &[1, 0, 0, 0, 3, 0, 0, 0]);
    batch.push(1, &[4, 0, 0, 0]);
    batch.push(1, &[3, 0, 0, 0]);
    assert_eq!(print(&mut printer, &batch, 0), "{\"pid\":1,\"fd\":3}\n{\"fd\":3}\n");
    match Printer::new(&layout, &sources, &filtered("pid == 3")) {
        Err(Error::Usage(why)) => assert!(
            why.starts_with("filter: closes has no member pid: it has fd\n  pid"),
            "{why}"
        ),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_number_that_only_one_source_can_have_is_asked_of_both() {
    let layout = [
        structure("wide", 4, &[("ret", 2, 0)]),
        structure("narrow", 1, &[("ret", 3, 0)]),
        int(4, true),
        int(1, false),
    ];
    let sources = [events("wide", 0), events("narrow", 1)];
    let mut printer = Printer::new(&layout, &sources, &filtered("ret == -1")).unwrap();
    let mut batch = Batch::default();
    batch.push(0, &(-1_i32).to_ne_bytes());
    batch.push(1, &[255]);
    assert_eq!(print(&mut printer, &batch, 0), "{\"ret\":-1}\n");
    let refused = Printer::new(&layout, &sources, &filtered("ret == 0x100000000")).unwrap_err();
    assert!(
        format!("{refused:?}").contains("ret is a signed integer of 4 bytes from"),
        "{refused:?}"
    );
}

#[test]
fn control_bytes_are_written_as_a_table_shows_them() {
    let layout = [
        structure("event", 8, &[("name", 1, 0)]),
        chars(2, 8),
        ty("char", 1, Kind::Char),
    ];
    let admits = |filter: &str| {
        let mut printer = Printer::new(&layout, &[events("events", 0)], &filtered(filter)).unwrap();
        !print(&mut printer, &Batch::of(&[b"a\nb\tc\r\x1b\0".to_vec()]), 0).is_empty()
    };
    assert!(admits(r#"name == "a\nb\tc\r\x1b""#));
    assert!(!admits(r#"name == "a\nb\tc\n\x1b""#));
    // Without quotes a backslash is itself.
    assert!(!admits(r"name == a\nb"));
}
