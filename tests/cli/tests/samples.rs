//! Sampled maps as users see them: rows, histograms, and what options make of them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use cli_tests::{Ended, Running, compile, ecli, example, root, run};
use serde_json::{Value, json};

/// A package of `sources/sampled.bpf.c` that samples one of its maps, filled with some entries.
fn package(map: &str, entries: Value) -> PathBuf {
    let source = root().join("tests/cli/sources/sampled.bpf.c");
    let compiled = compile(&source, &source.with_extension("none"));
    let mut package: Value = serde_json::from_slice(&fs::read(&compiled).unwrap()).unwrap();
    let maps = package["meta"]["bpf_skel"]["maps"].as_array_mut().unwrap();
    for found in maps {
        let found = found.as_object_mut().unwrap();
        if found["ident"] == map {
            found.insert("data".to_owned(), entries.clone());
        } else {
            found.remove("sample");
        }
    }
    // A file of its own for each test: they run side by side.
    let path = tempfile::Builder::new()
        .suffix(".json")
        .tempfile()
        .unwrap()
        .into_temp_path()
        .keep()
        .unwrap();
    fs::write(&path, package.to_string()).unwrap();
    path
}

/// What one sample of it looks like.
#[track_caller]
fn sample(map: &str, entries: Value, options: &[&str]) -> Ended {
    let package = package(map, entries);
    let ended = run(ecli(["run", "--count", "1"]).args(options).arg(&package));
    fs::remove_file(&package).unwrap();
    ended
}

#[track_caller]
fn printed(map: &str, entries: Value, options: &[&str]) -> String {
    let ended = sample(map, entries, options);
    assert_eq!(ended.code(), 0, "{}", ended.stderr);
    assert_eq!(ended.stderr, "ecli: 1 sample\n");
    ended.stdout
}

fn traffic() -> Value {
    json!([
        {"key": {"pid": 11, "comm": "sshd"}, "value": {"bytes": 700, "delta": -3, "state": "BUSY"}},
        {"key": {"pid": 22, "comm": "curl"}, "value": {"bytes": 9000, "delta": 4, "state": "IDLE"}},
        {"key": {"pid": 33, "comm": "dnsd"}, "value": {"bytes": 20, "delta": 0, "state": "BUSY"}},
    ])
}

#[test]
fn entries_are_rows_of_key_and_value() {
    let table = printed("traffic", traffic(), &["--sort", "bytes"]);
    let rows: Vec<Vec<&str>> = table.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(rows[0], ["TIME", "PID", "COMM", "BYTES", "DELTA", "STATE"]);
    assert_eq!(rows[1][1..], ["22", "curl", "9000", "4", "IDLE"]);
    assert_eq!(rows[2][1..], ["11", "sshd", "700", "-3", "BUSY"]);
    assert_eq!(rows[3][1..], ["33", "dnsd", "20", "0", "BUSY"]);
    assert_eq!(rows.len(), 4);

    let text = printed("traffic", traffic(), &["-o", "json", "--sort", "-bytes", "--top", "1"]);
    assert_eq!(
        text,
        "{\"key\":{\"pid\":33,\"comm\":\"dnsd\"},\"value\":{\"bytes\":20,\"delta\":0,\"state\":\"BUSY\"}}\n"
    );
}

#[test]
fn what_is_refreshed_fits_on_the_terminal() {
    let package = package("traffic", traffic());
    let command = |rows: u32| {
        format!(
            "stty rows {rows} cols 80; exec {} run -q --top 9 --sort bytes --interval 60 --count 1 {}",
            cli_tests::program("ecli").display(),
            package.display()
        )
    };
    for (rows, shown) in [(4, 2), (1, 1), (24, 3), (0, 3)] {
        let ended = run(Command::new("script").args(["-qec", &command(rows), "/dev/null"]));
        assert_eq!(ended.code(), 0, "{}", ended.stdout);
        let screen = ended.stdout.rsplit("\x1b[J").next().unwrap();
        // A header before them.
        assert_eq!(screen.lines().count(), shown + 1, "{rows}: {screen:?}");
        assert!(screen.contains("curl"), "the largest: {screen:?}");
    }
    fs::remove_file(&package).unwrap();
}

