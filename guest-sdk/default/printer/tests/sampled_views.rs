//! Entries, histograms and stacks, selected, sorted and in other formats.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

mod records;

use printer::{Error, Format, Kind, Options, Printer, Source, Type};
use records::sampled::{entries, log2, of_all_cpus, record};
use records::stacks::{KERNEL, Table, event, stack_type, stacks};
use records::{Batch, events, int, options, print, structure, ty};

/// `{pid}` → `{count, slots}`.
fn layout() -> Vec<Type> {
    vec![
        structure("key", 4, &[("pid", 2, 0)]),
        structure("value", 12, &[("count", 2, 0), ("slots", 3, 4)]),
        int(4, false),
        ty("", 8, Kind::Array { element: 2, count: 2 }),
    ]
}

fn entry(pid: u32, count: u32) -> Vec<u8> {
    let value: Vec<u8> = [count, count, 1].iter().flat_map(|word| word.to_ne_bytes()).collect();
    record(&pid.to_ne_bytes(), &[&value])
}

/// A sample of entries, with its end.
fn sample(entries: &[(u32, u32)]) -> Batch {
    let records = entries.iter().map(|(pid, count)| entry(*pid, *count));
    Batch::of(&records.chain([vec![]]).collect::<Vec<_>>())
}

fn open(source: Source, options: &Options) -> Printer {
    let source = if options.per_cpu {
        of_all_cpus(source, 16)
    } else {
        source
    };
    Printer::new(&layout(), &[source], options).unwrap()
}

fn top(count: u32, sort: &str, format: Format) -> Options {
    Options {
        top: Some(count),
        sort: Some(sort.into()),
        ..options(format)
    }
}

#[test]
fn a_filter_and_names_look_into_key_and_value() {
    let options = Options {
        filter: Some("count > 1 and key.pid != 9".into()),
        fields: vec!["count".into(), "key.pid".into()],
        ..options(Format::Table)
    };
    assert_eq!(
        print(
            &mut open(entries("counts"), &options),
            &sample(&[(7, 1), (8, 2), (9, 3)]),
            0
        ),
        "TIME     COUNT   KEY.PID  \n00:00:00  2      8\n"
    );
    let options = Options {
        filter: Some("cpu == 4".into()),
        per_cpu: true,
        ..records::options(Format::Csv)
    };
    let mut batch = Batch::default();
    batch.push_of_cpu(3, &entry(1, 1));
    batch.push_of_cpu(4, &entry(1, 2));
    assert_eq!(
        print(&mut open(entries("counts"), &options), &batch, 0),
        "pid,cpu,count,slots\n1,4,2,\"[2,1]\"\n"
    );
}

#[test]
fn the_first_of_a_sample_are_shown_when_it_is_over() {
    let mut printer = open(entries("counts"), &top(2, "count", Format::Json));
    let whole = sample(&[(1, 5), (2, 9), (3, 7)]);
    let (begin, end) = whole.data.split_at(whole.data.len() - 1);
    let expected = "{\"key\":{\"pid\":2},\"value\":{\"count\":9,\"slots\":[9,1]}}\n\
                    {\"key\":{\"pid\":3},\"value\":{\"count\":7,\"slots\":[7,1]}}\n";
    // A sample in two batches, however late the second is.
    assert_eq!(print(&mut printer, &Batch { data: begin.to_vec() }, 0), "");
    assert_eq!(
        print(&mut printer, &Batch { data: end.to_vec() }, 9_000_000_000),
        expected
    );
    assert_eq!(print(&mut printer, &whole, 10_000_000_000), expected);
}

#[test]
fn histograms_are_selected_and_sorted_by_their_members() {
    let options = Options {
        filter: Some("pid < 3".into()),
        ..top(1, "count", Format::Table)
    };
    assert_eq!(
        print(&mut open(log2("n"), &options), &sample(&[(1, 5), (2, 9), (3, 7)]), 0),
        "key = {\"pid\":2}
count = 9
     n                   : count    distribution
         0 -> 1          : 9        |****************************************|
         2 -> 3          : 1        |****                                    |
"
    );
}

