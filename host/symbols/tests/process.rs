//! Looking up in a process of its own, which this test is a second time.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod common;

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, process};

use common::{until, with_libraries};
use rustix::thread::CapabilitySet;
use symbols::{Detail, PROCESS, Space, Symbols, enable_process, serve};

fn main() {
    if env::args_os().next().is_some_and(|name| name == PROCESS) {
        return serve();
    }
    // A harness without a list of tests: cargo asks for none.
    enable_process();
    if env::args().nth(1).is_some_and(|word| word == "as-nobody") {
        return as_nobody();
    }
    names_come_from_another_process_that_may_not_do_more();
    a_file_that_ends_the_process_that_reads_it_ends_nothing_else();
    a_process_that_is_killed_is_started_again();
    who_is_not_root_passes_capabilities_on();
    a_process_that_is_stopped_is_not_waited_for_without_end();
}

/// What is looked for.
#[inline(never)]
fn a_function_with_a_name() -> u32 {
    std::hint::black_box(line!())
}

fn own_name(symbols: &mut Symbols) -> Option<String> {
    let address = a_function_with_a_name as *const () as u64;
    let found = symbols.resolve(Space::Process(process::id()), &[address], Detail::Lines);
    let found = found.unwrap().pop().unwrap()?;
    assert!(found.line.is_some_and(|line| line <= a_function_with_a_name()));
    Some(found.name)
}

/// The processes that look names up for this one, but those that have ended.
fn readers() -> Vec<u32> {
    let task = format!("/proc/self/task/{}/children", process::id());
    let children = fs::read_to_string(task).unwrap();
    let children = children.split_whitespace().map(|pid| pid.parse().unwrap());
    children
        .filter(|pid| fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|line| line.starts_with(PROCESS.as_bytes())))
        .collect()
}

/// What it has of inheritable, permitted, effective and ambient capabilities.
fn capability_sets(process: u32) -> [u64; 4] {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    ["CapInh:", "CapPrm:", "CapEff:", "CapAmb:"].map(|name| {
        let line = status.lines().find(|line| line.starts_with(name)).unwrap();
        u64::from_str_radix(line.split_whitespace().nth(1).unwrap(), 16).unwrap()
    })
}

fn names_come_from_another_process_that_may_not_do_more() {
    let mut symbols = Symbols::new();
    assert_eq!(
        own_name(&mut symbols).as_deref(),
        Some("process::a_function_with_a_name")
    );
    let [reader] = readers()[..] else { unreachable!() };
    let [inheritable, permitted, effective, ambient] = capability_sets(reader);
    assert_eq!((inheritable, ambient), (0, 0));
    assert_eq!(permitted, effective);
    assert_eq!(permitted & !symbols::CAPABILITIES.bits(), 0);
    let limits = fs::read_to_string(format!("/proc/{reader}/limits")).unwrap();
    for (limit, most) in [("Max data size", "2147483648"), ("Max core file size", "0")] {
        let line = limits.lines().find_map(|line| line.strip_prefix(limit)).unwrap();
        assert_eq!(line.split_whitespace().next(), Some(most), "{limit}");
    }
    // It ends with the one that asks.
    drop(symbols);
    until(|| {
        readers().is_empty()
            || fs::read_to_string(format!("/proc/{reader}/stat"))
                .unwrap()
                .contains(") Z ")
    });
}

