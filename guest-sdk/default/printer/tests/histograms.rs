//! Histograms, byte for byte.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

mod records;

use printer::{Error, Format, Kind, Options, Printer, Type};
use records::histograms::{bare, within, words};
use records::sampled::{entries, linear, log2, of_all_cpus, open_per_cpu, open_source, record};
use records::{Batch, events, int, options, print, structure, ty};

/// The counts as an entry of key 0, printed.
fn table(source: printer::Source, counts: &[u64]) -> String {
    let layout = bare(8, counts.len() as u32);
    let record = record(&[0; 4], &[&words::<8>(counts)]);
    print(
        &mut open_source(&layout, source, Format::Table),
        &Batch::of(&[record]),
        0,
    )
}

fn json(source: printer::Source, counts: &[u64]) -> String {
    let layout = bare(8, counts.len() as u32);
    let record = record(&[0; 4], &[&words::<8>(counts)]);
    print(
        &mut open_source(&layout, source, Format::Json),
        &Batch::of(&[record]),
        0,
    )
}

#[test]
fn powers_of_two() {
    assert_eq!(
        table(log2("qaq"), &[1, 8, 138, 512, 1029, 16, 0, 0]),
        "key = 0
     qaq                 : count    distribution
         0 -> 1          : 1        |                                        |
         2 -> 3          : 8        |                                        |
         4 -> 7          : 138      |*****                                   |
         8 -> 15         : 512      |*******************                     |
        16 -> 31         : 1029     |****************************************|
        32 -> 63         : 16       |                                        |
"
    );
    assert_eq!(
        json(log2("qaq"), &[1, 8, 0, 512, 0]),
        concat!(
            r#"{"key":0,"unit":"qaq","buckets":[{"from":0,"to":1,"count":1},{"from":2,"to":3,"count":8},"#,
            r#"{"from":4,"to":7,"count":0},{"from":8,"to":15,"count":512}]}"#,
            "\n"
        )
    );
}

#[test]
fn past_slot_32_all_is_wider_and_the_bars_are_shorter() {
    let mut counts = [0; 40];
    counts[32] = 7;
    let printed = table(log2("usecs"), &counts);
    let lines: Vec<&str> = printed.lines().collect();
    assert_eq!(lines.len(), 35);
    assert_eq!(lines[1], "     usecs               : count    distribution");
    assert_eq!(
        lines[34],
        "4294967296 -> 8589934591 : 7        |****************************************|"
    );

    counts[33] = 21;
    let printed = table(log2("usecs"), &counts);
    let lines: Vec<&str> = printed.lines().collect();
    assert_eq!(lines.len(), 36);
    assert_eq!(
        lines[1],
        "               usecs                         : count    distribution"
    );
    assert_eq!(
        lines[2],
        "                   0 -> 1                    : 0        |                    |"
    );
    assert_eq!(
        lines[34],
        "          4294967296 -> 8589934591           : 7        |******              |"
    );
    assert_eq!(
        lines[35],
        "          8589934592 -> 17179869183          : 21       |********************|"
    );
}

#[test]
fn the_largest_numbers_do_not_overflow() {
    let mut counts = [0; 66];
    counts[62] = u64::MAX / 2 + 1;
    counts[63] = u64::MAX;
    counts[65] = 3;
    let printed = table(log2("nsecs"), &counts);
    assert_eq!(
        printed.lines().skip(64).collect::<Vec<_>>(),
        [
            " 4611686018427387904 -> 9223372036854775807  : 9223372036854775808 |**********          |",
            " 9223372036854775808 -> 18446744073709551615 : 18446744073709551615 |********************|",
            "18446744073709551615 -> 18446744073709551615 : 0        |                    |",
            "18446744073709551615 -> 18446744073709551615 : 3        |                    |",
        ]
    );
    let parsed: serde_json::Value = serde_json::from_str(&json(log2("nsecs"), &counts)).unwrap();
    assert_eq!(
        parsed["buckets"][63].to_string(),
        r#"{"from":9223372036854775808,"to":18446744073709551615,"count":18446744073709551615}"#
    );
}

