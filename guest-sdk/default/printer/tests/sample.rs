//! What users see, byte for byte.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

mod records;

use printer::{Format, Kind};
use records::{Batch, chars, int, print, structure};

/// The event of sigsnoop.
fn signals() -> Vec<printer::Type> {
    vec![
        structure(
            "event",
            32,
            &[
                ("pid", 1, 0),
                ("tpid", 1, 4),
                ("sig", 2, 8),
                ("ret", 2, 12),
                ("comm", 3, 16),
            ],
        ),
        int(4, false),
        int(4, true),
        chars(4, 16),
        printer::Type {
            name: "char".into(),
            size: 1,
            kind: Kind::Char,
        },
    ]
}

fn signal(pid: u32, tpid: u32, sig: i32, ret: i32, comm: &str) -> Vec<u8> {
    let mut record = [
        pid.to_ne_bytes(),
        tpid.to_ne_bytes(),
        sig.to_ne_bytes(),
        ret.to_ne_bytes(),
    ]
    .concat();
    record.extend(comm.as_bytes());
    record.resize(32, 0);
    record
}

#[test]
fn a_table_looks_as_documented() {
    let mut printer = records::open(&signals(), Format::Table);
    let first = Batch::of(&[signal(77121, 3168, 0, 0, "cpptools-srv")]);
    let second = Batch::of(&[signal(3014, 2906, 0, 0, "code")]);
    // 22:58:28 UTC of some day.
    let time = (1_700_000_000 / 86_400 * 86_400 + 82_708) * 1_000_000_000;
    let printed = [
        print(&mut printer, &first, time),
        print(&mut printer, &second, time + 1_999_999_999),
    ]
    .concat();
    assert_eq!(
        printed,
        "TIME     PID     TPID    SIG     RET     COMM    \n\
         22:58:28  77121  3168    0       0       cpptools-srv\n\
         22:58:29  3014   2906    0       0       code\n"
    );
}

#[test]
fn json_is_one_object_a_line() {
    let mut printer = records::open(&signals(), Format::Json);
    let batch = Batch::of(&[
        signal(77121, 3168, -2, 0, "cpptools-srv"),
        signal(1, u32::MAX, 9, -1, "a\"b\\c\n\x1b\u{e9}"),
    ]);
    assert_eq!(
        print(&mut printer, &batch, 0),
        concat!(
            r#"{"pid":77121,"tpid":3168,"sig":-2,"ret":0,"comm":"cpptools-srv"}"#,
            "\n",
            r#"{"pid":1,"tpid":4294967295,"sig":9,"ret":-1,"comm":"a\"b\\c\n\u001bé"}"#,
            "\n"
        )
    );
}
