//! Which records a filter lets through, and what it says where it makes no sense.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

mod records;

use printer::{Enumerator, Error, Format, Kind, Member, Options, Printer, Type};
use records::{Batch, chars, events, int, member, options, print, structure, ty};

/// A struct with a member of each kind.
fn layout() -> Vec<Type> {
    let bits = |name: &str, bit_offset, bit_width| Member {
        name: name.into(),
        ty: 2,
        bit_offset,
        bit_width,
    };
    let state = |name: &str, value: i64| Enumerator {
        name: name.into(),
        value: value as u64,
    };
    let states = vec![
        state("RUNNING", 0),
        state("STOPPED", 2),
        state("HALTED", 2),
        state("DEAD", -1),
    ];
    vec![
        ty(
            "event",
            104,
            Kind::Struct(vec![
                member("pid", 1, 0),
                member("ret", 2, 4),
                member("wide", 3, 16),
                member("least", 4, 32),
                member("ratio", 5, 48),
                member("share", 6, 56),
                bits("low", 480, 3),
                bits("high", 483, 5),
                member("ok", 7, 61),
                member("state", 8, 64),
                member("where", 9, 72),
                member("comm", 11, 80),
                member("addr", 12, 96),
                member("", 14, 100),
            ]),
        ),
        int(4, false),
        int(4, true),
        int(16, false),
        int(16, true),
        ty("double", 8, Kind::Float),
        ty("float", 4, Kind::Float),
        ty("bool", 1, Kind::Bool),
        ty(
            "state",
            4,
            Kind::Enum {
                signed: true,
                values: states,
            },
        ),
        ty("", 8, Kind::Ptr),
        ty("char", 1, Kind::Char),
        chars(10, 16),
        structure("addr", 4, &[("port", 13, 0), ("bytes", 15, 2)]),
        int(2, false),
        structure("", 4, &[("inner", 13, 0)]),
        ty("", 2, Kind::Array { element: 16, count: 2 }),
        int(1, false),
    ]
}

fn record() -> Vec<u8> {
    let mut record = vec![0; 104];
    let mut put = |at: usize, bytes: &[u8]| record[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, &4_000_000_000_u32.to_ne_bytes());
    put(4, &(-2_i32).to_ne_bytes());
    put(16, &u128::MAX.to_ne_bytes());
    put(32, &i128::MIN.to_ne_bytes());
    put(48, &0.1_f64.to_ne_bytes());
    put(56, &0.1_f32.to_ne_bytes());
    put(60, &[3 | 0b11101 << 3]);
    put(61, &[7]);
    put(64, &2_u32.to_ne_bytes());
    put(72, &0xffff_ffff_8123_4567_u64.to_ne_bytes());
    put(80, b"ba\"sh \\1\0left");
    put(96, &443_u16.to_ne_bytes());
    put(98, &[127, 1]);
    put(100, &9_u16.to_ne_bytes());
    record
}

fn filtered(filter: &str) -> Options {
    Options {
        filter: Some(filter.into()),
        ..options(Format::Json)
    }
}

fn admits(filter: &str) -> bool {
    let mut printer = match Printer::new(&layout(), &[events("events", 0)], &filtered(filter)) {
        Ok(printer) => printer,
        Err(error) => panic!("{filter}: {error:?}"),
    };
    !print(&mut printer, &Batch::of(&[record()]), 0).is_empty()
}

fn refusal(filter: &str) -> String {
    match Printer::new(&layout(), &[events("events", 0)], &filtered(filter)) {
        Err(Error::Usage(why)) => why,
        other => panic!("{filter}: {other:?}"),
    }
}

#[test]
fn numbers_of_all_sizes_and_signs_compare_exactly() {
    for truth in [
        "pid == 4000000000",
        "pid > -1",
        "pid > -294967296",
        "ret == -2",
        "ret < 4294967294",
        "ret == -0x2",
        "wide == 340282366920938463463374607431768211455",
        "wide == 0xffffffffffffffffffffffffffffffff",
        "wide < 340282366920938463463374607431768211456",
        "wide > 3.4e38",
        "wide < 1e39",
        "least == -170141183460469231731687303715884105728",
        "least > -170141183460469231731687303715884105729",
        "least < -1.7e38 and least > -1e39",
        "low == 3",
        "high == -3",
        "where == 0xffffffff81234567",
        "where > 0xffffffff81000000",
        "addr.port == 443",
        "addr.bytes[0] == 127 && addr.bytes[1] == 1",
        "inner == 9",
        "port == 443",
        "ret <= -1.5 and ret > -2.5 and ret < -1.5 and ret >= -2.5",
        "ret == -2.0",
        "pid == 4e9",
        "ok == true",
        "ok == 1",
        "ok != false",
    ] {
        assert!(admits(truth), "{truth}");
        assert!(!admits(&format!("not ({truth})")), "{truth}");
    }
}