#[test]
fn stars_are_those_of_a_division() {
    let mut random = fastrand::Rng::with_seed(4);
    for _ in 0..2000 {
        let bits = random.u32(1..65);
        let counts: Vec<u64> = (0..6).map(|_| random.u64(..) >> (64 - bits)).collect();
        let most = u128::from(*counts.iter().max().unwrap()).max(1);
        let printed = table(log2("n"), &counts);
        for (line, count) in printed.lines().skip(2).zip(&counts) {
            let stars = (u128::from(*count) * 40 / most) as usize;
            let bar = "*".repeat(stars) + &" ".repeat(40 - stars);
            assert_eq!(line[27..], format!("{count:<8} |{bar}|"), "{counts:?}");
        }
    }
}

#[test]
fn one_count_has_all_stars_and_none_has_no_rows() {
    assert_eq!(
        table(log2("usecs"), &[0, 1, 0]),
        "key = 0
     usecs               : count    distribution
         0 -> 1          : 0        |                                        |
         2 -> 3          : 1        |****************************************|
"
    );
    assert_eq!(
        table(log2("usecs"), &[0; 4]),
        "key = 0\n     usecs               : no values\n"
    );
    assert_eq!(
        json(log2("usecs"), &[0; 4]),
        "{\"key\":0,\"unit\":\"usecs\",\"buckets\":[]}\n"
    );
    assert_eq!(
        table(linear(0, 1), &[0; 4]),
        "key = 0\n     bytes               : no values\n"
    );
}

#[test]
fn steps_of_equal_width() {
    assert_eq!(
        table(linear(0, 1), &[4, 0, 2, 0]),
        "key = 0
     bytes               : count    distribution
         0 -> 0          : 4        |****************************************|
         1 -> 1          : 0        |                                        |
         2 -> 2          : 2        |********************                    |
"
    );
    assert_eq!(
        table(linear(-15, 10), &[4, 4]),
        "key = 0
     bytes               : count    distribution
       -15 -> -6         : 4        |****************************************|
        -5 -> 4          : 4        |****************************************|
"
    );
    assert_eq!(
        json(linear(-15, 10), &[4, 5]),
        concat!(
            r#"{"key":0,"unit":"bytes","buckets":[{"from":-15,"to":-6,"count":4},{"from":-5,"to":4,"count":5}]}"#,
            "\n"
        )
    );
    // A step of nothing is one of 1, and many narrow rows stay narrow.
    let printed = table(linear(100, 0), &[1; 40]);
    assert!(
        printed.ends_with("       139 -> 139        : 1        |****************************************|\n"),
        "{printed}"
    );
    assert_eq!(
        table(linear(i64::MIN, u64::MAX), &[1, 1, 1]),
        "key = 0
               bytes                         : count    distribution
-9223372036854775808 -> 9223372036854775806  : 1        |********************|
 9223372036854775807 -> 18446744073709551615 : 1        |********************|
18446744073709551615 -> 18446744073709551615 : 1        |********************|
"
    );
}

#[test]
fn members_beside_the_slots_stand_above() {
    let key = [&7_u32.to_ne_bytes()[..], b"a\"b\x1b\0\0\0\0"].concat();
    let value = [&100_u64.to_ne_bytes()[..], &words::<4>(&[1, 2]), b"cargo\0\0\0"].concat();
    let batch = Batch::of(&[record(&key, &[&value])]);
    assert_eq!(
        print(&mut open_source(&within(), log2("(unit)"), Format::Table), &batch, 0),
        "key = {\"pid\":7,\"comm\":\"a\\\"b\\u001b\"}
total = 100
comm = cargo
     (unit)              : count    distribution
         0 -> 1          : 1        |********************                    |
         2 -> 3          : 2        |****************************************|
"
    );
    assert_eq!(
        print(&mut open_source(&within(), log2("(unit)"), Format::Json), &batch, 0),
        concat!(
            r#"{"key":{"pid":7,"comm":"a\"b\u001b"},"total":100,"comm":"cargo","unit":"(unit)","#,
            r#""buckets":[{"from":0,"to":1,"count":1},{"from":2,"to":3,"count":2}]}"#,
            "\n"
        )
    );
}

