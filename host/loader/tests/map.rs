//! Maps of a loaded object: by key, as a queue, for all CPUs, in batches.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod common;

use std::collections::BTreeSet;

use common::load;
use loader::{Kind, Map, UpdateMode};

fn key(number: u32) -> [u8; 4] {
    number.to_ne_bytes()
}

fn put(map: &Map, number: u32, mode: UpdateMode) -> loader::Result<()> {
    map.update(&key(number), &[number, number + 1].map(u32::to_ne_bytes).concat(), mode)
}

#[test]
fn a_map_is_read_and_written_by_key() {
    let object = load("tool");
    let map = object.map("pairs").unwrap();
    assert_eq!((map.info().key_size, map.info().value_size, map.info().cpus), (4, 8, 0));
    put(&map, 1, UpdateMode::NoExist).unwrap();
    assert_eq!(put(&map, 1, UpdateMode::NoExist).unwrap_err().kind(), Kind::Exists);
    assert_eq!(put(&map, 2, UpdateMode::Exist).unwrap_err().kind(), Kind::NotFound);
    assert_eq!(
        map.lookup(&key(1)).unwrap().unwrap(),
        [1_u32, 2].map(u32::to_ne_bytes).concat()
    );
    assert_eq!(map.lookup(&key(2)).unwrap(), None);
    assert_eq!(map.next_key(None).unwrap(), Some(key(1).to_vec()));
    assert_eq!(map.next_key(Some(&key(1))).unwrap(), None);
    assert!(map.lookup_and_delete(&key(1)).unwrap().is_some());
    assert_eq!(map.delete(&key(1)).unwrap_err().kind(), Kind::NotFound);

    let error = map.lookup(&[0; 3]).unwrap_err();
    assert_eq!(error.to_string(), "a key of map pairs has 4 bytes, 3 were given");
    let error = map.update(&key(1), &[0; 4], UpdateMode::Any).unwrap_err();
    assert_eq!(error.to_string(), "a value of map pairs has 8 bytes, 4 were given");
}

#[test]
fn a_queue_has_no_key_and_fills_up() {
    let object = load("tool");
    let queue = object.map("queue").unwrap();
    for number in 0..4_u32 {
        queue.update(&[], &key(number), UpdateMode::Any).unwrap();
    }
    assert_eq!(
        queue.update(&[], &key(4), UpdateMode::Any).unwrap_err().kind(),
        Kind::Full
    );
    assert_eq!(queue.lookup_and_delete(&[]).unwrap(), Some(key(0).to_vec()));
    assert_eq!(queue.lookup(&[]).unwrap(), Some(key(1).to_vec()));
}

#[test]
fn the_values_of_a_per_cpu_map_come_for_all_cpus() {
    let object = load("tool");
    let map = object.map("by_cpu").unwrap();
    let info = map.info().clone();
    assert_eq!((info.value_stride, info.value_size), (8, info.cpus * 8));
    let value: Vec<u8> = (0..info.cpus)
        .flat_map(|cpu| [cpu + 10, 0])
        .flat_map(u32::to_ne_bytes)
        .collect();
    map.update(&key(7), &value, UpdateMode::Any).unwrap();
    assert_eq!(map.lookup(&key(7)).unwrap().unwrap(), value);
    let error = map.update(&key(7), &[0; 4], UpdateMode::Any).unwrap_err().to_string();
    assert_eq!(
        error,
        format!(
            "a value of map by_cpu has {} bytes, 4 were given ({} CPUs of 8 each)",
            info.value_size, info.cpus
        )
    );
}