#[test]
fn histograms_as_documents() {
    let batch = sample(&[(1, 5)]);
    assert_eq!(
        print(&mut open(log2("n"), &options(Format::JsonPretty)), &batch, 0),
        r#"{
  "key": {
    "pid": 1
  },
  "count": 5,
  "unit": "n",
  "buckets": [
    {
      "from": 0,
      "to": 1,
      "count": 5
    },
    {
      "from": 2,
      "to": 3,
      "count": 1
    }
  ]
}
"#
    );
    assert_eq!(
        print(&mut open(log2("n"), &options(Format::Yaml)), &batch, 0),
        "---
key:
  pid: 1
count: 5
unit: \"n\"
buckets: [{\"from\": 0, \"to\": 1, \"count\": 5}, {\"from\": 2, \"to\": 3, \"count\": 1}]
"
    );
}

#[test]
fn raw_is_an_entry_and_its_length() {
    let mut printed = Vec::new();
    let mut printer = open(log2("n"), &options(Format::Raw));
    let mut write = |bytes: &[u8]| {
        printed.extend_from_slice(bytes);
        Ok(())
    };
    printer.print(&sample(&[(1, 5)]).data, 0, &mut write).unwrap();
    assert_eq!(printed, [&20_u32.to_le_bytes()[..], &entry(1, 5)].concat());
}

#[test]
fn a_terminal_cuts_rows_and_nothing_else() {
    let sources = [log2("n"), entries("counts")];
    let options = Options {
        width: Some(20),
        ..options(Format::Table)
    };
    let mut printer = Printer::new(&layout(), &sources, &options).unwrap();
    let mut batch = Batch::default();
    for source in [1, 0, 1, 1] {
        batch.push(source, &entry(123_456_789, 5));
    }
    assert_eq!(
        print(&mut printer, &batch, 0),
        "TIME     PID     CO…
00:00:00  123456789…
key = {\"pid\":123456789}
count = 5
     n                   : count    distribution
         0 -> 1          : 5        |****************************************|
         2 -> 3          : 1        |********                                |
TIME     PID     CO…
00:00:00  123456789…
00:00:00  123456789…
"
    );
}

#[test]
fn stacks_are_selected_and_in_documents_too() {
    let open = |options: &Options| {
        let printer = Printer::new(&records::stacks::layout(), &[stacks(stack_type())], options).unwrap();
        printer.with_symbols(Box::<Table>::default())
    };
    let batch = Batch::of(&[event("a", 1, &[], &[0x1100]), event("b", 2, &[KERNEL], &[])]);
    let only_a = |format| Options {
        filter: Some("comm == a".into()),
        ..options(format)
    };
    assert_eq!(
        print(&mut open(&only_a(Format::Yaml)), &batch, 0),
        "---
comm: \"a\"
pid: 1
cpu: 3
kernel: []
user: [{\"addr\": \"0x1100\", \"symbol\": \"user_1\", \"offset\": 0, \"file\": null, \"line\": null}]
"
    );
    let mut printer = open(&only_a(Format::Folded));
    assert_eq!(print(&mut printer, &batch, 0), "");
    let mut written = Vec::new();
    let mut write = |bytes: &[u8]| {
        written.extend_from_slice(bytes);
        Ok(())
    };
    assert!(printer.finish(&mut write).unwrap().is_empty());
    assert_eq!(written, b"a;user_1 1\n");
}

#[test]
fn what_is_no_row_has_neither_columns_nor_lines_of_csv() {
    let open = |options: &Options| match Printer::new(&layout(), &[events("opens", 2), log2("n")], options) {
        Err(Error::Usage(why) | Error::Unsupported(why)) => why,
        other => panic!("{other:?}"),
    };
    let fields = Options {
        fields: vec!["value".into()],
        ..options(Format::Json)
    };
    assert_eq!(
        open(&fields),
        "fields: map hists holds histograms, which are shown whole\nhint: --filter and --sort look at their members"
    );
    let stacks = &[stacks(stack_type())];
    let opened = Printer::new(&records::stacks::layout(), stacks, &options(Format::Csv));
    let Err(Error::Usage(why)) = opened else {
        panic!("{opened:?}");
    };
    assert_eq!(
        why,
        "output: map events holds stack traces, which are no rows, and csv has nothing else\n\
         hint: -o table shows them to people, json and yaml to programs"
    );
}
