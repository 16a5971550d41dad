//! Entries of sampled maps, one CPU's values and those of several.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

mod records;

use printer::{EntryType, Enumerator, Error, Format, Kind, Member, Printer, Source, SourceKind, Type};
use records::sampled::{entries, of_all_cpus, open_per_cpu, open_source, record};
use records::{Batch, chars, events, int, options, print, structure, ty};

/// `{pid, comm}` → `{count, bytes}`.
fn structs() -> Vec<Type> {
    vec![
        structure("key", 12, &[("pid", 2, 0), ("comm", 3, 4)]),
        structure("value", 16, &[("count", 2, 0), ("bytes", 5, 8)]),
        int(4, false),
        chars(4, 8),
        ty("char", 1, Kind::Char),
        int(8, false),
    ]
}

/// u32 → u64.
fn scalars() -> Vec<Type> {
    vec![int(4, false), int(8, false)]
}

fn printed(layout: &[Type], source: Source, format: Format, records: &[Vec<u8>]) -> String {
    print(&mut open_source(layout, source, format), &Batch::of(records), 0)
}

#[test]
fn key_and_value_are_columns() {
    let record = record(&7_u32.to_ne_bytes(), &[&9_u64.to_ne_bytes()]);
    assert_eq!(
        printed(
            &scalars(),
            entries("counts"),
            Format::Table,
            std::slice::from_ref(&record)
        ),
        "TIME     KEY     VALUE   \n\
         00:00:00  7      9\n"
    );
    assert_eq!(
        printed(&scalars(), entries("counts"), Format::Json, &[record]),
        "{\"key\":7,\"value\":9}\n"
    );
}

#[test]
fn members_of_key_and_value_are_columns() {
    let key = [&7_u32.to_ne_bytes()[..], b"cargo\0\0\0"].concat();
    let value = [&1_u64.to_ne_bytes()[..], &2_u64.to_ne_bytes()].concat();
    let record = record(&key, &[&value]);
    assert_eq!(
        printed(
            &structs(),
            entries("counts"),
            Format::Table,
            std::slice::from_ref(&record)
        ),
        "TIME     PID     COMM    COUNT   BYTES   \n\
         00:00:00  7      cargo   1       2\n"
    );
    assert_eq!(
        printed(&structs(), entries("counts"), Format::Json, &[record]),
        "{\"key\":{\"pid\":7,\"comm\":\"cargo\"},\"value\":{\"count\":1,\"bytes\":2}}\n"
    );
}

#[test]
fn a_map_without_keys_has_values_only() {
    let layout = [int(4, true)];
    let queue = || Source {
        name: "queue".into(),
        kind: SourceKind::Entries(EntryType {
            key: None,
            value: 0,
            value_stride: 0,
        }),
    };
    let record = record(&[], &[&(-3_i32).to_ne_bytes()]);
    assert_eq!(
        printed(&layout, queue(), Format::Table, std::slice::from_ref(&record)),
        "TIME     VALUE   \n00:00:00  -3\n"
    );
    assert_eq!(printed(&layout, queue(), Format::Json, &[record]), "{\"value\":-3}\n");
}

#[test]
fn the_end_of_a_sample_is_no_record() {
    let mut printer = open_source(&scalars(), entries("counts"), Format::Table);
    assert_eq!(
        print(&mut printer, &Batch::of(&[vec![]]), 0),
        "TIME     KEY     VALUE   \n"
    );
    assert_eq!(print(&mut printer, &Batch::of(&[vec![], vec![]]), 0), "");
    assert!(printer.notes().is_empty());
}

/// An integer, a float, a double, a bool, a text, an enumeration, an address, an array, structs, bitfields and a union.
fn everything() -> Vec<Type> {
    let bitfield = |name: &str, bit_offset, bit_width| Member {
        name: name.into(),
        ty: 6,
        bit_offset,
        bit_width,
    };
    let named = Enumerator {
        name: "ON".into(),
        value: 1,
    };
    vec![
        int(8, false),
        structure(
            "value",
            96,
            &[
                ("n", 2, 0),
                ("f", 3, 4),
                ("d", 4, 8),
                ("b", 5, 16),
                ("small", 6, 17),
                ("text", 7, 18),
                ("e", 9, 24),
                ("wide", 10, 32),
                ("p", 11, 48),
                ("array", 12, 56),
                ("pairs", 13, 64),
                ("bits", 15, 80),
                ("union", 16, 88),
            ],
        ),
        int(4, true),
        ty("float", 4, Kind::Float),
        ty("double", 8, Kind::Float),
        ty("bool", 1, Kind::Bool),
        int(1, false),
        chars(8, 4),
        ty("char", 1, Kind::Char),
        ty(
            "e",
            4,
            Kind::Enum {
                signed: false,
                values: vec![named],
            },
        ),
        int(16, false),
        ty("", 8, Kind::Ptr),
        ty("", 8, Kind::Array { element: 17, count: 4 }),
        ty("", 16, Kind::Array { element: 14, count: 2 }),
        structure("pair", 8, &[("x", 17, 0), ("y", 2, 4)]),
        ty(
            "bits",
            1,
            Kind::Struct(vec![bitfield("low", 0, 3), bitfield("high", 3, 5)]),
        ),
        ty("u", 4, Kind::Union(vec![records::member("n", 2, 0)])),
        int(2, false),
    ]
}