#[test]
fn fields_and_filters_choose_what_is_shown() {
    let options = [
        "-o",
        "json",
        "--fields",
        "key.comm,value.delta",
        "--filter",
        "delta < 4 and not (comm =~ \"^d\")",
    ];
    assert_eq!(
        printed("traffic", traffic(), &options),
        "{\"key.comm\":\"sshd\",\"value.delta\":-3}\n"
    );
    let csv = printed(
        "traffic",
        traffic(),
        &[
            "-o",
            "csv",
            "--fields",
            "pid,state",
            "--filter",
            "state == BUSY",
            "--sort",
            "pid",
        ],
    );
    assert_eq!(csv, "pid,state\n33,BUSY\n11,BUSY\n");
    let yaml = printed(
        "traffic",
        traffic(),
        &["-o", "yaml", "--filter", "pid == 22", "--fields", "comm"],
    );
    assert_eq!(yaml, "---\ncomm: \"curl\"\n");
}

#[test]
fn what_the_user_got_wrong_is_told_with_its_place_before_anything_is_loaded() {
    for (options, error, hint) in [
        (["--filter", "pidd == 1"], "pidd", "pid"),
        (["--filter", "pid == \"x\""], "pid", ""),
        (["--filter", "pid =="], "", ""),
        (["--fields", "nothing"], "nothing", ""),
        (["--sort", "commm"], "commm", "comm"),
    ] {
        let ended = sample("traffic", traffic(), &options);
        assert_eq!(
            (ended.code(), ended.stdout.as_str()),
            (2, ""),
            "{options:?}: {}",
            ended.stderr
        );
        let first = ended.stderr.lines().next().unwrap_or_default();
        assert!(
            first.starts_with("error: ") && first.contains(error),
            "{options:?}: {}",
            ended.stderr
        );
        assert!(ended.stderr.contains(hint), "{options:?}: {}", ended.stderr);
    }
}

fn waits() -> Value {
    json!([{"key": 7, "value": {"slots": [72, 93, 0, 4, 0, 0, 0, 0], "comm": "dd"}}])
}

#[test]
fn a_log2_histogram_looks_as_users_know_it() {
    let table = printed("waits", waits(), &[]);
    let expected = "\
key = 7
comm = dd
     usecs               : count    distribution
         0 -> 1          : 72       |******************************          |
         2 -> 3          : 93       |****************************************|
         4 -> 7          : 0        |                                        |
         8 -> 15         : 4        |*                                       |
";
    let found: Vec<&str> = table.lines().filter(|line| !line.is_empty()).collect();
    assert_eq!(found, expected.lines().collect::<Vec<_>>(), "{table}");
    let value: Value = serde_json::from_str(&printed("waits", waits(), &["-o", "json"])).unwrap();
    assert_eq!(
        value,
        json!({"key": 7, "comm": "dd", "unit": "usecs", "buckets": [
            {"from": 0, "to": 1, "count": 72}, {"from": 2, "to": 3, "count": 93},
            {"from": 4, "to": 7, "count": 0}, {"from": 8, "to": 15, "count": 4},
        ]})
    );
}

#[test]
fn a_linear_histogram_has_rows_of_one_width() {
    let entries = json!([{"key": 1, "value": {"slots": [0, 2, 1, 0, 0, 0, 0, 0], "comm": ""}}]);
    let value: Value = serde_json::from_str(&printed("depths", entries, &["-o", "json"])).unwrap();
    assert_eq!(
        value["buckets"],
        json!([{"from": 10, "to": 14, "count": 0}, {"from": 15, "to": 19, "count": 2}, {"from": 20, "to": 24, "count": 1}])
    );
    assert_eq!(value["unit"], "depth");
}

