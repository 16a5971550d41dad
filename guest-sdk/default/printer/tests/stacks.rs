//! Stack traces, byte for byte.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

mod records;

use printer::{Error, Format, Kind, Member, Nameless, Printer, Space, StackType, Type};
use records::sampled::open_source;
use records::stacks::{KERNEL, Table, event, event_of_sizes, layout, stack_type, stacks};
use records::{Batch, chars, events, int, options, print, structure, ty};

fn open(format: Format, table: &Table) -> Printer {
    open_source(&layout(), stacks(stack_type()), format).with_symbols(Box::new(table.clone()))
}

#[test]
fn both_stacks_with_names_files_and_lines() {
    let batch = Batch::of(&[event("cargo", 77, &[KERNEL + 0x1c, KERNEL + 0x400], &[0x1234, 0x12])]);
    assert_eq!(
        print(&mut open(Format::Table, &Table::default()), &batch, 0),
        "COMM: cargo (pid=77) @ CPU 3
Kernel:
  0 [<ffffffff8100001c>] kernel_0+0x1c kernel.c:28
  1 [<ffffffff81000400>] kernel_3+0x100
Userspace:
  0 [<0000000000001234>] user_2+0x34 user.c
  1 [<0000000000000012>]
"
    );
    assert_eq!(
        print(&mut open(Format::Json, &Table::default()), &batch, 0),
        concat!(
            r#"{"comm":"cargo","pid":77,"cpu":3,"kernel":["#,
            r#"{"addr":"0xffffffff8100001c","symbol":"kernel_0","offset":28,"file":"kernel.c","line":28},"#,
            r#"{"addr":"0xffffffff81000400","symbol":"kernel_3","offset":256,"file":null,"line":null}],"user":["#,
            r#"{"addr":"0x1234","symbol":"user_2","offset":52,"file":"user.c","line":null},"#,
            r#"{"addr":"0x12","symbol":null,"offset":null,"file":null,"line":null}]}"#,
            "\n"
        )
    );
}

#[test]
fn a_return_address_belongs_to_the_call_before_it() {
    let table = Table::default();
    let batch = Batch::of(&[event("a", 1, &[], &[0x1100, 0x1100, 0x1101])]);
    let printed = print(&mut open(Format::Table, &table), &batch, 0);
    assert!(
        printed.ends_with(
            "No Kernel Stack
Userspace:
  0 [<0000000000001100>] user_1+0x0
  1 [<0000000000001100>] user_0+0x100 user.c:255
  2 [<0000000000001101>] user_1+0x1
"
        ),
        "{printed}"
    );
    assert_eq!(table.0.borrow().calls, [(Space::Process(1), vec![0x10ff, 0x1100])]);
}

#[test]
fn sizes_count_bytes_and_are_not_believed() {
    let kernel = [KERNEL; 4];
    let printed = |kernel_size, user_size| {
        let batch = Batch::of(&[event_of_sizes(
            "a",
            1,
            (kernel_size, &kernel),
            (user_size, &[0x1000; 4]),
        )]);
        let printed = print(&mut open(Format::Json, &Table::default()), &batch, 0);
        let parsed: serde_json::Value = serde_json::from_str(&printed).unwrap();
        let count = |name: &str| parsed[name].as_array().unwrap().len();
        (count("kernel"), count("user"))
    };
    assert_eq!(printed(8, 16), (1, 2));
    assert_eq!(printed(7, 15), (0, 1));
    assert_eq!(printed(0, -14), (0, 0));
    assert_eq!(printed(i32::MAX, i32::MIN), (4, 0));

    let batch = Batch::of(&[event_of_sizes("a", 1, (-14, &kernel), (0, &[]))]);
    assert_eq!(
        print(&mut open(Format::Table, &Table::default()), &batch, 0),
        "COMM: a (pid=1) @ CPU 3\nNo Kernel Stack\nNo Userspace Stack\n"
    );
}

#[test]
fn names_are_asked_for_rarely() {
    let table = Table::default();
    let mut printer = open(Format::Json, &table);
    let batch = Batch::of(&vec![event("a", 7, &[KERNEL, KERNEL + 9], &[0x1000]); 50]);
    let second = 1_000_000_000;
    print(&mut printer, &batch, second);
    assert_eq!(table.0.borrow().calls.len(), 2);
    print(&mut printer, &batch, 2 * second);
    assert_eq!(table.0.borrow().calls.len(), 2);
    // A process's names are believed for a second: its id may be another's, or it another program.
    print(&mut printer, &batch, 2 * second + 1);
    assert_eq!(table.0.borrow().calls[2..], [(Space::Process(7), vec![0x1000])]);
    // Of another process nothing is known yet.
    let other = Batch::of(&[event("a", 8, &[KERNEL, KERNEL + 19], &[0x1000])]);
    print(&mut printer, &other, 2 * second + 1);
    assert_eq!(
        table.0.borrow().calls[3..],
        [(Space::Kernel, vec![KERNEL + 18]), (Space::Process(8), vec![0x1000])]
    );
}