#[test]
fn floats_are_compared_as_they_are_shown() {
    for truth in [
        "ratio == 0.1",
        "share == 0.1",
        "ratio < 1",
        "share >= .1",
        "ratio > -1e-300",
    ] {
        assert!(admits(truth), "{truth}");
    }
    let layout = [structure("event", 8, &[("x", 1, 0)]), ty("double", 8, Kind::Float)];
    let shown = |filter: &str| {
        let mut printer = Printer::new(&layout, &[events("events", 0)], &filtered(filter)).unwrap();
        print(&mut printer, &Batch::of(&[f64::NAN.to_ne_bytes().to_vec()]), 0)
    };
    assert_eq!(shown("x != 1"), "{\"x\":null}\n");
    for filter in ["x == 1", "x < 1", "x >= 1", "not x"] {
        assert_eq!(shown(filter), "", "{filter}");
    }
}

#[test]
fn texts_and_names() {
    for truth in [
        r#"comm == 'ba"sh \1'"#,
        r#"comm == "ba\"sh \\1""#,
        r#"comm != "ba\"sh""#,
        "comm > ba",
        "comm < bb",
        r#"comm == "ba\x22sh\x20\\1""#,
        r#"comm != "ba\x2gsh""#,
        r#"comm =~ '^ba.sh \\\d$'"#,
        r#"comm =~ "a\"s""#,
        "comm =~ sh",
        "comm !~ left",
        "comm !~ '^sh'",
        "comm =~ '(?i)BA'",
        "state == STOPPED",
        "state == HALTED",
        "state == 'STOPPED'",
        "state == 2",
        "state > RUNNING and state > DEAD",
        "state != DEAD",
        "state =~ '^STOP'",
        // Of two names for one value the first is shown.
        "state !~ HALT",
    ] {
        assert!(admits(truth), "{truth}");
        assert!(!admits(&format!("!({truth})")), "{truth}");
    }
}

#[test]
fn a_member_alone_is_neither_zero_nor_empty() {
    for truth in [
        "pid",
        "comm",
        "ok",
        "state",
        "where",
        "ratio",
        "low",
        "addr.port",
        "wide",
    ] {
        assert!(admits(truth), "{truth}");
        assert!(!admits(&format!("not {truth}")), "{truth}");
    }
}

#[test]
fn and_binds_closer_than_or_and_not_closer_than_both() {
    let (yes, no) = ("pid", "pid == 1");
    for (filter, expected) in [
        (format!("{yes} or {no} and {no}"), true),
        (format!("({yes} or {no}) and {no}"), false),
        (format!("{no} and {no} or {yes}"), true),
        (format!("not {no} and {no}"), false),
        (format!("not ({no} and {no})"), true),
        (format!("not {no} or {yes}"), true),
        (format!("!{yes}||{no}&&{yes}"), false),
        (format!("! !{yes}"), true),
        (format!("not not not {yes}"), false),
        (format!("{no} or {no} or {yes} and {yes}"), true),
        ("notable or pid".replace("notable", "ok"), true),
    ] {
        assert_eq!(admits(&filter), expected, "{filter}");
    }
}

