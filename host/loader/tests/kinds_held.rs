//! Kinds of maps whose entries stand for something, and those that have none: programs see what a caller puts in.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod common;

use std::collections::BTreeMap;

use common::{all, bytes, load, number, run_raw};
use loader::{Kind, Map, Object, UpdateMode};

fn run(object: &Object, program: &str) -> i32 {
    object.program(program).unwrap().run(&[]).unwrap().value as i32
}

#[test]
fn task_storage_is_found_by_the_number_of_a_process_or_thread() {
    let object = load("kinds");
    let storage = object.map("task_storage").unwrap();
    assert_eq!(storage.info().key_size, 4);
    assert_eq!(run(&object, "read_task_storage"), 1);
    // A test runs in a thread of its own.
    let thread = rustix::thread::gettid().as_raw_nonzero().get() as u32;
    let process = std::process::id();
    for task in [thread, process] {
        assert_eq!(storage.lookup(&bytes(&[task])).unwrap(), None);
        let value = u64::from(task).to_ne_bytes();
        storage.update(&bytes(&[task]), &value, UpdateMode::NoExist).unwrap();
        assert_eq!(storage.lookup(&bytes(&[task])).unwrap(), Some(value.to_vec()));
    }
    assert_eq!(run(&object, "read_task_storage"), 0);
    assert_eq!(number(&object, "found"), u64::from(thread));
    let after = storage.lookup_and_delete(&bytes(&[thread])).unwrap();
    assert_eq!(after, Some(u64::from(thread + 1).to_ne_bytes().to_vec()));
    assert_eq!(storage.delete_batch(&bytes(&[thread, process])).unwrap(), 1);

    for nobody in [0, 4_194_305, u32::MAX] {
        assert_eq!(storage.lookup(&bytes(&[nobody])).unwrap(), None);
        let error = storage.update(&bytes(&[nobody]), &[0; 8], UpdateMode::Any).unwrap_err();
        assert_eq!(error.kind(), Kind::NotFound);
        assert!(
            format!("{error:#}").ends_with(&format!("there is no process {nobody}")),
            "{error:#}"
        );
    }
    let error = storage.lookup_batch(None, 5).unwrap_err();
    assert!(format!("{error:#}").contains("it has no list of its keys"), "{error:#}");
}

#[test]
fn control_group_storage_is_found_by_the_number_of_a_group() {
    let object = load("kinds");
    let storage = object.map("cgroup_storage").unwrap();
    assert_eq!(storage.info().key_size, 8);
    assert_eq!(run(&object, "who"), 0);
    let group = number(&object, "found").to_ne_bytes();
    storage.update(&group, &40_u64.to_ne_bytes(), UpdateMode::Any).unwrap();
    assert_eq!(run_raw(&object, "read_cgroup_storage"), 0);
    assert_eq!(number(&object, "found"), 40);
    assert_eq!(storage.lookup(&group).unwrap(), Some(41_u64.to_ne_bytes().to_vec()));
    storage.delete(&group).unwrap();
    assert_eq!(storage.lookup(&group).unwrap(), None);
    let error = storage
        .update(&u64::MAX.to_ne_bytes(), &[0; 8], UpdateMode::Any)
        .unwrap_err();
    assert_eq!(error.kind(), Kind::NotFound, "{error:#}");
}

#[test]
fn socket_storage_says_what_a_tool_does_instead() {
    let object = load("kinds");
    let storage = object.map("socket_storage").unwrap();
    for error in [
        storage.lookup(&[0; 4]).unwrap_err(),
        storage.update(&[0; 4], &[0; 8], UpdateMode::Any).unwrap_err(),
        storage.lookup_batch(None, 1).unwrap_err(),
    ] {
        assert_eq!(error.kind(), Kind::Unsupported);
        assert!(
            format!("{error:#}").ends_with("a BPF iterator can read it, or a program copy into a hash map"),
            "{error:#}"
        );
    }
}

