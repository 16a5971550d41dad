//! What a package gives to a map of each kind is there before anything is attached; and the table of what works with which kind.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod common;

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use common::{compile, load, number};
use loader::{Kind, Map, Object, OpenObject, OpenOptions, UpdateMode};
use package::Package;
use serde_json::{Value, json};

fn bytes(numbers: &[u32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_ne_bytes()).collect()
}

/// A package that gives these entries to a map, loaded; or what is wrong with it.
fn filled(map: &str, entries: Value) -> Result<Object, String> {
    let (object, _) = compile("kinds");
    let package = Package::from_object(object, "kinds", &[]).unwrap();
    let mut meta = package.meta().clone();
    let maps = meta["bpf_skel"]["maps"].as_array_mut().unwrap();
    let entry = maps.iter_mut().find(|entry| entry["ident"] == map).unwrap();
    entry["data"] = entries;
    let package = package.with_meta(meta).map_err(|error| error.to_string())?;
    let description = package.describe().map_err(|error| error.to_string())?;
    let open = OpenObject::open(package.object(), Arc::new(description), &OpenOptions::default()).unwrap();
    open.load().map_err(|error| format!("{error:#}"))
}

fn filled_map(map: &str, entries: Value) -> Map {
    filled(map, entries).unwrap().map(map).unwrap()
}

#[test]
fn a_package_fills_maps_of_every_kind_that_has_entries() {
    for name in ["hash", "lru", "array"] {
        let map = filled_map(name, json!([{"key": 1, "value": 10}, {"key": 2, "value": 20}]));
        for (key, value) in [(1, 10_u64), (2, 20)] {
            assert_eq!(map.lookup(&bytes(&[key])).unwrap(), Some(value.to_ne_bytes().to_vec()));
        }
    }
    for (name, first) in [("queue", 10), ("stack", 20)] {
        let map = filled_map(name, json!([{"value": 10}, {"key": null, "value": 20}]));
        assert_eq!(map.lookup(&[]).unwrap(), Some(bytes(&[first])));
    }
    let bloom = filled_map("bloom", json!([{"value": 10}]));
    assert_eq!(bloom.lookup(&bytes(&[10])).unwrap(), Some(Vec::new()));
    assert_eq!(bloom.lookup(&bytes(&[11])).unwrap(), None);
    let trie = filled_map("trie", json!([{"key": {"prefixlen": 8, "address": [10]}, "value": 10}]));
    assert_eq!(trie.lookup(&[32, 0, 0, 0, 10, 9, 9, 9]).unwrap(), Some(bytes(&[10])));
    let interfaces = filled_map("interfaces", json!([{"key": 0, "value": {"ifindex": 1}}]));
    assert_eq!(interfaces.lookup(&bytes(&[0])).unwrap(), Some(bytes(&[1, 0])));
}

#[test]
fn a_package_fills_per_cpu_maps_for_all_cpus_or_for_each() {
    let cpus = load("kinds").map("percpu_array").unwrap().info().cpus;
    let each: Vec<u32> = (0..cpus).map(|cpu| cpu + 5).collect();
    for name in ["percpu_hash", "percpu_array", "percpu_lru"] {
        let map = filled_map(name, json!([{"key": 1, "value": 10}, {"key": 2, "value": each}]));
        let read = |key| -> Vec<u32> {
            let values = map.lookup(&bytes(&[key])).unwrap().unwrap();
            values
                .chunks(8)
                .map(|value| u32::from_ne_bytes(value[..4].try_into().unwrap()))
                .collect()
        };
        assert_eq!(read(1), vec![10; cpus as usize], "{name}");
        assert_eq!(read(2), each, "{name}");
        let too_many = vec![1; cpus as usize + 1];
        assert_eq!(
            filled(name, json!([{"key": 1, "value": too_many}])).unwrap_err(),
            format!(
                "entry 0 that the package gives to map {name} cannot be written: there are values for {} CPUs, and the kernel counts \
                 {cpus}",
                cpus + 1
            )
        );
    }
    // A list that is a value is one for all, also if there are as many CPUs.
    let lists: Vec<_> = (0..cpus).map(|cpu| json!([cpu, 0, 1])).collect();
    let map = filled_map(
        "percpu_lists",
        json!([{"key": 0, "value": [7, 8]}, {"key": 1, "value": lists}]),
    );
    assert_eq!(
        map.lookup(&bytes(&[0])).unwrap().unwrap(),
        bytes(&[7, 8, 0, 0]).repeat(cpus as usize)
    );
    let expected: Vec<u8> = (0..cpus).flat_map(|cpu| bytes(&[cpu, 0, 1, 0])).collect();
    assert_eq!(map.lookup(&bytes(&[1])).unwrap().unwrap(), expected);
}

#[test]
fn what_cannot_be_filled_is_told_by_the_field() {
    for (map, data, expected) in [
        (
            "queue",
            json!([{"key": 1, "value": 2}]),
            "data[0].key: a map of this kind has no keys",
        ),
        ("hash", json!([{"value": 2}]), "data[0].key: this field is missing"),
        ("hash", json!([{"key": 2}]), "data[0].value: this field is missing"),
        (
            "percpu_hash",
            json!([{"key": 2, "value": [1, "x"]}]),
            "data[0].value[1]: ",
        ),
        (
            "programs",
            json!([{"key": 0, "value": 3}]),
            "data: nothing can be written here before it runs: its entries are programs",
        ),
        (
            "task_storage",
            json!([{"key": 1, "value": 3}]),
            "data: nothing can be written here before it runs: its keys are things of a running system",
        ),
    ] {
        let error = filled(map, data).unwrap_err();
        assert!(
            error.starts_with("meta.bpf_skel.maps[") && error.contains(&format!("].{expected}")),
            "{map}: {error}"
        );
    }
    let error = filled("array", json!([{"key": 100, "value": 3}])).unwrap_err();
    assert!(
        error.ends_with("map array is full, or the key is beyond its 100 entries"),
        "{error}"
    );
}