#[test]
fn the_values_of_all_cpus_are_added_up_or_shown_one_by_one() {
    // One value in the package is that of every CPU.
    let entries = json!([{"key": 3, "value": 5}]);
    let cpus = std::thread::available_parallelism().unwrap().get() as u64;
    let sum: Value = serde_json::from_str(&printed("by_cpu", entries.clone(), &["-o", "json"])).unwrap();
    let possible = sum["value"].as_u64().unwrap() / 5;
    assert!(possible >= cpus, "{sum}");
    assert_eq!(sum, json!({"key": 3, "value": 5 * possible}));

    let single = printed("by_cpu", entries, &["-o", "json", "--per-cpu"]);
    let lines: Vec<Value> = single.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let expected: Vec<Value> = (0..possible)
        .map(|cpu| json!({"key": 3, "cpu": cpu, "value": 5}))
        .collect();
    assert_eq!(lines, expected);
}

#[test]
fn a_sample_comes_at_each_interval_and_once_at_the_end() {
    let package = package(
        "traffic",
        json!([{"key": {"pid": 1, "comm": "a"}, "value": {"bytes": 1, "delta": 0, "state": 0}}]),
    );
    let ended = run(ecli(["run", "-o", "json", "--interval", "0.05", "--count", "4"]).arg(&package));
    assert_eq!(
        (ended.code(), ended.json().len(), ended.stderr.as_str()),
        (0, 4, "ecli: 4 samples\n")
    );
    fs::remove_file(&package).unwrap();
}

/// The package with another interval, as its author would write it.
fn with_interval(interval: u64) -> PathBuf {
    let path = package(
        "traffic",
        json!([{"key": {"pid": 1, "comm": "a"}, "value": {"bytes": 1, "delta": 0, "state": 0}}]),
    );
    let mut package: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    for map in package["meta"]["bpf_skel"]["maps"].as_array_mut().unwrap() {
        if map["ident"] == "traffic" {
            map["sample"]["interval"] = json!(interval);
        }
    }
    fs::write(&path, package.to_string()).unwrap();
    path
}

#[test]
fn the_interval_of_the_package_is_in_milliseconds() {
    // Seconds would be three minutes.
    let package = with_interval(20);
    let ended = run(ecli(["run", "-o", "json", "--count", "10", "--timeout", "60"]).arg(&package));
    assert_eq!((ended.code(), ended.json().len()), (0, 10), "{}", ended.stderr);
    fs::remove_file(&package).unwrap();
    // The first comes at once, the last when it ends; the next regular one would be a minute away, and of microseconds eight.
    let package = with_interval(60_000);
    let mut ecli = Running::start(ecli(["run", "-o", "json"]).arg(&package));
    ecli.line(|_| true);
    std::thread::sleep(Duration::from_millis(500));
    let ended = ecli.interrupt();
    assert_eq!((ended.code(), ended.stderr.as_str()), (0, "ecli: 2 samples\n"));
    fs::remove_file(&package).unwrap();
}

#[test]
fn so_many_rows_end_the_run() {
    let text = printed_and_ended(&["-o", "json", "--sort", "pid", "--max-rows", "2", "--fields", "pid"]);
    assert_eq!(text, "{\"pid\":33}\n{\"pid\":22}\n");
    let one = printed_and_ended(&[
        "-o",
        "json",
        "--filter",
        "state == IDLE",
        "--max-rows",
        "1",
        "--fields",
        "comm",
    ]);
    assert_eq!(one, "{\"comm\":\"curl\"}\n");
}

/// What is printed of the traffic until the run ends by itself.
#[track_caller]
fn printed_and_ended(options: &[&str]) -> String {
    let package = package("traffic", traffic());
    let ended = run(ecli(["run", "-q", "--timeout", "60"]).args(options).arg(&package));
    fs::remove_file(&package).unwrap();
    assert_eq!((ended.code(), ended.stderr.as_str()), (0, ""));
    ended.stdout
}

#[test]
fn what_is_lost_while_a_map_is_cleared_nobody_knows() {
    let ended = run(ecli(["run", "--count", "2", "--interval", "0.1"]).arg(example("runqlat")));
    assert_eq!(ended.code(), 0, "{}", ended.stderr);
    assert_eq!(ended.stderr, "ecli: 2 samples, lost: unknown\n");
    let ended = run(ecli(["run", "--fail-on-loss"]).arg(example("runqlat")));
    assert_eq!(ended.code(), 1);
    let told = "is cleared after it was read: what programs add in between is lost, and nobody counts that\n";
    assert!(ended.stderr.contains(told), "{}", ended.stderr);
}
