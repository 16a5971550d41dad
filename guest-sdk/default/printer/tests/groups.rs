//! The first of each interval, and a limit to all rows.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

mod records;

use printer::{Error, Format, Kind, Options, Printer, Type};
use records::{Batch, chars, events, int, options, print, structure, ty};

const SECOND: u64 = 1_000_000_000;

fn layout() -> Vec<Type> {
    vec![
        structure("event", 24, &[("n", 1, 0), ("x", 2, 4), ("comm", 3, 8)]),
        int(4, true),
        ty("float", 4, Kind::Float),
        chars(4, 16),
        ty("char", 1, Kind::Char),
    ]
}

fn record(n: i32, comm: &str) -> Vec<u8> {
    let mut record = n.to_ne_bytes().to_vec();
    record.extend((n as f32 / 2.0).to_ne_bytes());
    record.extend(comm.as_bytes());
    record.resize(24, 0);
    record
}

fn batch(numbers: &[i32]) -> Batch {
    let records: Vec<Vec<u8>> = numbers.iter().map(|n| record(*n, &format!("c{}", n % 10))).collect();
    Batch::of(&records)
}

fn top(format: Format, count: u32, sort: &str) -> Options {
    Options {
        top: Some(count),
        sort: Some(sort.into()),
        fields: vec!["n".into()],
        ..options(format)
    }
}

fn open(options: &Options) -> Printer {
    Printer::new(&layout(), &[events("events", 0)], options).unwrap()
}

fn finish(printer: &mut Printer) -> (String, Vec<String>) {
    let mut printed = Vec::new();
    let notes = printer.finish(&mut |bytes| {
        printed.extend_from_slice(bytes);
        Ok(())
    });
    (String::from_utf8(printed).unwrap(), notes.unwrap())
}

