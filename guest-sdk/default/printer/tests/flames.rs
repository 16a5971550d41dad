//! Stacks that are counted and shown at the end.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

mod records;

use printer::{Error, Format, Kind, Printer, StackType};
use records::sampled::{entries, log2, open_source};
use records::stacks::{KERNEL, Table, event, event_of_sizes, layout, stack_type, stacks};
use records::{Batch, events, options, print};

fn open(format: Format, table: &Table) -> Printer {
    open_source(&layout(), stacks(stack_type()), format).with_symbols(Box::new(table.clone()))
}

/// What is written at the end, and what is said.
fn finish(printer: &mut Printer) -> (String, Vec<String>) {
    let mut written = Vec::new();
    let notes = printer
        .finish(&mut |bytes| {
            written.extend_from_slice(bytes);
            Ok(())
        })
        .unwrap();
    (String::from_utf8(written).unwrap(), notes)
}

/// Three threads of two names, and one that has no stacks.
fn samples() -> Batch {
    let busy = event("cargo", 7, &[KERNEL + 0x110, KERNEL + 0x10], &[0x1010, 0x1210]);
    Batch::of(&[
        busy.clone(),
        event("idle", 0, &[], &[]),
        event("cargo", 8, &[], &[0x1010, 0x1210]),
        event("cargo", 8, &[KERNEL], &[0x1010, 0x2]),
        busy,
    ])
}

#[test]
fn folded_is_a_line_a_stack_with_its_count() {
    let mut printer = open(Format::Folded, &Table::default());
    assert_eq!(print(&mut printer, &samples(), 0), "");
    assert_eq!(print(&mut printer, &samples(), 1), "");
    let (written, notes) = finish(&mut printer);
    assert_eq!(
        written,
        "cargo;[unknown];user_0;kernel_0_[k] 2\n\
         cargo;user_2;user_0 2\n\
         cargo;user_2;user_0;kernel_0_[k];kernel_1_[k] 4\n\
         idle 2\n"
    );
    assert!(notes.is_empty());
}

#[test]
fn where_nobody_knows_names_addresses_stand_for_them() {
    let without = StackType {
        symbols: false,
        ..stack_type()
    };
    let mut printer = open_source(&layout(), stacks(without), Format::Folded).with_symbols(Box::<Table>::default());
    print(&mut printer, &Batch::of(&[event("a", 1, &[KERNEL], &[0x1000])]), 0);
    assert_eq!(finish(&mut printer).0, "a;0x1000;0xffffffff81000000_[k] 1\n");
}

#[test]
fn names_neither_end_frames_nor_lines() {
    let table = Table::default();
    table.0.borrow_mut().before = "a;b\n\x1b".into();
    let mut printer = open(Format::Folded, &table);
    print(&mut printer, &Batch::of(&[event("c;d\n", 1, &[], &[0x1000])]), 0);
    assert_eq!(finish(&mut printer).0, "c\\x3bd\\n;a\\x3bb\\n\\x1buser_0 1\n");
}

#[test]
fn nothing_counted_is_nothing_or_an_empty_image() {
    assert_eq!(finish(&mut open(Format::Folded, &Table::default())).0, "");
    let (written, _) = finish(&mut open(Format::Svg, &Table::default()));
    let document = parse(&written);
    assert!(frames(&document).is_empty());
    assert!(written.contains(">0 samples</text>"));
}

fn parse(image: &str) -> roxmltree::Document<'_> {
    roxmltree::Document::parse(image).unwrap()
}

/// The title, place and width of each frame.
fn frames(document: &roxmltree::Document) -> Vec<(String, String, String, String)> {
    let is_frame = |node: &roxmltree::Node| node.attribute("class") == Some("f");
    document
        .descendants()
        .filter(is_frame)
        .map(|node| {
            let of = |name| node.attribute(name).unwrap().to_string();
            let text = |name| {
                node.children()
                    .find(|child| child.has_tag_name(name))
                    .unwrap()
                    .text()
                    .unwrap()
            };
            let title = text("title").to_string();
            assert!(title.starts_with(text("text")));
            (title, of("x"), of("width"), of("y"))
        })
        .collect()
}

