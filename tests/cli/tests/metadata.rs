//! What a package says beside its object is done when it runs.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::fs;
use std::process::Command;

use cli_tests::{Ended, Running, ecli, example, run};
use serde_json::{Value, json};
use tempfile::NamedTempFile;

/// The package of an example with something changed.
fn changed(name: &str, change: impl FnOnce(&mut Value)) -> NamedTempFile {
    let mut package: Value = serde_json::from_slice(&fs::read(example(name)).unwrap()).unwrap();
    change(&mut package);
    let file = tempfile::Builder::new().suffix(".json").tempfile().unwrap();
    fs::write(file.path(), package.to_string()).unwrap();
    file
}

/// What is shown of the first event, when a process has started and ended.
#[track_caller]
fn first(package: &NamedTempFile, options: &[&str]) -> Ended {
    let mut ecli = Running::start(ecli(["run", "--count", "1"]).args(options).arg(package.path()));
    let start = || assert!(Command::new("/bin/true").status().unwrap().success());
    ecli.line_after(start, |line| !line.starts_with("TIME"));
    let ended = ecli.wait();
    assert_eq!(ended.code(), 0, "{}", ended.stderr);
    ended
}

#[test]
fn a_package_that_wants_no_header_has_none() {
    for (wanted, lines) in [(true, 2), (false, 1)] {
        let package = changed("bootstrap", |package| package["meta"]["print_header"] = json!(wanted));
        let ended = first(&package, &[]);
        assert_eq!(ended.stdout.contains("TIME"), wanted, "{}", ended.stdout);
        assert_eq!(ended.stdout.lines().count(), lines, "{}", ended.stdout);
    }
}

#[test]
fn libbpf_is_heard_where_the_package_wants_it() {
    for wanted in [true, false] {
        let package = changed("bootstrap", |package| package["meta"]["debug_verbose"] = json!(wanted));
        let ended = run(ecli(["run", "--timeout", "0.1"]).arg(package.path()));
        assert_eq!(ended.code(), 0, "{}", ended.stderr);
        assert_eq!(ended.stderr.contains("libbpf: "), wanted, "{}", ended.stderr);
    }
}

#[test]
fn a_perf_buffer_has_the_pages_that_the_package_wants() {
    for pages in [8, 32] {
        let package = changed("sigsnoop", |package| {
            package["meta"]["perf_buffer_pages"] = json!(pages)
        });
        let mut ecli = Running::start(ecli(["run"]).arg(package.path()));
        // The header comes when all is attached.
        ecli.line(|line| line.starts_with("TIME"));
        let maps = fs::read_to_string(format!("/proc/{}/maps", ecli.id())).unwrap();
        let sizes: Vec<usize> = maps
            .lines()
            .filter(|line| line.contains("[perf_event]"))
            .map(|line| {
                let (begin, end) = line.split_whitespace().next().unwrap().split_once('-').unwrap();
                let address = |text| usize::from_str_radix(text, 16).unwrap();
                address(end) - address(begin)
            })
            .collect();
        let page = rustix::param::page_size();
        assert!(!sizes.is_empty(), "{maps}");
        // One more is the kernel's and the reader's own.
        assert!(sizes.iter().all(|size| *size == (pages + 1) * page), "{sizes:?}");
        assert_eq!(ecli.interrupt().code(), 0);
    }
}

#[test]
fn arguments_of_the_package_set_its_variables() {
    let package = changed("bootstrap", |package| {
        package["runtime_args"] = json!({"min_duration_ns": 1})
    });
    let ended = first(&package, &["-o", "json"]);
    let event = &ended.json()[0];
    assert_eq!(event["exit_event"], json!(true), "{event}");
    assert!(event["duration_ns"].as_u64().unwrap() > 0, "{event}");
}

#[test]
fn members_that_the_package_chooses_are_what_is_shown() {
    let package = changed("bootstrap", |package| {
        let meta = &mut package["meta"];
        meta["enable_multiple_export_types"] = json!(true);
        let event = meta["export_types"][0]["type_id"].clone();
        let maps = meta["bpf_skel"]["maps"].as_array_mut().unwrap();
        let events = maps.iter_mut().find(|map| map["ident"] == "events").unwrap();
        events["export_config"] = json!({"custom_members": [{"name": "process", "offset": 0, "btf_type_id": event}]});
    });
    let ended = first(&package, &["-o", "json"]);
    let event = &ended.json()[0];
    let members: Vec<&String> = event.as_object().unwrap().keys().collect();
    assert_eq!(members, ["process"], "{event}");
    assert!(event["process"]["pid"].as_u64().unwrap() > 0, "{event}");
}