/// A kind of map: what it is called, a map of it, what a package would write, what its keys are, and what else there is to it.
struct Row(&'static str, &'static str, Value, &'static str, &'static str);

fn rows() -> Vec<Row> {
    let number = || json!([{"key": 0, "value": 0}]);
    let plain = |name, map| Row(name, map, number(), "bytes", "");
    let percpu = |name, map| Row(name, map, number(), "bytes", "a value is that of all CPUs");
    let without = |name, map, note| Row(name, map, json!([{"value": 1}]), "none", note);
    vec![
        plain("hash", "hash"),
        plain("array", "array"),
        plain("lru_hash", "lru"),
        percpu("percpu_hash", "percpu_hash"),
        percpu("percpu_array", "percpu_array"),
        percpu("lru_percpu_hash", "percpu_lru"),
        Row(
            "lpm_trie",
            "trie",
            json!([{"key": {}, "value": 0}]),
            "prefix",
            "`lookup` finds the longest prefix",
        ),
        without("queue", "queue", "listed by taking values out"),
        without("stack", "stack", "listed by taking values out"),
        Row(
            "bloom_filter",
            "bloom",
            json!([{"value": 1}]),
            "element",
            "values are empty; in C as in libbpf",
        ),
        Row(
            "stack_trace",
            "stacks",
            number(),
            "stack id",
            "a value is addresses, 8 bytes each",
        ),
        Row(
            "task_storage",
            "task_storage",
            number(),
            "process id",
            "threads too, from Linux 6.9",
        ),
        Row("cgrp_storage", "cgroup_storage", number(), "control group id", ""),
        Row(
            "sk_storage, inode_storage",
            "socket_storage",
            number(),
            "–",
            "a BPF iterator, or a copy in a hash map",
        ),
        Row(
            "array_of_maps",
            "array_of_maps",
            number(),
            "bytes",
            "`insert-map`; a value is the inner map's id",
        ),
        Row(
            "hash_of_maps",
            "hash_of_maps",
            number(),
            "bytes",
            "`insert-map`; a value is the inner map's id",
        ),
        Row(
            "prog_array",
            "programs",
            number(),
            "index",
            "`insert` of a program; a value is its id",
        ),
        Row(
            "devmap, devmap_hash",
            "interfaces",
            json!([{"key": 0, "value": {}}]),
            "index",
            "without programs",
        ),
        Row("cpumap", "cpus", number(), "CPU", "without programs"),
        Row(
            "sockmap, sockhash",
            "sockets",
            number(),
            "bytes",
            "programs put sockets in",
        ),
        Row("ringbuf", "ring", number(), "–", "records come through `events`"),
        Row(
            "perf_event_array",
            "perf",
            number(),
            "–",
            "records come through `events`",
        ),
        Row("user_ringbuf", "commands", number(), "–", "`submit`"),
        Row(
            "arena",
            "arena",
            number(),
            "–",
            "`memory`, `read-memory`, `write-memory`",
        ),
    ]
}

/// Whether a kind of map does that at all.
fn mark<T>(result: loader::Result<T>) -> &'static str {
    match result.as_ref().map_err(loader::Error::kind) {
        Err(Kind::KernelLacks | Kind::Unsupported) => "–",
        Ok(_) | Err(Kind::NotFound) => "✓",
        Err(_) => panic!("{:?}", result.err()),
    }
}

/// `BLESS=1` writes it anew.
#[test]
fn the_table_of_kinds_is_what_happens() {
    let object = load("kinds");
    object.program("who").unwrap().run(&[]).unwrap();
    let mut table = String::new();
    for Row(name, map, data, keys, note) in rows() {
        let map = object.map(map).unwrap();
        let key = match name {
            "task_storage" => bytes(&[std::process::id()]),
            "cgrp_storage" => number(&object, "found").to_ne_bytes().to_vec(),
            _ => vec![0; map.info().key_size as usize],
        };
        let value = vec![0; map.info().value_size as usize];
        let update = mark(map.update(&key, &value, UpdateMode::Any));
        let lookup = mark(map.lookup(&key));
        let list = mark(match map.lookup_batch(None, 100) {
            Ok(entries) => Ok(entries),
            Err(_) if map.info().key_size == 0 => map.lookup_and_delete_batch(None, 100),
            Err(error) => Err(error),
        });
        let delete = mark(if map.info().key_size == 0 {
            map.lookup_and_delete(&key).map(drop)
        } else {
            map.delete(&key)
        });
        let data = if filled(map.name(), data).is_ok() { "✓" } else { "–" };
        let _ = writeln!(
            table,
            "| {name} | {keys} | {lookup} | {update} | {delete} | {list} | {data} | {note} |"
        );
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../guest-sdk/MAPS.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let is_row = |line: &str| line.starts_with("| ") && !line.starts_with("| kind ");
    let first = text.lines().position(|line| line.starts_with("|---")).unwrap() + 1;
    let (before, after): (Vec<&str>, Vec<&str>) = (
        text.lines().take(first).collect(),
        text.lines().skip(first).filter(|line| !is_row(line)).collect(),
    );
    let wanted = format!("{}\n{table}{}\n", before.join("\n"), after.join("\n"));
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, &wanted).unwrap();
    }
    assert_eq!(
        std::fs::read_to_string(&path).unwrap(),
        wanted,
        "BLESS=1 writes it anew"
    );
}