#[test]
fn what_is_remembered_is_bounded() {
    let table = Table::default();
    table.0.borrow_mut().before = "n".repeat(1 << 20);
    let mut printer = open(Format::Json, &table);
    for pid in 0..40 {
        print(&mut printer, &Batch::of(&[event("a", pid, &[], &[0x1000])]), 0);
    }
    // All were asked for, and the first has been forgotten since.
    print(&mut printer, &Batch::of(&[event("a", 0, &[], &[0x1000])]), 0);
    assert_eq!(table.0.borrow().calls.len(), 41);
}

#[test]
fn without_permission_there_are_addresses_and_one_note() {
    let table = Table::default();
    table.0.borrow_mut().refusal = Some(Nameless::Denied("run with --allow symbols".into()));
    let mut printer = open(Format::Table, &table);
    let batch = Batch::of(&[event("a", 1, &[KERNEL], &[0x1000])]);
    let expected = "COMM: a (pid=1) @ CPU 3
Kernel:
  0 [<ffffffff81000000>]
Userspace:
  0 [<0000000000001000>]
";
    assert_eq!(print(&mut printer, &batch, 0), expected);
    assert_eq!(
        printer.notes(),
        ["stack traces show addresses without names: run with --allow symbols"]
    );
    assert_eq!(print(&mut printer, &batch, 0), expected);
    assert!(printer.notes().is_empty());
    assert_eq!(table.0.borrow().calls.len(), 1);

    // Anything else may pass, but is said once too.
    let table = Table::default();
    table.0.borrow_mut().refusal = Some(Nameless::Other("no memory".into()));
    let mut printer = open(Format::Table, &table);
    assert_eq!(print(&mut printer, &batch, 0), expected);
    assert_eq!(
        printer.notes(),
        ["stack traces show some addresses without names: no memory"]
    );
    assert_eq!(print(&mut printer, &batch, 9_000_000_000), expected);
    assert!(printer.notes().is_empty());
    assert_eq!(table.0.borrow().calls.len(), 3);
}

#[test]
fn a_tool_that_wants_no_names_asks_for_none() {
    let table = Table::default();
    let without = StackType {
        symbols: false,
        ..stack_type()
    };
    let mut printer = open_source(&layout(), stacks(without), Format::Table).with_symbols(Box::new(table.clone()));
    let batch = Batch::of(&[event("a", 1, &[KERNEL], &[])]);
    assert_eq!(
        print(&mut printer, &batch, 0),
        "COMM: a (pid=1) @ CPU 3\nKernel:\n  0 [<ffffffff81000000>]\nNo Userspace Stack\n"
    );
    assert!(table.0.borrow().calls.is_empty());
}

#[test]
fn names_and_comm_are_text_of_anybody() {
    let table = Table::default();
    table.0.borrow_mut().before = "\x1b[2J\"".into();
    let batch = Batch::of(&[event("a\"\n", 1, &[KERNEL], &[])]);
    assert_eq!(
        print(&mut open(Format::Table, &table), &batch, 0),
        "COMM: a\"\\n (pid=1) @ CPU 3\nKernel:\n  0 [<ffffffff81000000>] \\x1b[2J\"kernel_0+0x0 kernel.c:0\n\
         No Userspace Stack\n"
    );
    let printed = print(&mut open(Format::Json, &table), &batch, 0);
    let parsed: serde_json::Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(parsed["comm"], "a\"\n");
    assert_eq!(parsed["kernel"][0]["symbol"], "\x1b[2J\"kernel_0");
    assert!(!printed.contains('\x1b'));
}

#[test]
fn short_records_and_rows_between_stacks() {
    let mut layout = layout();
    layout.push(int(4, false));
    let sources = [events("opens", 7), stacks(stack_type())];
    let mut printer = Printer::new(&layout, &sources, &options(Format::Table)).unwrap();
    let mut batch = Batch::default();
    batch.push(0, &[1, 0, 0, 0]);
    batch.push(1, &[0; 95]);
    batch.push(1, &event("a", 1, &[], &[]));
    batch.push(0, &[2, 0, 0, 0]);
    assert_eq!(
        print(&mut printer, &batch, 0),
        "TIME     VALUE   \n\
         00:00:00  1\n\
         COMM: a (pid=1) @ CPU 3\n\
         No Kernel Stack\n\
         No Userspace Stack\n\
         TIME     VALUE   \n\
         00:00:00  2\n"
    );
    assert_eq!(
        printer.notes(),
        [
            "events: a record of 95 bytes is shorter than its type stacktrace_event (96 bytes); \
          such records are counted and left out"
        ]
    );
}

