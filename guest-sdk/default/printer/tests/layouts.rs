//! Layouts that lie, and what this printer does not know.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

mod records;

use printer::{Error, Format, Kind, Member, Printer, Source, SourceKind, Type};
use records::{chars, events, int, options, structure, ty};

fn refusal(layout: &[Type]) -> String {
    let open = |format| match Printer::new(layout, &[events("events", 0)], &options(format)) {
        Err(Error::Other(why)) => why,
        other => panic!("{other:?}"),
    };
    let why = open(Format::Json);
    assert_eq!(open(Format::Table), why);
    why
}

#[test]
fn a_type_past_the_end_of_the_layout() {
    assert_eq!(refusal(&[]), "events: its type is number 0 of a layout of 0 types");
    let layout = [structure("event", 4, &[("a", 7, 0)])];
    assert_eq!(
        refusal(&layout),
        "events.a: its type is number 7 of a layout of 1 types"
    );
    let layout = [
        structure("event", 4, &[("a", 1, 0)]),
        ty("", 4, Kind::Array { element: 9, count: 4 }),
    ];
    assert_eq!(
        refusal(&layout),
        "events.a: its type is number 9 of a layout of 2 types"
    );
}

#[test]
fn a_member_past_the_end_of_its_record() {
    let layout = [structure("event", 8, &[("a", 1, 0), ("b", 1, 6)]), int(4, false)];
    assert_eq!(refusal(&layout), "events.b: it ends at byte 10 of a type of 8 bytes");
    let layout = [
        structure("event", 8, &[("a", 1, 0)]),
        ty(
            "",
            8,
            Kind::Array {
                element: 2,
                count: u32::MAX,
            },
        ),
        structure("pair", 4, &[("b", 3, 0)]),
        int(4, false),
    ];
    assert_eq!(
        refusal(&layout),
        "events.a: it ends at byte 17179869180 of a type of 8 bytes"
    );
    let layout = [
        structure("event", 8, &[("a", 1, 0)]),
        ty("", 8, Kind::Array { element: 2, count: 2 }),
        structure("pair", 4, &[("b", 3, 4)]),
        int(4, false),
    ];
    assert_eq!(refusal(&layout), "events.a[].b: it ends at byte 8 of a type of 4 bytes");
}

#[test]
fn a_bitfield_that_is_none() {
    let with = |bit_offset, bit_width, kind, size| {
        let members = vec![Member {
            name: "a".into(),
            ty: 1,
            bit_offset,
            bit_width,
        }];
        refusal(&[ty("event", 32, Kind::Struct(members)), ty("t", size, kind)])
    };
    let unsigned = Kind::Int { signed: false };
    assert_eq!(
        with(3, 0, unsigned.clone(), 4),
        "events.a: it begins at bit 3 but is no bitfield"
    );
    assert_eq!(
        with(0, 33, unsigned.clone(), 4),
        "events.a: a bitfield of 33 bits is declared with a type of 4 bytes"
    );
    assert_eq!(
        with(0, 65, unsigned.clone(), 16),
        "events.a: a bitfield of 65 bits is declared with a type of 16 bytes"
    );
    assert_eq!(
        with(0, u32::MAX, unsigned, 4),
        "events.a: it ends at byte 536870912 of a type of 32 bytes"
    );
    assert_eq!(
        with(0, 3, Kind::Float, 4),
        "events.a: a bitfield is an integer or an enumeration"
    );
}

#[test]
fn a_size_that_its_kind_does_not_have() {
    let with = |kind, size| refusal(&[structure("event", 32, &[("a", 1, 0)]), ty("t", size, kind)]);
    assert_eq!(
        with(Kind::Int { signed: true }, 3),
        "events.a: an integer of 3 bytes: 1, 2, 4, 8 and 16 are known"
    );
    assert_eq!(with(Kind::Ptr, 4), "events.a: a pointer of 4 bytes; it has 8");
    assert_eq!(with(Kind::Bool, 4), "events.a: a char or bool of 4 bytes; both have 1");
    assert_eq!(with(Kind::Char, 2), "events.a: a char or bool of 2 bytes; both have 1");
    let empty = Kind::Enum {
        signed: false,
        values: vec![],
    };
    assert_eq!(
        with(empty, 16),
        "events.a: an enumeration of 16 bytes: 1, 2, 4 and 8 are known"
    );
}