/// A library whose debug information claims to be 4 TiB when it is unpacked.
fn library(folder: &Path) -> PathBuf {
    let (source, library) = (folder.join("many.c"), folder.join("many.so"));
    let functions: String = (0..500)
        .map(|n| format!("int function_{n}(int of_it) {{ return of_it + {n}; }}\n"))
        .collect();
    fs::write(&source, functions).unwrap();
    let mut cc = Command::new("cc");
    cc.args(["-g", "-gz=zlib", "-shared", "-fPIC", "-o"])
        .args([&library, &source]);
    assert!(cc.status().unwrap().success());
    let mut elf = fs::read(&library).unwrap();
    let word = |elf: &[u8], at: usize| u64::from_le_bytes(elf[at..at + 8].try_into().unwrap());
    let half = |elf: &[u8], at: usize| usize::from(u16::from_le_bytes(elf[at..at + 2].try_into().unwrap()));
    let headers = usize::try_from(word(&elf, 0x28)).unwrap();
    let compressed: Vec<usize> = (0..half(&elf, 0x3c))
        .map(|n| headers + n * half(&elf, 0x3a))
        .filter(|&header| word(&elf, header + 8) & SHF_COMPRESSED != 0)
        .map(|header| usize::try_from(word(&elf, header + 24)).unwrap())
        .collect();
    assert!(!compressed.is_empty());
    for section in compressed {
        elf[section + 8..section + 16].copy_from_slice(&(1_u64 << 42).to_le_bytes());
    }
    fs::write(&library, elf).unwrap();
    library
}

const SHF_COMPRESSED: u64 = 1 << 11;

fn a_file_that_ends_the_process_that_reads_it_ends_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let (child, addresses) = with_libraries(&[&library(folder.path())]);
    let (space, address) = (Space::Process(child.id()), addresses[0]);
    let mut symbols = Symbols::new();
    let error = symbols
        .resolve(space, &[address + 0x20], Detail::Lines)
        .unwrap_err()
        .to_string();
    assert!(
        error.ends_with("the process that read them has ended: signal: 6 (SIGABRT)"),
        "{error}"
    );
    // It is not tried again, and others have names.
    assert_eq!(
        symbols
            .resolve(space, &[address], Detail::Names)
            .unwrap_err()
            .to_string(),
        error
    );
    assert!(readers().is_empty());
    assert!(own_name(&mut symbols).is_some());
}

fn a_process_that_is_killed_is_started_again() {
    let mut symbols = Symbols::new();
    assert!(own_name(&mut symbols).is_some());
    signal("-KILL");
    assert!(own_name(&mut symbols).is_some());
    assert_eq!(symbols.resolve(Space::Kernel, &[1], Detail::Names).unwrap(), [None]);
}

fn a_process_that_is_stopped_is_not_waited_for_without_end() {
    let mut symbols = Symbols::new();
    assert!(own_name(&mut symbols).is_some());
    signal("-STOP");
    let error = symbols.resolve(Space::Kernel, &[1; 4096], Detail::Names).unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("the process that reads them does not answer"),
        "{error}"
    );
    until(|| readers().is_empty());
    let again = symbols.resolve(Space::Kernel, &[1], Detail::Names).unwrap_err();
    assert!(again.to_string().ends_with("it took too long before"), "{again}");
}

fn signal(signal: &str) {
    let [reader] = readers()[..] else { unreachable!() };
    let sent = Command::new("kill").args([signal, &reader.to_string()]).status();
    assert!(sent.unwrap().success());
}

/// Somebody who is not root and has these capabilities passes them on.
fn who_is_not_root_passes_capabilities_on() {
    let folder = tempfile::tempdir().unwrap();
    let open = fs::Permissions::from_mode(0o755);
    fs::set_permissions(folder.path(), open).unwrap();
    let copy = folder.path().join("process");
    fs::copy(env::current_exe().unwrap(), &copy).unwrap();
    let nobody = Command::new("setpriv")
        .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
        .args(["--inh-caps=+syslog,+sys_ptrace", "--ambient-caps=+syslog,+sys_ptrace"])
        .arg(&copy)
        .arg("as-nobody")
        .status();
    assert!(nobody.unwrap().success());
}

fn as_nobody() {
    let mut symbols = Symbols::new();
    assert_eq!(symbols.resolve(Space::Kernel, &[1], Detail::Names).unwrap(), [None]);
    let [reader] = readers()[..] else { unreachable!() };
    let expected = CapabilitySet::SYSLOG | CapabilitySet::SYS_PTRACE;
    assert_eq!(capability_sets(reader), [0, expected.bits(), expected.bits(), 0]);
    let own = rustix::thread::capabilities(None).unwrap();
    assert_eq!(own.permitted, expected);
}