#[test]
fn numbers_of_any_width() {
    let layout = [
        structure(
            "event",
            48,
            &[
                ("pid", 1, 0),
                ("cpu_id", 2, 8),
                ("comm", 3, 9),
                ("kstack_sz", 1, 16),
                ("ustack_sz", 2, 24),
                ("kstack", 5, 32),
                ("ustack", 5, 40),
            ],
        ),
        int(8, false),
        int(1, true),
        ty("", 4, Kind::Array { element: 4, count: 4 }),
        int(1, false),
        ty("", 8, Kind::Array { element: 6, count: 1 }),
        ty("", 8, Kind::Ptr),
    ];
    let mut record = vec![0xff; 48];
    record[9..13].copy_from_slice(b"four");
    record[32..40].copy_from_slice(&KERNEL.to_ne_bytes());
    let mut printer = open_source(&layout, stacks(stack_type()), Format::Table);
    assert_eq!(
        print(&mut printer, &Batch::of(&[record]), 0),
        "COMM: four (pid=18446744073709551615) @ CPU -1\nKernel:\n  0 [<ffffffff81000000>]\nNo Userspace Stack\n"
    );
}

#[test]
fn members_that_are_missing_or_something_else() {
    let refusal = |layout: &[Type], of: StackType| match Printer::new(layout, &[stacks(of)], &options(Format::Json)) {
        Err(Error::Other(why)) => why,
        other => panic!("{other:?}"),
    };
    let of = StackType {
        pid: "tgid".into(),
        ..stack_type()
    };
    assert_eq!(
        refusal(&layout(), of),
        "events: a stack trace's pid is its member tgid, an integer of 1, 2, 4 or 8 bytes; \
         it has only pid, cpu_id, comm, kstack_sz, ustack_sz, kstack, ustack"
    );
    let of = StackType {
        kernel_size: "comm".into(),
        ..stack_type()
    };
    assert_eq!(
        refusal(&layout(), of),
        "events: a stack trace's kernel-size is its member comm, which has to be an integer of 1, 2, 4 or 8 bytes"
    );
    let of = StackType {
        comm: "pid".into(),
        ..stack_type()
    };
    assert_eq!(
        refusal(&layout(), of),
        "events: a stack trace's comm is its member pid, which has to be an array of characters"
    );
    let allowed = "events: a stack trace's user is its member ustack, which has to be an array of addresses of 8 bytes";
    let with = |user: Type| {
        let mut layout = layout();
        layout.push(user);
        if let Kind::Struct(members) = &mut layout[0].kind {
            members[6].ty = 7;
        }
        refusal(&layout, stack_type())
    };
    assert_eq!(with(int(8, false)), allowed);
    assert_eq!(with(ty("", 32, Kind::Array { element: 1, count: 8 })), allowed);
    assert_eq!(with(ty("", 0, Kind::Array { element: 6, count: 0 })), allowed);
    assert_eq!(
        with(ty("", 32, Kind::Array { element: 6, count: 5 })),
        "events: it ends at byte 104 of a type of 96 bytes"
    );
    assert!(with(chars(6, u32::MAX)).contains("ustack has 34359738360 bytes"));

    let mut layout = layout();
    if let Kind::Struct(members) = &mut layout[0].kind {
        members[0] = Member {
            bit_width: 3,
            ..members[0].clone()
        };
    }
    assert!(refusal(&layout, stack_type()).contains("member pid, which has to be"));
}

#[test]
fn random_layouts_of_stacks_are_printed_or_refused() {
    let mut random = fastrand::Rng::with_seed(5);
    for _ in 0..300 {
        let mut layout = layout();
        if let Kind::Struct(members) = &mut layout[0].kind {
            for member in members {
                if random.u8(0..8) == 0 {
                    member.ty = random.u32(1..8);
                    member.bit_offset = 8 * random.u32(0..90);
                }
            }
        }
        let table = Table::default();
        let format = if random.bool() { Format::Json } else { Format::Table };
        if let Ok(printer) = Printer::new(&layout, &[stacks(stack_type())], &options(format)) {
            let record: Vec<u8> = (0..random.usize(90..120)).map(|_| random.u8(..)).collect();
            print(&mut printer.with_symbols(Box::new(table)), &Batch::of(&[record]), 0);
        }
    }
}