#[test]
fn a_flame_graph_has_a_frame_above_its_caller() {
    let mut printer = open(Format::Svg, &Table::default());
    print(&mut printer, &samples(), 0);
    let (written, notes) = finish(&mut printer);
    assert!(notes.is_empty());
    let document = parse(&written);
    let root = document.root_element();
    assert_eq!(root.attribute("width"), Some("1200"));
    assert_eq!(root.attribute("height"), Some("132"));
    let expected = [
        ("all (5 samples, 100.00%)", "0.0000%", "100.0000%", "115"),
        ("cargo (4 samples, 80.00%)", "0.0000%", "80.0000%", "98"),
        ("[unknown] (1 samples, 20.00%)", "0.0000%", "20.0000%", "81"),
        ("user_0 (1 samples, 20.00%)", "0.0000%", "20.0000%", "64"),
        ("kernel_0_[k] (1 samples, 20.00%)", "0.0000%", "20.0000%", "47"),
        ("user_2 (3 samples, 60.00%)", "20.0000%", "60.0000%", "81"),
        ("user_0 (3 samples, 60.00%)", "20.0000%", "60.0000%", "64"),
        ("kernel_0_[k] (2 samples, 40.00%)", "20.0000%", "40.0000%", "47"),
        ("kernel_1_[k] (2 samples, 40.00%)", "20.0000%", "40.0000%", "30"),
        ("idle (1 samples, 20.00%)", "80.0000%", "20.0000%", "98"),
    ];
    let expected = expected.map(|(a, b, c, d)| (a.into(), b.into(), c.into(), d.into()));
    assert_eq!(frames(&document), expected);

    // The kernel is blue, user space is not, and a function looks the same wherever it is.
    let colors = |name: &str| -> Vec<u32> {
        let is_it = |node: &roxmltree::Node| {
            let title = node.children().find(|child| child.has_tag_name("title"));
            title.is_some_and(|title| title.text().unwrap().starts_with(name))
        };
        let fill = |node: roxmltree::Node| {
            let rect = node.children().find(|child| child.has_tag_name("rect")).unwrap();
            u32::from_str_radix(&rect.attribute("fill").unwrap()[1..], 16).unwrap()
        };
        document.descendants().filter(is_it).map(fill).collect()
    };
    let (kernel, user) = (colors("kernel_0"), colors("user_0"));
    assert_eq!((kernel.len(), user.len()), (2, 2));
    assert!(kernel[0] == kernel[1] && user[0] == user[1]);
    assert!(kernel[0] & 0xff > kernel[0] >> 16);
    assert!(user[0] & 0xff < user[0] >> 16);
}

#[test]
fn names_in_an_image_are_text() {
    let table = Table::default();
    table.0.borrow_mut().before = "</title><script>\"&\u{ffff}\x01]]>".into();
    let mut printer = open(Format::Svg, &table);
    print(&mut printer, &Batch::of(&[event("<&>", 1, &[], &[0x1000])]), 0);
    let (written, _) = finish(&mut printer);
    let document = parse(&written);
    assert_eq!(
        document
            .descendants()
            .filter(|node| node.has_tag_name("script"))
            .count(),
        1
    );
    let frames = frames(&document);
    assert_eq!(frames[1].0, "<&> (1 samples, 100.00%)");
    assert_eq!(
        frames[2].0,
        "</title><script>\"&\u{fffd}\\x01]]>user_0 (1 samples, 100.00%)"
    );
}