#[test]
fn counts_of_every_size() {
    let printed = |size: u32, value: &[u8]| {
        let batch = Batch::of(&[record(&[1, 0, 0, 0], &[value])]);
        print(&mut open_source(&bare(size, 2), log2("n"), Format::Json), &batch, 0)
    };
    let expected = |second: u64| {
        format!(
            "{{\"key\":1,\"unit\":\"n\",\"buckets\":[{{\"from\":0,\"to\":1,\"count\":3}},\
             {{\"from\":2,\"to\":3,\"count\":{second}}}]}}\n"
        )
    };
    assert_eq!(printed(1, &words::<1>(&[3, 0xff])), expected(0xff));
    assert_eq!(printed(2, &words::<2>(&[3, 0xffff])), expected(0xffff));
    assert_eq!(printed(4, &words::<4>(&[3, 0xffff_ffff])), expected(0xffff_ffff));
    assert_eq!(printed(8, &words::<8>(&[3, u64::MAX])), expected(u64::MAX));
}

#[test]
fn cpus_are_merged_or_named() {
    let counts = [words::<4>(&[1, 2]), words::<4>(&[3, 0])];
    let merged = Batch::of(&[record(&[1, 0, 0, 0], &[&counts[0], &counts[1]])]);
    assert_eq!(
        print(
            &mut open_source(&bare(4, 2), of_all_cpus(log2("n"), 8), Format::Table),
            &merged,
            0
        ),
        "key = 1
     n                   : count    distribution
         0 -> 1          : 4        |****************************************|
         2 -> 3          : 2        |********************                    |
"
    );
    let mut each = Batch::default();
    each.push_of_cpu(1, &record(&[1, 0, 0, 0], &[&counts[1]]));
    assert_eq!(
        print(&mut open_per_cpu(&bare(4, 2), log2("n"), Format::Table), &each, 0),
        "key = 1
cpu = 1
     n                   : count    distribution
         0 -> 1          : 3        |****************************************|
"
    );
}

#[test]
fn the_sum_of_counts_has_the_room_that_it_needs() {
    for (size, most) in [
        (1, u64::from(u8::MAX)),
        (2, u64::from(u16::MAX)),
        (4, u64::from(u32::MAX)),
    ] {
        let counts = |numbers: &[u64]| -> Vec<u8> {
            let bytes = |number: &u64| number.to_le_bytes()[..size as usize].to_vec();
            let mut value: Vec<u8> = numbers.iter().flat_map(bytes).collect();
            value.resize(8, 0);
            value
        };
        let printed = |values: &[Vec<u8>]| {
            let values: Vec<&[u8]> = values.iter().map(|value| &value[..]).collect();
            let batch = Batch::of(&[record(&[1, 0, 0, 0], &values)]);
            let source = of_all_cpus(log2("n"), 8);
            print(&mut open_source(&bare(size, 2), source, Format::Json), &batch, 0)
        };
        let expected = |first: u64, second: u64| {
            format!(
                "{{\"key\":1,\"unit\":\"n\",\"buckets\":[{{\"from\":0,\"to\":1,\"count\":{first}}},\
                 {{\"from\":2,\"to\":3,\"count\":{second}}}]}}\n"
            )
        };
        let all = counts(&[most, 1]);
        assert_eq!(printed(&[all.clone(), all.clone(), all.clone()]), expected(3 * most, 3));
        assert_eq!(printed(&[all]), expected(most, 1));
    }
}