#[test]
fn a_map_is_read_in_batches_whatever_their_size() {
    let object = load("tool");
    let map = object.map("pairs").unwrap();
    for most in [1, 7, 63, 64, 300, 1000, u32::MAX] {
        let keys: Vec<u8> = (0..500).flat_map(key).collect();
        let values: Vec<u8> = (0..500_u32)
            .flat_map(|number| [number, number + 1])
            .flat_map(u32::to_ne_bytes)
            .collect();
        assert_eq!(map.update_batch(&keys, &values, UpdateMode::Any).unwrap(), 500);
        for delete in [false, true] {
            let (mut found, mut start) = (Vec::new(), None);
            loop {
                let read = if delete {
                    Map::lookup_and_delete_batch
                } else {
                    Map::lookup_batch
                };
                let entries = read(&map, start.as_deref(), most).unwrap();
                assert!(entries.count <= most.max(64));
                assert_eq!(
                    (entries.keys.len(), entries.values.len()),
                    (entries.count as usize * 4, entries.count as usize * 8)
                );
                for (key, value) in entries.keys.chunks(4).zip(entries.values.chunks(8)) {
                    let number = u32::from_ne_bytes(key.try_into().unwrap());
                    assert_eq!(value, [number, number + 1].map(u32::to_ne_bytes).concat());
                    found.push(number);
                }
                start = entries.next;
                if start.is_none() {
                    break;
                }
            }
            found.sort_unstable();
            assert_eq!(
                found,
                (0..500).collect::<Vec<_>>(),
                "{most} at a time, delete: {delete}"
            );
        }
        assert_eq!(map.next_key(None).unwrap(), None);
    }
    let error = map.lookup_batch(Some(b"nonsense"), 10).unwrap_err();
    assert_eq!(error.to_string(), "map pairs: these bytes do not say where to go on");
}

#[test]
fn many_keys_are_deleted_at_once_and_missing_ones_skipped() {
    let object = load("tool");
    let map = object.map("pairs").unwrap();
    for number in [1, 3, 5] {
        put(&map, number, UpdateMode::Any).unwrap();
    }
    let keys: Vec<u8> = (0..4).flat_map(key).collect();
    assert_eq!(map.delete_batch(&keys).unwrap(), 2);
    assert_eq!(map.next_key(None).unwrap(), Some(key(5).to_vec()));
    assert_eq!(
        map.delete_batch(&[0; 5]).unwrap_err().to_string(),
        "5 bytes are no keys of map pairs: each has 4"
    );
}

/// The hash of a key of four bytes, as include/linux/jhash.h has it, begun with 0.
fn hash(key: u32) -> u32 {
    let begin = 0xdead_beef_u32.wrapping_add(4);
    let mix = |changed: u32, by: u32, bits: u32| (changed ^ by).wrapping_sub(by.rotate_left(bits));
    let (mut a, mut b, mut c) = (begin.wrapping_add(key), begin, begin);
    c = mix(c, b, 14);
    a = mix(a, c, 11);
    b = mix(b, a, 25);
    c = mix(c, b, 16);
    a = mix(a, c, 4);
    b = mix(b, a, 14);
    mix(c, b, 24)
}

#[test]
fn a_bucket_that_is_larger_than_a_batch_comes_whole() {
    let map = load("kinds_crowded").map("crowded").unwrap();
    let bucket = |key: &u32| hash(*key) % 4096;
    // The last bucket is read last.
    let crowd = (0..).filter(|key| bucket(key) == 4095).take(200);
    let others = (0..).filter(|key| bucket(key) < 4000).take(100);
    let keys: BTreeSet<u32> = crowd.chain(others).collect();
    for key in &keys {
        map.update(&key.to_ne_bytes(), &u64::from(*key).to_ne_bytes(), UpdateMode::Any)
            .unwrap();
    }
    let (mut found, mut largest) = (BTreeSet::new(), 0);
    let mut start = None;
    loop {
        let entries = map.lookup_batch(start.as_deref(), 64).unwrap();
        let (read, _) = entries.keys.as_chunks::<4>();
        found.extend(read.iter().map(|key| u32::from_ne_bytes(*key)));
        largest = largest.max(entries.count);
        start = entries.next;
        if start.is_none() {
            break;
        }
    }
    assert_eq!(found, keys);
    assert_eq!(largest, 200);
}