#[test]
fn frames_that_nobody_could_see_are_left_out_of_an_image() {
    let mut printer = open(Format::Svg, &Table::default());
    let mut records = vec![event("many", 1, &[], &[0x1000]); 12_001];
    records.push(event("few", 1, &[], &[0x1000]));
    print(&mut printer, &Batch::of(&records), 0);
    let (written, _) = finish(&mut printer);
    let document = parse(&written);
    let names: Vec<String> = frames(&document).into_iter().map(|frame| frame.0).collect();
    assert_eq!(
        names,
        [
            "all (12002 samples, 100.00%)",
            "many (12001 samples, 99.99%)",
            "user_0 (12001 samples, 99.99%)"
        ]
    );
}

#[test]
fn what_is_counted_is_bounded_and_the_rest_is_said() {
    // Deep stacks of addresses that are never the same.
    let mut layout = layout();
    layout[0].size = 64 + 8 * 4096;
    layout.push(records::ty(
        "",
        8 * 4096,
        Kind::Array {
            element: 6,
            count: 4096,
        },
    ));
    if let Kind::Struct(members) = &mut layout[0].kind {
        members[6].ty = 7;
    }
    let without = StackType {
        symbols: false,
        ..stack_type()
    };
    let mut printer = open_source(&layout, stacks(without), Format::Folded);
    let of = |number: u64| {
        let mut record = event_of_sizes("a", 1, (0, &[]), (8 * 4096, &[]));
        record.truncate(64);
        record.extend((0..4096).flat_map(|place| (0x1000_0000 + 4096 * number + place).to_ne_bytes()));
        record
    };
    for number in 0..120 {
        print(&mut printer, &Batch::of(&[of(number)]), 0);
    }
    // What was there before still counts.
    print(&mut printer, &Batch::of(&[of(0)]), 0);
    let (written, notes) = finish(&mut printer);
    let kept = written.lines().count();
    assert!((22..30).contains(&kept), "{kept}");
    assert!(written.lines().next().unwrap().ends_with(" 2"));
    assert_eq!(
        notes,
        [format!(
            "{} stacks were left out: with them there would be more than 250000 different frames, or 16 MiB of them",
            120 - kept
        )]
    );
}

#[test]
fn sources_without_stacks_are_refused_or_left_out() {
    let open = |sources: &[printer::Source], format| Printer::new(&layout(), sources, &options(format));
    let refusal = |sources: &[printer::Source], format| match open(sources, format) {
        Err(Error::Usage(why)) => why,
        other => panic!("{other:?}"),
    };
    let hint = "hint: it needs a map that the package declares as stack traces (\"stack_trace\" in \"intepreter\")";
    assert_eq!(
        refusal(&[events("opens", 0), entries("counts"), log2("n")], Format::Folded),
        format!(
            "output: folded shows stack traces: map opens holds events, map counts holds entries of a sampled map, \
             map hists holds histograms\n{hint}"
        )
    );
    assert_eq!(
        refusal(&[], Format::Svg),
        format!("output: svg shows stack traces: there are no sources at all\n{hint}")
    );

    let mut printer = open(&[events("opens", 1), stacks(stack_type())], Format::Folded).unwrap();
    let mut batch = Batch::default();
    batch.push(0, &[1, 0, 0, 0]);
    batch.push(1, &event("a", 1, &[], &[]));
    assert_eq!(print(&mut printer, &batch, 0), "");
    assert_eq!(
        printer.notes(),
        ["map opens is left out: it holds events, and the output format folded shows stack traces only"]
    );
    assert!(printer.notes().is_empty());
    assert_eq!(finish(&mut printer), ("a 1\n".into(), vec![]));
}

#[test]
fn stacks_are_counted_all() {
    for (option, given) in [("top", options(Format::Svg)), ("sort", options(Format::Folded))] {
        let mut given = given;
        match option {
            "top" => given.top = Some(3),
            _ => given.sort = Some("pid".into()),
        }
        match Printer::new(&layout(), &[stacks(stack_type())], &given) {
            Err(Error::Usage(why)) => assert_eq!(
                why,
                format!(
                    "{option}: each stack that was seen is counted, and shown at the end\nhint: --filter says which are counted"
                )
            ),
            other => panic!("{other:?}"),
        }
    }
}
