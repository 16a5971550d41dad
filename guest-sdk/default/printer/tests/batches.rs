//! Headers, records of unexpected length, and batches that lie.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

mod records;

use printer::{Error, Format, Kind, Printer, Type};
use records::{Batch, events, int, options, print, structure, ty};

/// Two structs of different columns.
fn layout() -> Vec<Type> {
    vec![
        structure("opened", 8, &[("pid", 2, 0), ("fd", 2, 4)]),
        structure("closed", 4, &[("fd", 2, 0)]),
        int(4, false),
    ]
}

fn two_sources(format: Format) -> Printer {
    Printer::new(&layout(), &[events("opens", 0), events("closes", 1)], &options(format)).unwrap()
}

fn fails(printer: &mut Printer, data: &[u64]) -> String {
    let mut written = 0;
    let result = printer.print(data, 0, &mut |bytes| {
        written += bytes.len();
        Ok(())
    });
    assert_eq!(written, 0, "nothing of a batch that lies is printed");
    match result {
        Err(Error::Other(why)) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_header_is_printed_once_and_with_an_empty_batch_at_once() {
    let mut printer = records::open(&layout(), Format::Table);
    assert_eq!(print(&mut printer, &Batch::default(), 0), "TIME     PID     FD      \n");
    assert_eq!(print(&mut printer, &Batch::default(), 0), "");
    assert_eq!(
        print(&mut printer, &Batch::of(&[vec![1; 8]]), 0),
        "00:00:00  16843009 16843009\n"
    );
}

#[test]
fn a_header_says_so_where_the_columns_change() {
    let mut printer = two_sources(Format::Table);
    let mut batch = Batch::default();
    batch.push(0, &[1, 0, 0, 0, 3, 0, 0, 0]);
    batch.push(1, &[3, 0, 0, 0]);
    batch.push(1, &[4, 0, 0, 0]);
    batch.push(0, &[2, 0, 0, 0, 3, 0, 0, 0]);
    assert_eq!(
        print(&mut printer, &batch, 0),
        "TIME     PID     FD      \n\
         00:00:00  1      3\n\
         TIME     FD      \n\
         00:00:00  3\n\
         00:00:00  4\n\
         TIME     PID     FD      \n\
         00:00:00  2      3\n"
    );
}

#[test]
fn sources_of_the_same_columns_share_a_header() {
    let sources = [events("one", 1), events("other", 1)];
    let mut printer = Printer::new(&layout(), &sources, &options(Format::Table)).unwrap();
    let mut batch = Batch::default();
    batch.push(0, &[1, 0, 0, 0]);
    batch.push(1, &[2, 0, 0, 0]);
    batch.push(0, &[3, 0, 0, 0]);
    assert_eq!(
        print(&mut printer, &batch, 0),
        "TIME     FD      \n00:00:00  1\n00:00:00  2\n00:00:00  3\n"
    );
}

#[test]
fn the_time_is_local() {
    let at = |offset, time: u64| {
        let options = printer::Options {
            format: Format::Table,
            header: false,
            utc_offset: offset,
            ..printer::Options::default()
        };
        let mut printer = Printer::new(&layout(), &[events("closes", 1)], &options).unwrap();
        print(&mut printer, &Batch::of(&[vec![0; 4]]), time)
    };
    assert_eq!(at(0, 86_399_999_999_999), "23:59:59  0\n");
    assert_eq!(at(5 * 3600 + 1800, 0), "05:30:00  0\n");
    assert_eq!(at(-1, 0), "23:59:59  0\n");
    assert_eq!(at(i32::MIN, u64::MAX).len(), "00:00:00  0\n".len());
    assert_eq!(at(i32::MAX, u64::MAX).len(), "00:00:00  0\n".len());
}

#[test]
fn columns_hold_their_place_and_find_it_again() {
    let layout = [
        structure(
            "event",
            28,
            &[
                ("a_name_longer_than_six", 1, 0),
                ("b", 2, 8),
                ("c", 3, 12),
                ("d", 1, 20),
            ],
        ),
        int(8, false),
        int(4, false),
        ty("", 8, Kind::Array { element: 4, count: 8 }),
        ty("char", 1, Kind::Char),
    ];
    let record = |a: u64, b: u32, c: &str, d: u64| {
        let mut text = c.as_bytes().to_vec();
        text.resize(8, 0);
        [&a.to_ne_bytes()[..], &b.to_ne_bytes(), &text, &d.to_ne_bytes()].concat()
    };
    let mut printer = records::open(&layout, Format::Table);
    let batch = Batch::of(&[
        record(1, 2, "three", 4),
        record(u64::MAX, u32::MAX, "12345678", u64::MAX),
        record(1, 1, "é\u{fffd}é", 1),
    ]);
    assert_eq!(
        print(&mut printer, &batch, 0),
        "TIME     A_NAME_LONGER_THAN_SIX  B       C       D       \n\
         00:00:00  1                      2       three   4\n\
         00:00:00  18446744073709551615   4294967295 12345678 18446744073709551615\n\
         00:00:00  1                      1       é\u{fffd}é     1\n"
    );
}

#[test]
fn short_records_are_left_out_counted_and_reported_once() {
    let mut printer = two_sources(Format::Json);
    let mut batch = Batch::default();
    batch.push(0, &[1; 7]);
    batch.push(1, &[1, 0, 0, 0]);
    batch.push(0, &[]);
    batch.push(1, &[1, 0, 0]);
    assert_eq!(print(&mut printer, &batch, 0), "{\"fd\":1}\n");
    assert_eq!(
        printer.notes(),
        [
            "opens: a record of 7 bytes is shorter than its type opened (8 bytes); such records are counted and left out",
            "closes: a record of 3 bytes is shorter than its type closed (4 bytes); such records are counted and left out"
        ]
    );
    assert_eq!(print(&mut printer, &batch, 0), "{\"fd\":1}\n");
    assert!(printer.notes().is_empty());
    assert_eq!(
        printer.short_records().collect::<Vec<_>>(),
        [("opens", 4), ("closes", 2)]
    );
}

#[test]
fn of_longer_records_the_first_bytes_are_printed() {
    let mut printer = two_sources(Format::Json);
    let mut batch = Batch::default();
    batch.push(1, &[5, 0, 0, 0, 9, 9, 9, 9, 9, 9, 9, 9, 9]);
    batch.push(1, &[6, 0, 0, 0]);
    assert_eq!(print(&mut printer, &batch, 0), "{\"fd\":5}\n{\"fd\":6}\n");
}

#[test]
fn a_record_past_the_end_of_its_batch_is_refused() {
    for length in [17, 1000, u32::MAX - 7, u32::MAX] {
        let mut batch = Batch::of(&[vec![1; 8]]);
        batch.push_lying(0, length, &[1; 16]);
        let why = fails(&mut two_sources(Format::Table), &batch.data);
        assert_eq!(
            why,
            format!("batch, byte 16: a record of {length} bytes where 16 are left")
        );
    }
}

#[test]
fn a_record_of_an_unknown_source_is_refused() {
    let mut batch = Batch::of(&[vec![1; 8]]);
    batch.push(2, &[1; 8]);
    let mut printer = two_sources(Format::Table);
    let why = fails(&mut printer, &batch.data);
    assert_eq!(
        why,
        "batch: a record of source number 2; the printer was opened with 2 sources"
    );
    assert!(
        fails(
            &mut Printer::new(&[], &[], &options(Format::Json)).unwrap(),
            &batch.data
        )
        .ends_with("with 0 sources")
    );

    // The next batch is printed as if there had been none.
    assert!(print(&mut printer, &Batch::of(&[vec![0; 8]]), 0).starts_with("TIME"));
}

#[test]
fn a_batch_of_random_words_does_no_harm() {
    let mut random = fastrand::Rng::with_seed(1);
    let mut printer = two_sources(Format::Table);
    for _ in 0..2000 {
        let data: Vec<u64> = (0..random.usize(0..20))
            .map(|_| random.u64(..) & random.u64(..) & 0xff_0000_003f)
            .collect();
        let _ = printer.print(&data, random.u64(..), &mut |bytes| {
            assert!(core::str::from_utf8(bytes).is_ok());
            Ok(())
        });
    }
}

#[test]
fn a_reader_that_is_gone_ends_the_printing() {
    let batch = Batch::of(&[vec![1; 8]]);
    let result = records::open(&layout(), Format::Json).print(&batch.data, 0, &mut |_| Err(Error::Closed));
    assert_eq!(result, Err(Error::Closed));
}

#[test]
fn what_waits_to_be_written_is_bounded() {
    let name = "n".repeat(100_000);
    let layout = [structure("event", 4, &[(&name, 1, 0)]), int(4, false)];
    let batch = Batch::of(&vec![vec![0; 4]; 100]);
    let (mut lines, mut largest) = (0, 0);
    let mut printer = records::open(&layout, Format::Json);
    printer
        .print(&batch.data, 0, &mut |bytes| {
            largest = largest.max(bytes.len());
            lines += bytes.iter().filter(|byte| **byte == b'\n').count();
            Ok(())
        })
        .unwrap();
    assert_eq!(lines, 100);
    assert!(largest < 5 << 20, "{largest}");
}
