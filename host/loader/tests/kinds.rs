//! A map of each kind: what goes in comes out, and programs see it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod common;

use std::collections::BTreeMap;

use common::{all, bytes, load, run_raw};
use loader::{Kind, Map, UpdateMode};

/// Bytes of a value that are different for each number, and in a per-CPU map for each CPU.
fn value_of(map: &Map, number: u32) -> Vec<u8> {
    let info = map.info();
    let stride = if info.cpus == 0 {
        info.value_size
    } else {
        info.value_stride
    };
    (0..info.cpus.max(1))
        .flat_map(|cpu| {
            // Only the type's own bytes of a CPU's value are kept: here the first four.
            let mut value = (number * 100 + cpu).to_ne_bytes().to_vec();
            let fill = if info.cpus == 0 { number as u8 } else { 0 };
            value.resize(stride as usize, fill);
            value
        })
        .collect()
}

#[test]
fn tables_give_back_what_is_in_them_in_batches_of_any_size() {
    let object = load("kinds");
    for (name, deletes) in [
        ("hash", true),
        ("lru", true),
        ("large_hash", true),
        ("percpu_hash", true),
        ("percpu_lru", true),
        ("array", false),
        ("large_array", false),
        ("percpu_array", false),
    ] {
        let map = object.map(name).unwrap();
        for most in [1, 63, 64, 1000] {
            let keys: Vec<u32> = (0..100).collect();
            let values: Vec<u8> = keys.iter().flat_map(|&key| value_of(&map, key)).collect();
            let written = map.update_batch(&bytes(&keys), &values, UpdateMode::Any).unwrap();
            assert_eq!(written, 100, "{name}");
            let expected: BTreeMap<_, _> = keys.iter().map(|&key| (bytes(&[key]), value_of(&map, key))).collect();
            assert_eq!(all(&map, most, false), expected, "{name}, {most} at a time");
            if !deletes {
                let error = map.lookup_and_delete_batch(None, most).unwrap_err();
                assert_eq!(error.kind(), Kind::KernelLacks, "{name}: {error:#}");
                assert_eq!(map.delete(&bytes(&[0])).unwrap_err().kind(), Kind::KernelLacks);
                continue;
            }
            assert_eq!(
                map.lookup_and_delete(&bytes(&[7])).unwrap(),
                Some(value_of(&map, 7)),
                "{name}"
            );
            assert_eq!(map.delete_batch(&bytes(&[6, 7, 8])).unwrap(), 2, "{name}");
            assert_eq!(all(&map, most, true).len(), 97, "{name}, {most} at a time");
            assert_eq!(map.next_key(None).unwrap(), None, "{name}");
        }
    }
}

#[test]
fn a_trie_answers_with_the_longest_prefix() {
    let object = load("kinds");
    let trie = object.map("trie").unwrap();
    let prefix = |bits: u32, address: [u8; 4]| [bits.to_ne_bytes(), address].concat();
    let keys = [
        prefix(8, [10, 0, 0, 0]),
        prefix(16, [10, 1, 0, 0]),
        prefix(32, [192, 168, 0, 1]),
    ];
    let written = trie.update_batch(&keys.concat(), &bytes(&[1, 2, 3]), UpdateMode::Any);
    assert_eq!(written.unwrap(), 3);
    let find = |address| trie.lookup(&prefix(32, address)).unwrap();
    assert_eq!(find([10, 9, 9, 9]), Some(bytes(&[1])));
    assert_eq!(find([10, 1, 9, 9]), Some(bytes(&[2])));
    assert_eq!(find([192, 168, 0, 2]), None);
    for most in [1, 100] {
        let expected: BTreeMap<_, _> = keys.iter().cloned().zip([1, 2, 3].map(|n| bytes(&[n]))).collect();
        assert_eq!(all(&trie, most, false), expected);
    }
    // What is read and deleted is that very prefix.
    assert_eq!(trie.lookup_and_delete(&prefix(32, [10, 1, 9, 9])).unwrap(), None);
    assert_eq!(trie.lookup_and_delete(&keys[1]).unwrap(), Some(bytes(&[2])));
    assert_eq!(all(&trie, 10, true).len(), 2);
    let error = trie
        .update(&prefix(33, [0; 4]), &bytes(&[1]), UpdateMode::Any)
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "map trie has no such prefix: a key begins with the prefix's length, at most 32 bits"
    );
}