#[test]
fn types_that_contain_themselves() {
    let named = [structure("event", 8, &[("a", 0, 0), ("b", 0, 0)])];
    assert!(refusal(&named).contains("nested more than 32 deep, or contain themselves"));
    let anonymous = [structure("event", 8, &[("", 0, 0), ("", 0, 0)])];
    assert!(refusal(&anonymous).contains("contain themselves"));
    let array = [
        structure("event", 8, &[("a", 1, 0)]),
        ty("", 8, Kind::Array { element: 1, count: 1 }),
    ];
    assert!(refusal(&array).contains("contain themselves"));
}

#[test]
fn few_types_that_describe_too_much() {
    // Each has the next four times: 4^20 members.
    for name in ["a", ""] {
        let mut layout: Vec<Type> = (1..=20).map(|next| structure("s", 4, &[(name, next, 0); 4])).collect();
        layout.push(structure("last", 4, &[]));
        assert!(refusal(&layout).contains("more than 65536 members"), "{name:?}");
    }
    let layout = [
        structure("event", 1 << 20, &[("a", 1, 0)]),
        chars(2, 1 << 20),
        ty("char", 1, Kind::Char),
    ];
    assert!(refusal_of_json(&layout).contains("at most 4194304 are printed"));
    let long = "n".repeat(1 << 20);
    let layout = [
        structure("event", 4, &[("a", 1, 0)]),
        structure("s", 4, &[(long.as_str(), 2, 0); 9]),
        structure("empty", 0, &[]),
    ];
    assert!(refusal_of_json(&layout).contains("at most 4194304 are printed"));
}

fn refusal_of_json(layout: &[Type]) -> String {
    format!(
        "{:?}",
        Printer::new(layout, &[events("events", 0)], &options(Format::Json)).unwrap_err()
    )
}

#[test]
fn elements_without_bytes_make_no_text() {
    let layout = [
        structure("event", 4, &[("a", 1, 0)]),
        ty(
            "",
            0,
            Kind::Array {
                element: 2,
                count: u32::MAX,
            },
        ),
        structure("", 0, &[]),
    ];
    assert_eq!(records::json(&layout, &[0; 4]), r#"{"a":[]}"#);
}

#[test]
fn random_layouts_are_printed_or_refused() {
    let mut random = fastrand::Rng::with_seed(2);
    for _ in 0..1500 {
        let count = random.usize(1..12);
        let layout: Vec<Type> = (0..count)
            .map(|_| records::random_type(&mut random, count as u32))
            .collect();
        let format = if random.bool() { Format::Json } else { Format::Table };
        if let Ok(mut printer) = Printer::new(&layout, &[events("events", 0)], &options(format)) {
            let record: Vec<u8> = (0..64).map(|_| random.u8(..)).collect();
            records::print(&mut printer, &records::Batch::of(&[record]), 0);
        }
    }
}

#[test]
fn formats_and_sources_that_this_printer_does_not_know() {
    let open = |kind, format| {
        let source = Source {
            name: "counts".into(),
            kind,
        };
        match Printer::new(&[int(4, false)], &[source], &options(format)) {
            Err(Error::Unsupported(what)) => what,
            other => panic!("{other:?}"),
        }
    };
    let expected = "map counts holds records of no declared type: this printer knows events of a ring or perf buffer";
    assert_eq!(open(SourceKind::Bytes, Format::Table), expected);
    assert_eq!(open(SourceKind::Bytes, Format::Json), expected);
}