#[test]
fn maps_go_into_maps_and_out_again() {
    let object = load("kinds");
    let [first, second, array, hash] =
        ["first", "second", "array_of_maps", "hash_of_maps"].map(|name| object.map(name).unwrap());
    let key = |map: &Map, number: u8| -> Vec<u8> {
        let mut key = vec![0; map.info().key_size as usize];
        key[0] = number;
        key
    };
    for outer in [&array, &hash] {
        outer.insert_map(&key(outer, 2), &first).unwrap();
        outer.insert_map(&key(outer, 90), &second).unwrap();
        let id = |map: &Map| map.info().id.to_ne_bytes().to_vec();
        assert_eq!(outer.lookup(&key(outer, 2)).unwrap(), Some(id(&first)));
        for most in [10, 1000] {
            assert_eq!(
                all(outer, most, false),
                BTreeMap::from([(key(outer, 2), id(&first)), (key(outer, 90), id(&second))]),
                "{}",
                outer.name()
            );
        }
        let error = outer
            .insert_map(&key(outer, 3), &object.map("lru").unwrap())
            .unwrap_err();
        assert_eq!(error.kind(), Kind::KernelLacks);
        assert!(
            error
                .to_string()
                .starts_with(&format!("map lru does not go into map {}", outer.name())),
            "{error:#}"
        );
        let error = outer.update(&key(outer, 1), &id(&first), UpdateMode::Any).unwrap_err();
        assert!(
            format!("{error:#}").ends_with("insert one of the object's maps"),
            "{error:#}"
        );
    }
    first
        .update(&bytes(&[5]), &100_u64.to_ne_bytes(), UpdateMode::Any)
        .unwrap();
    assert_eq!(run(&object, "count_in_inner"), 0);
    assert_eq!(
        first.lookup(&bytes(&[5])).unwrap(),
        Some(101_u64.to_ne_bytes().to_vec())
    );
    array.insert_map(&key(&array, 2), &second).unwrap();
    assert_eq!(run(&object, "count_in_inner"), 2);
    array.delete(&key(&array, 2)).unwrap();
    assert_eq!(run(&object, "count_in_inner"), 1);
    assert_eq!(all(&hash, 100, true).len(), 2);
    assert_eq!(hash.next_key(None).unwrap(), None);
    let error = first.insert_map(&bytes(&[1]), &second).unwrap_err();
    assert_eq!(error.to_string(), "map first, a hash map, holds no maps");
    let error = array.insert_map(&bytes(&[100]), &first).unwrap_err();
    assert_eq!(error.kind(), Kind::Full);
}

#[test]
fn programs_go_into_program_arrays_and_out_again() {
    let object = load("kinds");
    let programs = object.map("programs").unwrap();
    let seven = object.program("seven").unwrap();
    assert_eq!(run_raw(&object, "call"), 1);
    seven.insert(&programs, &bytes(&[3])).unwrap();
    assert_eq!(run_raw(&object, "call"), 7);
    let id = seven.id().unwrap();
    assert_eq!(programs.lookup(&bytes(&[3])).unwrap(), Some(bytes(&[id])));
    assert_eq!(
        all(&programs, 100, false),
        BTreeMap::from([(bytes(&[3]), bytes(&[id]))])
    );
    programs.delete(&bytes(&[3])).unwrap();
    assert_eq!(run_raw(&object, "call"), 1);
    let error = object
        .program("other_kind")
        .unwrap()
        .insert(&programs, &bytes(&[0]))
        .unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("program other_kind does not go into map programs"),
        "{error:#}"
    );
    let error = seven.insert(&object.map("hash").unwrap(), &bytes(&[0])).unwrap_err();
    assert_eq!(error.to_string(), "map hash, a hash map, holds no programs");
}