#[test]
fn queues_and_stacks_push_peek_and_pop_also_many_at_once() {
    let object = load("kinds");
    for (name, order) in [("queue", [1, 2, 3]), ("stack", [3, 2, 1])] {
        let map = object.map(name).unwrap();
        assert_eq!(map.lookup(&[]).unwrap(), None);
        assert_eq!(map.lookup_and_delete(&[]).unwrap(), None);
        assert_eq!(map.update_batch(&[], &bytes(&[1, 2, 3]), UpdateMode::Any).unwrap(), 3);
        assert_eq!(map.lookup(&[]).unwrap(), Some(bytes(&order[..1])));
        assert_eq!(map.lookup_and_delete(&[]).unwrap(), Some(bytes(&order[..1])));
        let two = map.lookup_and_delete_batch(None, 2).unwrap();
        assert_eq!((two.count, two.values, two.keys), (2, bytes(&order[1..]), Vec::new()));
        let none = map.lookup_and_delete_batch(two.next.as_deref(), 2).unwrap();
        assert_eq!((none.count, none.next), (0, None));
        // When it is full, what is oldest makes room if that is asked for.
        let numbers: Vec<u32> = (0..101).collect();
        assert_eq!(map.update_batch(&[], &bytes(&numbers), UpdateMode::Any).unwrap(), 100);
        map.update(&[], &bytes(&[500]), UpdateMode::Exist).unwrap();
        let left = map.lookup_and_delete_batch(None, 1000).unwrap();
        assert_eq!((left.count, left.next), (100, None));
        assert!(left.values.chunks(4).any(|value| value == bytes(&[500])), "{name}");
        let error = map.lookup_batch(None, 5).unwrap_err();
        assert_eq!(error.kind(), Kind::KernelLacks);
        assert!(
            format!("{error:#}").contains("only the next value can be looked at"),
            "{error:#}"
        );
        let error = map.update_batch(&[0], &bytes(&[1]), UpdateMode::Any).unwrap_err();
        assert_eq!(error.kind(), Kind::InvalidInput);
    }
}

#[test]
fn a_bloom_filter_is_a_set_that_programs_ask_too() {
    let object = load("kinds");
    let (bloom, queue) = (object.map("bloom").unwrap(), object.map("queue").unwrap());
    assert_eq!((bloom.info().key_size, bloom.info().value_size), (4, 0));
    assert_eq!(bloom.update_batch(&bytes(&[11, 12]), &[], UpdateMode::Any).unwrap(), 2);
    assert_eq!(bloom.lookup(&bytes(&[11])).unwrap(), Some(Vec::new()));
    assert_eq!(bloom.lookup(&bytes(&[99])).unwrap(), None);
    queue.update_batch(&[], &bytes(&[12, 99]), UpdateMode::Any).unwrap();
    assert_eq!([(); 3].map(|()| run_raw(&object, "pop")), [12, -2, -1]);
    assert_eq!(bloom.delete(&bytes(&[11])).unwrap_err().kind(), Kind::KernelLacks);
    assert_eq!(bloom.lookup_batch(None, 5).unwrap_err().kind(), Kind::KernelLacks);
    assert_eq!(bloom.lookup(&[1]).unwrap_err().kind(), Kind::InvalidInput);
}

#[test]
fn stack_traces_are_read_by_their_number_and_listed() {
    let object = load("kinds");
    let stacks = object.map("stacks").unwrap();
    let number = u32::try_from(run_raw(&object, "take_stack")).unwrap();
    let trace = stacks.lookup(&bytes(&[number])).unwrap().unwrap();
    let addresses: Vec<u64> = trace
        .chunks(8)
        .map(|address| u64::from_ne_bytes(address.try_into().unwrap()))
        .collect();
    assert_eq!(addresses.len(), 32);
    // Addresses of the kernel, from the end of the address space.
    assert!(addresses[0] >> 63 == 1, "{addresses:x?}");
    assert_eq!(all(&stacks, 10, false), BTreeMap::from([(bytes(&[number]), trace)]));
    assert_eq!(all(&stacks, 10, true).len(), 1);
    assert_eq!(stacks.lookup(&bytes(&[number])).unwrap(), None);
}