fn value(n: i32, small: u8, text: &[u8; 4], array: [u16; 4], pairs: [u16; 2], bits: u8) -> Vec<u8> {
    let mut value = vec![0; 96];
    let mut put = |at: usize, bytes: &[u8]| value[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, &n.to_ne_bytes());
    put(4, &0.5_f32.to_ne_bytes());
    put(8, &1.25_f64.to_ne_bytes());
    put(16, &[u8::from(n < 0), small]);
    put(18, text);
    put(24, &1_u32.to_ne_bytes());
    put(32, &(u128::from(u64::MAX)).to_ne_bytes());
    put(48, &0xabc_u64.to_ne_bytes());
    for (place, number) in array.iter().enumerate() {
        put(56 + 2 * place, &number.to_ne_bytes());
    }
    for (place, number) in pairs.iter().enumerate() {
        put(64 + 8 * place, &number.to_ne_bytes());
        put(68 + 8 * place, &n.to_ne_bytes());
    }
    put(80, &[bits]);
    put(88, &n.to_ne_bytes());
    value
}

#[test]
fn the_values_of_several_cpus_become_their_sum() {
    let idle = vec![0; 96];
    let first = value(i32::MAX, 250, b"one\0", [1, 2, 3, 65535], [7, 8], 0b1101_0101);
    let second = value(-5, 10, b"two\0", [10, 20, 30, 1], [1, 2], 0b1000_1100);
    let record = record(&1_u64.to_ne_bytes(), &[&idle, &first, &idle, &second]);
    assert_eq!(
        printed(
            &everything(),
            of_all_cpus(entries("counts"), 96),
            Format::Json,
            &[record]
        ),
        concat!(
            r#"{"key":1,"value":{"n":2147483642,"f":1.0,"d":2.5,"b":true,"small":4,"text":"one","e":"ON","#,
            r#""wide":"36893488147419103230","p":"0xabc","array":[11,22,33,0],"#,
            r#""pairs":[{"x":8,"y":2147483642},{"x":10,"y":2147483642}],"bits":{"low":1,"high":11},"#,
            r#""union":{"n":2147483647}}}"#,
            "\n"
        )
    );
}

#[test]
fn values_are_as_far_apart_as_their_padding_says() {
    let layout = [int(4, false), int(4, false)];
    let of = |values: &[u32]| {
        let values: Vec<[u8; 4]> = values.iter().map(|value| value.to_ne_bytes()).collect();
        let values: Vec<&[u8]> = values.iter().map(|value| &value[..]).collect();
        printed(
            &layout,
            of_all_cpus(entries("counts"), 8),
            Format::Json,
            &[record(&[1, 0, 0, 0], &values)],
        )
    };
    assert_eq!(of(&[5]), "{\"key\":1,\"value\":5}\n");
    assert_eq!(of(&[5, 6]), "{\"key\":1,\"value\":11}\n");
    assert_eq!(of(&[u32::MAX, 6, 1]), "{\"key\":1,\"value\":6}\n");
    assert_eq!(of(&[0; 128]), "{\"key\":1,\"value\":0}\n");
}

#[test]
fn a_value_that_is_larger_than_what_is_shown_of_it_is_one_value() {
    let layout = [int(4, false), int(8, false)];
    let record = record(&[1, 0, 0, 0], &[&[7, 0, 0, 0, 0, 0, 0, 0], &[8; 8], &[9; 8]]);
    assert_eq!(
        printed(&layout, entries("counts"), Format::Json, &[record]),
        "{\"key\":1,\"value\":7}\n"
    );
    // And of a per-CPU map the first member of two, which lie 16 bytes apart.
    let record = self::record(
        &[1, 0, 0, 0],
        &[&[7, 0, 0, 0, 0, 0, 0, 0], &[8; 8], &[5, 0, 0, 0, 0, 0, 0, 0], &[8; 8]],
    );
    assert_eq!(
        printed(&layout, of_all_cpus(entries("counts"), 16), Format::Json, &[record]),
        "{\"key\":1,\"value\":12}\n"
    );
}