#[test]
fn each_cpu_by_itself_needs_a_map_that_has_such_values() {
    let options = Options {
        per_cpu: true,
        ..options(Format::Table)
    };
    let Err(Error::Usage(why)) = Printer::new(&bare(8, 2), &[log2("us")], &options) else {
        panic!("it has");
    };
    assert_eq!(
        why,
        "per-cpu: this tool shows nothing that has a value for each CPU\nhint: that is what per-CPU maps are for that are sampled"
    );
}

#[test]
fn a_unit_is_text_of_anybody() {
    let unit = "é\x1b\"\n";
    assert!(table(log2(unit), &[1]).contains("\n     é\\x1b\"\\n            : count"));
    let parsed: serde_json::Value = serde_json::from_str(&json(log2(unit), &[1])).unwrap();
    assert_eq!(parsed["unit"], unit);
}

#[test]
fn rows_have_their_header_again_after_a_histogram() {
    let mut layout = bare(4, 1);
    layout.push(int(4, false));
    let sources = [log2("n"), events("opens", 3), entries("counts")];
    let mut printer = Printer::new(&layout, &sources, &options(Format::Table)).unwrap();
    let mut batch = Batch::default();
    batch.push(1, &[5, 0, 0, 0]);
    batch.push(0, &record(&[1, 0, 0, 0], &[&[1, 0, 0, 0]]));
    batch.push(1, &[6, 0, 0, 0]);
    batch.push(1, &[7, 0, 0, 0]);
    assert_eq!(
        print(&mut printer, &batch, 0),
        "TIME     VALUE   
00:00:00  5
key = 1
     n                   : count    distribution
         0 -> 1          : 1        |****************************************|
TIME     VALUE   
00:00:00  6
00:00:00  7
"
    );
}

#[test]
fn what_cannot_be_counted() {
    let refusal = |layout: &[Type]| {
        let why = |format| match Printer::new(layout, &[log2("n")], &options(format)) {
            Err(Error::Other(why)) => why,
            other => panic!("{other:?}"),
        };
        assert_eq!(why(Format::Table), why(Format::Json));
        why(Format::Table)
    };
    let allowed = "a histogram counts in an array of unsigned integers of 1, 2, 4 or 8 bytes";
    assert_eq!(
        refusal(&[int(4, false), structure("hist", 8, &[("count", 0, 0), ("sum", 0, 4)])]),
        "hists: a histogram counts in an array of unsigned integers, the map's value or its member slots; \
         the value has the members count, sum"
    );
    assert_eq!(
        refusal(&[int(4, false), int(4, false)]),
        format!("hists: slots is no array; {allowed}")
    );
    let of = |element: Type| refusal(&[int(4, false), ty("", 64, Kind::Array { element: 2, count: 4 }), element]);
    assert_eq!(
        of(int(4, true)),
        format!("hists: slots is an array of signed integers; {allowed}")
    );
    assert_eq!(
        of(int(16, false)),
        format!("hists: slots is an array of integers of 16 bytes; {allowed}")
    );
    assert_eq!(
        of(ty("float", 4, Kind::Float)),
        format!("hists: slots is an array of something else; {allowed}")
    );

    assert_eq!(
        refusal(&bare(4, 0)),
        "hists: slots is an array of 0 counts; a histogram has 1 to 16384"
    );
    assert_eq!(
        refusal(&bare(4, 16385)),
        "hists: slots is an array of 16385 counts; a histogram has 1 to 16384"
    );
    let mut lying = bare(4, 8);
    lying[1].size = 16;
    assert_eq!(refusal(&lying), "hists: it ends at byte 40 of a type of 24 bytes");
    // Many large ones are too many together.
    let why = Printer::new(&bare(1, 16384), &vec![log2("n"); 5], &options(Format::Json)).unwrap_err();
    assert!(format!("{why:?}").contains("more than 65536 members"), "{why:?}");
}
