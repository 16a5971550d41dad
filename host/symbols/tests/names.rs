//! Names of the running kernel, and of this process.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::process::{Command, Stdio};

use symbols::{Detail, Space, Symbols};

/// What is looked for.
#[inline(never)]
fn a_function_with_a_name() -> u32 {
    std::hint::black_box(line!())
}

#[test]
fn a_function_of_a_process_has_a_name_a_file_and_a_line() {
    let address = a_function_with_a_name as *const () as u64;
    let found = Symbols::new()
        .resolve(
            Space::Process(std::process::id()),
            &[address, address + 1, 1],
            Detail::Lines,
        )
        .unwrap();
    let [Some(first), Some(second), None] = found.as_slice() else {
        unreachable!("{found:?}");
    };
    assert_eq!(
        (first.name.as_str(), first.offset),
        ("names::a_function_with_a_name", 0)
    );
    assert_eq!(
        (second.name.as_str(), second.offset),
        ("names::a_function_with_a_name", 1)
    );
    assert!(first.module.as_ref().unwrap().contains("names-"), "{first:?}");
    assert_eq!(first.file.as_deref(), Some("names.rs"));
    let line = a_function_with_a_name();
    assert!((line - 3..=line).contains(&first.line.unwrap()), "{first:?}");
}

#[test]
fn names_come_without_lines_where_nobody_asks_for_these() {
    let address = a_function_with_a_name as *const () as u64;
    let found = Symbols::new()
        .resolve(Space::Process(std::process::id()), &[address], Detail::Names)
        .unwrap();
    let [Some(symbol)] = found.as_slice() else {
        unreachable!("{found:?}");
    };
    assert_eq!(
        (symbol.name.as_str(), &symbol.file, symbol.line),
        ("names::a_function_with_a_name", &None, None)
    );
}

#[test]
fn a_function_of_the_kernel_has_the_name_that_the_kernel_says() {
    let text = std::fs::read_to_string("/proc/kallsyms").unwrap();
    let line = text.lines().find(|line| line.ends_with(" T schedule")).unwrap();
    let address = u64::from_str_radix(line.split(' ').next().unwrap(), 16).unwrap();
    if address == 0 {
        // Whoever may not see addresses has none to look up either.
        return;
    }
    let found = Symbols::new()
        .resolve(Space::Kernel, &[address + 4, 1], Detail::Lines)
        .unwrap();
    let [Some(symbol), None] = found.as_slice() else {
        unreachable!("{found:?}");
    };
    assert_eq!((symbol.name.as_str(), symbol.offset), ("schedule", 4));
}

#[test]
fn a_process_that_has_ended_has_no_names_and_that_is_no_error() {
    let mut child = Command::new("true").stdout(Stdio::null()).spawn().unwrap();
    let pid = child.id();
    child.wait().unwrap();
    let mut symbols = Symbols::new();
    assert_eq!(
        symbols.resolve(Space::Process(pid), &[1, 2], Detail::Names).unwrap(),
        [None, None]
    );
    assert_eq!(symbols.resolve(Space::Process(0), &[1], Detail::Lines).unwrap(), [None]);
    assert_eq!(
        symbols.resolve(Space::Process(u32::MAX), &[1], Detail::Names).unwrap(),
        [None]
    );
}