#[test]
fn each_cpu_by_itself_has_its_number_between_key_and_value() {
    let mut batch = Batch::default();
    batch.push_of_cpu(0, &record(&7_u32.to_ne_bytes(), &[&9_u64.to_ne_bytes()]));
    batch.push_of_cpu(12, &record(&7_u32.to_ne_bytes(), &[&10_u64.to_ne_bytes()]));
    // A map that is not per CPU.
    batch.push_of_cpu(0xffff, &record(&7_u32.to_ne_bytes(), &[&11_u64.to_ne_bytes()]));
    let open = |format| print(&mut open_per_cpu(&scalars(), entries("counts"), format), &batch, 0);
    assert_eq!(
        open(Format::Table),
        "TIME     KEY     CPU     VALUE   \n\
         00:00:00  7      0       9\n\
         00:00:00  7      12      10\n\
         00:00:00  7      -1      11\n"
    );
    assert_eq!(
        open(Format::Json),
        "{\"key\":7,\"cpu\":0,\"value\":9}\n\
         {\"key\":7,\"cpu\":12,\"value\":10}\n\
         {\"key\":7,\"cpu\":-1,\"value\":11}\n"
    );
}

#[test]
fn entries_that_are_too_short_are_counted() {
    let mut printer = open_source(&scalars(), entries("counts"), Format::Json);
    let batch = Batch::of(&[vec![1], vec![1; 15], record(&[2, 0, 0, 0], &[&3_u64.to_ne_bytes()])]);
    assert_eq!(print(&mut printer, &batch, 0), "{\"key\":2,\"value\":3}\n");
    assert_eq!(
        printer.notes(),
        [
            "counts: a record of 1 bytes is shorter than its type entry (16 bytes); such records are counted and left out"
        ]
    );
    assert_eq!(printer.short_records().collect::<Vec<_>>(), [("counts", 2)]);
}

#[test]
fn events_and_entries_in_one_batch() {
    let layout = scalars();
    let sources = [events("opens", 0), entries("counts")];
    let mut printer = Printer::new(&layout, &sources, &options(Format::Table)).unwrap();
    let entry = record(&7_u32.to_ne_bytes(), &[&9_u64.to_ne_bytes()]);
    let mut batch = Batch::default();
    batch.push(0, &[1, 0, 0, 0]);
    batch.push(1, &entry);
    batch.push(1, &entry);
    batch.push(1, &[]);
    batch.push(0, &[2, 0, 0, 0]);
    assert_eq!(
        print(&mut printer, &batch, 0),
        "TIME     VALUE   \n\
         00:00:00  1\n\
         TIME     KEY     VALUE   \n\
         00:00:00  7      9\n\
         00:00:00  7      9\n\
         TIME     VALUE   \n\
         00:00:00  2\n"
    );
    // Nothing new to say.
    assert_eq!(print(&mut printer, &Batch::default(), 0), "");
}

#[test]
fn types_that_are_not_there_or_too_large() {
    let refusal = |layout: &[Type], key, value| {
        let source = Source {
            name: "counts".into(),
            kind: SourceKind::Entries(EntryType {
                key: Some(key),
                value,
                value_stride: 0,
            }),
        };
        match Printer::new(layout, &[source], &options(Format::Table)) {
            Err(Error::Other(why)) => why,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(
        refusal(&scalars(), 9, 0),
        "counts.key: its type is number 9 of a layout of 2 types"
    );
    assert_eq!(
        refusal(&scalars(), 0, 2),
        "counts.value: its type is number 2 of a layout of 2 types"
    );
    let large = [int(4, false), ty("", u32::MAX, Kind::Opaque)];
    assert_eq!(
        refusal(&large, 0, 1),
        "counts: its entries have 4294967303 bytes; at most 536870911 can be shown"
    );
    let round = [structure("value", 8, &[("a", 0, 0)])];
    assert!(refusal(&round, 0, 0).contains("contain themselves"));
}

#[test]
fn random_layouts_of_entries_are_printed_or_refused() {
    let mut random = fastrand::Rng::with_seed(3);
    for _ in 0..1500 {
        let count = random.u32(2..10);
        let layout: Vec<Type> = (0..count).map(|_| records::random_type(&mut random, count)).collect();
        let format = if random.bool() { Format::Json } else { Format::Table };
        let source = match random.u8(0..3) {
            0 => entries("counts"),
            1 => records::sampled::log2("usecs"),
            _ => records::sampled::linear(random.i64(..), random.u64(..)),
        };
        let options = printer::Options {
            per_cpu: random.bool(),
            ..options(format)
        };
        if let Ok(mut printer) = Printer::new(&layout, &[source], &options) {
            let record: Vec<u8> = (0..random.usize(0..400)).map(|_| random.u8(..)).collect();
            print(&mut printer, &Batch::of(&[record]), 0);
        }
    }
}