fn refusal(options: &Options) -> String {
    match Printer::new(&layout(), &[events("events", 0)], options) {
        Err(Error::Usage(why)) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_first_of_each_interval_are_shown_when_it_is_over() {
    let mut printer = open(&top(Format::Table, 2, "n"));
    // The batch that asks for the header has no time.
    assert_eq!(print(&mut printer, &Batch::default(), 0), "TIME     N       \n");
    assert_eq!(print(&mut printer, &batch(&[3, -9, 7, 1]), 5 * SECOND + 9), "");
    assert_eq!(print(&mut printer, &batch(&[5]), 6 * SECOND + 8), "");
    // The batch that ends the interval belongs to the next one; an empty batch tells the time as well.
    assert_eq!(
        print(&mut printer, &batch(&[9]), 6 * SECOND + 9),
        "00:00:05  7\n00:00:06  5\n"
    );
    assert_eq!(
        print(&mut printer, &Batch::default(), 7 * SECOND + 10),
        "\n00:00:06  9\n"
    );
    assert_eq!(print(&mut printer, &batch(&[4]), 7 * SECOND + 11), "");
    assert_eq!(print(&mut printer, &batch(&[6]), 8 * SECOND + 9), "\n00:00:07  4\n");
    assert_eq!(finish(&mut printer), ("\n00:00:08  6\n".into(), vec![]));
}

#[test]
fn an_interval_without_records_shows_nothing() {
    let mut printer = open(&top(Format::Table, 2, "n"));
    print(&mut printer, &batch(&[1]), 0);
    assert_eq!(
        print(&mut printer, &Batch::default(), SECOND),
        "TIME     N       \n00:00:00  1\n"
    );
    assert_eq!(print(&mut printer, &Batch::default(), 2 * SECOND), "");
    print(&mut printer, &batch(&[2]), 3 * SECOND);
    assert_eq!(print(&mut printer, &Batch::default(), 4 * SECOND), "\n00:00:03  2\n");
}

#[test]
fn the_interval_is_what_the_user_says() {
    for (interval, expected) in [(0, "{\"n\":1}\n"), (10, "{\"n\":1}\n"), (11, "")] {
        let mut printer = open(&Options {
            interval: Some(interval),
            ..top(Format::Json, 2, "n")
        });
        print(&mut printer, &batch(&[1]), 100);
        assert_eq!(print(&mut printer, &Batch::default(), 110), expected, "{interval}");
    }
    // A clock that was set back begins the interval anew.
    let mut printer = open(&Options {
        interval: Some(10),
        ..top(Format::Json, 2, "n")
    });
    print(&mut printer, &batch(&[1]), 100);
    assert_eq!(print(&mut printer, &batch(&[2]), 5), "");
    assert_eq!(print(&mut printer, &Batch::default(), 14), "");
    assert_eq!(print(&mut printer, &Batch::default(), 15), "{\"n\":2}\n{\"n\":1}\n");
}

#[test]
fn any_scalar_sorts_either_way_and_equal_records_keep_their_order() {
    let numbers = [12, 31, -5, 21, 40, 3];
    for (sort, expected) in [
        ("n", [40, 31, 21, 12, 3, -5]),
        ("-n", [-5, 3, 12, 21, 31, 40]),
        ("-x", [-5, 3, 12, 21, 31, 40]),
        ("x", [40, 31, 21, 12, 3, -5]),
        // By the last digit: c3, c2, c1, c1, c0, c-5.
        ("comm", [3, 12, 31, 21, 40, -5]),
        ("-comm", [-5, 40, 31, 21, 12, 3]),
    ] {
        let expected: Vec<String> = expected.iter().map(|n| format!("{{\"n\":{n}}}\n")).collect();
        for count in 1..8 {
            let mut printer = open(&top(Format::Json, count, sort));
            print(&mut printer, &batch(&numbers), 0);
            let (shown, _) = finish(&mut printer);
            assert_eq!(
                shown,
                expected[..expected.len().min(count as usize)].concat(),
                "{sort} {count}"
            );
        }
    }
}

#[test]
fn a_terminal_shows_each_interval_in_place_of_the_last() {
    let terminal = Options {
        width: Some(80),
        ..top(Format::Table, 2, "n")
    };
    let mut printer = open(&terminal);
    print(&mut printer, &batch(&[1, 2, 3]), 0);
    let screen = |rows: &str| format!("\x1b[H\x1b[JTIME     N       \n{rows}");
    assert_eq!(
        print(&mut printer, &batch(&[4]), SECOND),
        screen("00:00:00  3\n00:00:00  2\n")
    );
    assert_eq!(
        print(&mut printer, &Batch::default(), 2 * SECOND),
        screen("00:00:01  4\n")
    );
    assert_eq!(print(&mut printer, &Batch::default(), 3 * SECOND), screen(""));
    // At the end the last rows stay, and not an interval that had only begun.
    print(&mut printer, &batch(&[9]), 3 * SECOND + 1);
    assert_eq!(finish(&mut printer).0, screen("00:00:01  4\n"));
    let mut printer = open(&terminal);
    print(&mut printer, &batch(&[1]), 0);
    assert_eq!(finish(&mut printer).0, screen("00:00:00  1\n"));

    // Both sources stay on the screen.
    let layout = [
        structure("one", 4, &[("a", 2, 0)]),
        structure("other", 4, &[("a", 2, 0)]),
        int(4, true),
    ];
    let sources = [events("one", 0), events("other", 1)];
    let options = Options {
        fields: vec![],
        sort: Some("a".into()),
        ..terminal
    };
    let mut printer = Printer::new(&layout, &sources, &options).unwrap();
    let mut both = Batch::default();
    both.push(0, &[1, 0, 0, 0]);
    both.push(1, &[2, 0, 0, 0]);
    print(&mut printer, &both, 0);
    assert_eq!(
        print(&mut printer, &Batch::default(), SECOND),
        "\x1b[H\x1b[JTIME     A       \n00:00:00  1\nTIME     A       \n00:00:00  2\n"
    );

    // Of a source that was never shown it is the interval that had only begun.
    let mut printer = Printer::new(&layout, &sources, &options).unwrap();
    let mut one = Batch::default();
    one.push(0, &[1, 0, 0, 0]);
    print(&mut printer, &one, 0);
    print(&mut printer, &Batch::default(), SECOND);
    print(&mut printer, &both, SECOND + 1);
    assert_eq!(
        finish(&mut printer).0,
        "\x1b[H\x1b[JTIME     A       \n00:00:00  1\nTIME     A       \n00:00:01  2\n"
    );
}

#[test]
fn what_events_cannot_do_is_refused() {
    let sort = Options {
        top: None,
        ..top(Format::Table, 1, "n")
    };
    assert_eq!(
        refusal(&sort),
        "sort: the events of map events never end, so they cannot be sorted as a whole\n\
         hint: add --top 10 to see the first ten of each interval"
    );
    let alone = Options {
        sort: None,
        ..top(Format::Table, 1, "n")
    };
    assert_eq!(
        refusal(&alone),
        "top: the events of map events have no order of which some would be the first\n\
         hint: add --sort and the name of a member; --max-rows limits what is shown in all"
    );
    assert!(refusal(&top(Format::Json, 0, "n")).starts_with("top: the first 0 records are none"));
    assert!(
        refusal(&top(Format::Json, 10_001, "n"))
            .starts_with("top: at most the first 10000 records are shown, not 10001")
    );
    assert_eq!(
        refusal(&top(Format::Json, 1, "-m")),
        "sort: events has no member m: it has n, x and comm"
    );
    assert!(refusal(&top(Format::Json, 1, "--n")).starts_with("sort: events has no member -n"));
}

#[test]
fn no_more_rows_than_the_user_wants_are_shown_and_the_rest_is_counted() {
    let most = |max_rows, format| Options {
        max_rows: Some(max_rows),
        fields: vec!["n".into()],
        ..options(format)
    };
    let mut printer = open(&most(3, Format::Json));
    assert_eq!(print(&mut printer, &batch(&[1, 2]), 0), "{\"n\":1}\n{\"n\":2}\n");
    assert_eq!(print(&mut printer, &batch(&[3, 4]), 0), "{\"n\":3}\n");
    assert_eq!(print(&mut printer, &batch(&[5; 36]), 0), "");
    assert_eq!(
        finish(&mut printer),
        (String::new(), vec!["max-rows: 37 more rows were not shown".into()])
    );

    let mut printer = open(&most(0, Format::Table));
    assert_eq!(print(&mut printer, &batch(&[1]), 0), "");
    assert_eq!(finish(&mut printer).1, ["max-rows: 1 more row was not shown"]);

    let mut printer = open(&most(2, Format::Json));
    print(&mut printer, &batch(&[1, 2]), 0);
    assert!(finish(&mut printer).1.is_empty());

    let groups = Options {
        max_rows: Some(3),
        width: Some(80),
        ..top(Format::Table, 2, "n")
    };
    let mut printer = open(&groups);
    print(&mut printer, &batch(&[1, 2]), 0);
    print(&mut printer, &batch(&[3, 4]), SECOND);
    let last = print(&mut printer, &batch(&[5, 6]), 2 * SECOND);
    assert_eq!(last, "\x1b[H\x1b[JTIME     N       \n00:00:01  4\n");
    assert_eq!(print(&mut printer, &Batch::default(), 3 * SECOND), "");
    assert_eq!(finish(&mut printer).1, ["max-rows: 3 more rows were not shown"]);
}

#[test]
fn of_a_batch_that_lies_nothing_is_shown_counted_or_held_back() {
    let options = Options {
        max_rows: Some(5),
        ..top(Format::Json, 3, "n")
    };
    let mut printer = open(&options);
    let mut lying = batch(&[9]);
    lying.push_lying(0, 1000, &[1; 24]);
    let result = printer.print(&lying.data, 0, &mut |_| panic!("written"));
    assert_eq!(
        result,
        Err(Error::Other(
            "batch, byte 32: a record of 1000 bytes where 24 are left".into()
        ))
    );
    let mut unknown = batch(&[9]);
    unknown.push(3, &[1; 24]);
    let result = printer.print(&unknown.data, 0, &mut |_| panic!("written"));
    assert!(matches!(result, Err(Error::Other(why)) if why.contains("source number 3")));
    print(&mut printer, &batch(&[1]), 0);
    assert_eq!(finish(&mut printer).0, "{\"n\":1}\n");
}

#[test]
fn large_records_are_left_out_rather_than_memory_used_up() {
    let layout = [structure("event", 1 << 20, &[("n", 1, 0)]), int(4, false)];
    let mut printer = Printer::new(&layout, &[events("large", 0)], &top(Format::Json, 1000, "n")).unwrap();
    for n in 0..72_u32 {
        let mut record = n.to_ne_bytes().to_vec();
        record.resize(1 << 20, 0);
        print(&mut printer, &Batch::of(&[record]), 0);
    }
    let (shown, notes) = finish(&mut printer);
    assert!(shown.starts_with("{\"n\":71}\n{\"n\":70}\n"));
    let left_out = 72 - shown.lines().count();
    assert!((55..60).contains(&left_out), "{left_out}");
    assert_eq!(
        notes,
        [format!(
            "large: {left_out} records were left out, for there was no memory to sort them"
        )]
    );
}