#[test]
fn records_are_submitted_until_there_is_no_room() {
    let object = load("kinds");
    let commands = object.map("commands").unwrap();
    for round in 0..3_u64 {
        // 16 bytes each, of a page.
        for number in 0..256_u64 {
            // Each handle writes through the same producer.
            let commands = object.map("commands").unwrap();
            commands.submit(&number.to_ne_bytes()).unwrap();
        }
        assert_eq!(commands.submit(&[0; 8]).unwrap_err().kind(), Kind::Full);
        assert_eq!(run(&object, "drain"), 256);
        assert_eq!(number(&object, "records"), 256 * (round + 1));
        assert_eq!(number(&object, "sum"), 255 * 128 * (round + 1));
    }
    commands.submit(&[]).unwrap();
    assert_eq!(run(&object, "drain"), 1);
    let error = commands.submit(&[0; 4089]).unwrap_err();
    assert_eq!(error.kind(), Kind::InvalidInput);
    assert_eq!(
        error.to_string(),
        "a record of 4089 bytes never fits into map commands, which has 4096 with 8 for each record's header"
    );
    let error = object.map("queue").unwrap().submit(&[0; 4]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "map queue, a queue map, takes no records: only user ring buffers do"
    );
}

#[test]
fn an_arena_is_read_and_written_within_its_bounds() {
    let object = load("kinds");
    let arena = object.map("arena").unwrap();
    let memory = arena.memory().unwrap();
    assert_eq!(memory.size, 8 * 4096);
    assert_ne!(memory.address, 1 << 44, "the definition does not choose the address");
    assert_eq!(run(&object, "fill_arena"), 0);
    let offset = number(&object, "made_at") - memory.address;
    assert_eq!(arena.read_memory(offset + 16, 2).unwrap(), b"hi");
    arena.write_memory(offset + 17, b"o!").unwrap();
    assert_eq!(arena.read_memory(offset + 15, 5).unwrap(), b"\0ho!\0");
    // Over a border of pages, of which the second did not exist.
    arena.write_memory(memory.size - 4100, &[7; 4100]).unwrap();
    assert_eq!(arena.read_memory(memory.size - 4100, 4100).unwrap(), vec![7_u8; 4100]);
    assert!(arena.read_memory(0, 0).unwrap().is_empty());
    for (offset, length) in [
        (memory.size, 1),
        (memory.size - 1, 2),
        (u64::MAX, 1),
        (0, usize::MAX / 2),
    ] {
        if length < 10 {
            let error = arena.write_memory(offset, &vec![0; length]).unwrap_err();
            assert_eq!(error.kind(), Kind::InvalidInput);
        }
        let error = arena.read_memory(offset, length).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("{length} bytes at offset {offset} are not in map arena, which has 32768")
        );
    }
    assert_eq!(
        object.map("hash").unwrap().read_memory(0, 1).unwrap_err().kind(),
        Kind::KernelLacks
    );
}

#[test]
fn a_page_that_only_programs_make_is_an_error_and_no_crash() {
    let object = load("kinds_no_fault");
    let arena = object.map("arena").unwrap();
    let size = arena.memory().unwrap().size;
    for offset in [0, size - 1] {
        let error = arena.read_memory(offset, 1).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with(&format!("map arena has no page at offset {offset}")),
            "{error:#}"
        );
        assert!(arena.write_memory(offset, &[1]).is_err());
    }
}

#[test]
fn maps_of_devices_take_interfaces_and_no_descriptors() {
    let object = load("kinds");
    let interfaces = object.map("interfaces").unwrap();
    let error = interfaces
        .update(&bytes(&[0]), &bytes(&[1, 3]), UpdateMode::Any)
        .unwrap_err();
    assert_eq!(error.kind(), Kind::Unsupported);
    assert!(format!("{error:#}").ends_with("it must be 0"), "{error:#}");
    interfaces
        .update(&bytes(&[1]), &bytes(&[1, 0]), UpdateMode::Any)
        .unwrap();
    assert_eq!(interfaces.lookup(&bytes(&[1])).unwrap(), Some(bytes(&[1, 0])));
    interfaces.delete(&bytes(&[1])).unwrap();
    let cpus = object.map("cpus").unwrap();
    cpus.update(&bytes(&[0]), &bytes(&[64]), UpdateMode::Any).unwrap();
    assert_eq!(cpus.lookup(&bytes(&[0])).unwrap(), Some(bytes(&[64])));
}