#[test]
fn what_makes_no_sense_is_refused_where_it_stands() {
    for (filter, expected) in [
        (
            "pid == \"bash\"",
            "filter: pid is an unsigned integer of 4 bytes and compares with a number, not with the text \"bash\"\n  \
             pid == \"bash\"\n         ^^^^^^",
        ),
        (
            "ret > 1 and pid == '7'",
            "filter: pid is an unsigned integer of 4 bytes and compares with a number, not with the text \"7\"\n  \
             ret > 1 and pid == '7'\n                     ^^^",
        ),
        (
            "ok == 'x'",
            "filter: ok is a bool and compares with true or false, not with the text \"x\"\n  ok == 'x'\n        ^^^",
        ),
        (
            "pdi == 1",
            "filter: events has no member pdi: it has pid, ret, wide, least, ratio, share, low, high, ok, state, where, comm, \
             addr and inner\n  pdi == 1\n  ^^^\nhint: did you mean pid?",
        ),
        (
            "addr.prt == 1",
            "filter: addr has no member prt: it has port and bytes\n  addr.prt == 1\n  ^^^^^^^^\nhint: did you mean addr.port?",
        ),
        (
            "pid.x",
            "filter: pid is an unsigned integer of 4 bytes and has no member x\n  pid.x\n  ^^^^^",
        ),
        (
            "addr.bytes[2] > 1",
            "filter: addr.bytes has no element 2: it has 2, and the first is addr.bytes[0]\n  addr.bytes[2] > 1\n  ^^^^^^^^^^^^^",
        ),
        (
            "addr == 1",
            "filter: addr is a struct, which cannot be compared\n  addr == 1\n  ^^^^\n\
             hint: a dot leads into a struct, as in addr.port, and [0] to the first element of an array",
        ),
        (
            "state == STOPED",
            "filter: state is an enumeration without the name STOPED: it has RUNNING, STOPPED, HALTED and DEAD\n  \
             state == STOPED\n           ^^^^^^\nhint: did you mean STOPPED?",
        ),
        (
            "pid =~ '1'",
            "filter: pid is an unsigned integer of 4 bytes; a regular expression searches text and names of enumerations\n  \
             pid =~ '1'\n         ^^^",
        ),
        (
            "comm =~ 'a('",
            "filter: a( is no regular expression: unclosed group\n  comm =~ 'a('\n          ^^^^",
        ),
        (
            "ret == 0xfffffffe",
            "filter: ret is a signed integer of 4 bytes from -2147483648 to 2147483647, so it is never 0xfffffffe\n  \
             ret == 0xfffffffe\n         ^^^^^^^^^^\nhint: -2 has the same bits",
        ),
        (
            "pid != -1",
            "filter: pid is an unsigned integer of 4 bytes from 0 to 4294967295, so it is never -1\n  pid != -1\n         ^^",
        ),
        (
            "pid == 1.5",
            "filter: pid is an unsigned integer of 4 bytes from 0 to 4294967295, so it is never 1.5\n  pid == 1.5\n         ^^^",
        ),
        (
            "ret < -3000000000",
            "filter: ret is a signed integer of 4 bytes from -2147483648 to 2147483647, so this is never true\n  \
             ret < -3000000000\n        ^^^^^^^^^^^",
        ),
        (
            "comm == 'seventeen letters'",
            "filter: comm is text of up to 16 bytes, so it is never text of 17\n  \
             comm == 'seventeen letters'\n          ^^^^^^^^^^^^^^^^^^^",
        ),
        (
            "low == 8",
            "filter: low is a bitfield of 3 bits from -4 to 3, so it is never 8\n  low == 8\n         ^",
        ),
        (
            "pid = 1",
            "filter: this is no comparison\n  pid = 1\n      ^\n\
             hint: == compares values, and =~ searches for a regular expression",
        ),
        ("(pid", "filter: this parenthesis is never closed\n  (pid\n  ^"),
        ("pid)", "filter: this parenthesis closes none\n  pid)\n     ^"),
        (
            "pid == 1 ret == 2",
            "filter: the filter should go on with and, or or nothing here\n  pid == 1 ret == 2\n           ^\n\
             hint: members are compared with ==, !=, <, <=, >, >=, =~ and !~, and comparisons joined with and, or and not",
        ),
        ("", "filter: there is nothing in it"),
        (
            "pid and",
            "filter: the name of a member should stand here\n  pid and\n         ^",
        ),
        (
            "comm == 'x",
            "filter: this quote is never closed\n  comm == 'x\n          ^",
        ),
        (
            "comm == (x)",
            "filter: a value to compare with should stand here\n  comm == (x)\n          ^\n\
             hint: text stands between quotes if it has blanks or one of ()&|'\"",
        ),
        (
            "é\n == 1",
            "filter: events has no member é: it has pid, ret, wide, least, ratio, share, low, high, ok, state, where, comm, \
             addr and inner\n  é\\n == 1\n  ^",
        ),
    ] {
        assert_eq!(refusal(filter), expected);
    }
}

#[test]
fn hostile_filters_are_refused() {
    assert!(refusal(&"(".repeat(1000)).contains("nested more than 64 deep"));
    assert!(refusal(&"not ".repeat(1000)).contains("nested more than 64 deep"));
    assert!(refusal(&"x".repeat(20_000)).contains("at most 16384 are read"));
    assert!(refusal("comm =~ '(a{1000}){1000}'").contains("too large"));
    assert!(refusal(&format!("comm =~ '{}'", "(".repeat(100))).contains("no regular expression"));
    assert!(refusal("comm =~ '\\p{Greek}'").contains("no regular expression"));
    let mut random = fastrand::Rng::with_seed(5);
    let words = [
        "pid", "comm", "state", "addr", ".", "[", "]", "0", "(", ")", "!", "not", "and", "or", "==", "=~", "!~", "<",
        "'", "\"", "\\", "é", " ", "1e9", "-", "0x", "RUNNING", "&&", "|",
    ];
    for _ in 0..4_000 {
        let filter: String = (0..random.usize(0..9))
            .map(|_| words[random.usize(0..words.len())])
            .collect();
        match Printer::new(&layout(), &[events("events", 0)], &filtered(&filter)) {
            Ok(mut printer) => {
                print(&mut printer, &Batch::of(&[record()]), 0);
            }
            Err(Error::Usage(why)) => assert!(why.starts_with("filter: "), "{why}"),
            Err(other) => panic!("{filter}: {other:?}"),
        }
    }
}
