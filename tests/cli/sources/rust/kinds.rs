//! A map of each kind, as a tool has it; each line that it prints is expected by the test. The same in C: kinds.c.

use std::io::Write;

use eunomia::events::{EventSource, Input};
use eunomia::map::{Arena, BloomFilter, LpmTrie, Mode, Queue, StackTraces, TypedMap};
use eunomia::{Error, ErrorKind, Output};

#[rustfmt::skip]
#[path = "../skel/kinds.rs"]
mod kinds;

fn main() {
    eunomia::run(tool);
}

fn run(loaded: &kinds::Loaded, program: &str, context: &[u8]) -> Result<i32, Error> {
    Ok(loaded.object.program(program)?.run(context)?.value.cast_signed())
}

fn word(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::WrongSize => "wrong size",
        ErrorKind::Full => "full",
        ErrorKind::NoSuchKey => "no such key",
        ErrorKind::Mismatch => "mismatch",
        ErrorKind::Unsupported => "unsupported",
        _ => "other",
    }
}

fn tool() -> Result<(), Error> {
    let mut output = Output::new();
    let loaded = kinds::open()?.load()?;
    tables(&loaded, &mut output)?;
    without_keys(&loaded, &mut output)?;
    tries_and_traces(&loaded, &mut output)?;
    storage(&loaded, &mut output)?;
    maps_and_programs(&loaded, &mut output)?;
    memory(&loaded, &mut output)?;
    refused(&loaded, &mut output)?;
    output.flush()?;
    Ok(())
}

fn tables(loaded: &kinds::Loaded, output: &mut Output) -> Result<(), Error> {
    for name in ["hash", "lru", "array"] {
        let map: TypedMap<u32, u64> = TypedMap::new(loaded.object.map(name)?)?;
        map.set_all(&[(1, 10), (2, 20)], Mode::Any)?;
        let sum: u64 = map.iter().map(|entry| entry.map(|(_, value)| value)).sum::<Result<u64, _>>()?;
        writeln!(output, "{name}: {:?} of {sum}", map.get(&2)?.unwrap_or_default())?;
    }
    let large: TypedMap<u32, [u8; 12288]> = TypedMap::new(loaded.object.map("large_hash")?)?;
    for key in 0..100 {
        large.set(&key, &[key as u8; 12288], Mode::Any)?;
    }
    let mut sum = 0;
    for entry in large.drain() {
        let (_, value) = entry?;
        sum += u32::from(value[0]) + u32::from(value[12287]);
    }
    writeln!(output, "large_hash: {sum}, then {}", large.iter().count())?;
    for (name, map) in [("percpu_hash", loaded.map_percpu_hash()?), ("percpu_array", loaded.map_percpu_array()?)] {
        let cpus = map.map().info().cpus;
        let values: Vec<u32> = (0..cpus).map(|cpu| cpu + 5).collect();
        map.set(&1, &values, Mode::Any)?;
        writeln!(output, "{name}: as written {}", u8::from(map.get(&1)?.unwrap_or_default() == values))?;
    }
    Ok(())
}

fn without_keys(loaded: &kinds::Loaded, output: &mut Output) -> Result<(), Error> {
    for name in ["queue", "stack"] {
        let queue: Queue<u32> = Queue::new(loaded.object.map(name)?)?;
        for number in 1..=3 {
            queue.push(&number)?;
        }
        let (peeked, popped) = (queue.peek()?.unwrap_or_default(), queue.pop()?.unwrap_or_default());
        let left = queue.map().lookup_and_delete_batch(None, 10)?;
        writeln!(output, "{name}: {peeked} {popped}, then {}, empty {}", left.count, u8::from(queue.pop()?.is_none()))?;
        for number in 0..100 {
            queue.push(&number)?;
        }
        writeln!(output, "{name}: {}", word(queue.push(&100).unwrap_err().kind()))?;
        queue.push_anyway(&100)?;
        while queue.pop()?.is_some() {}
    }
    let bloom: BloomFilter<u32> = loaded.map_bloom()?;
    bloom.insert(&11)?;
    loaded.map_queue()?.set(&(), &11, Mode::Any)?;
    let found = [11, 99].map(|element| bloom.may_contain(&element));
    let [yes, no] = found;
    writeln!(output, "bloom: {} {}, program {}", u8::from(yes?), u8::from(no?), run(loaded, "pop", &[0; 16])?)?;
    Ok(())
}

fn tries_and_traces(loaded: &kinds::Loaded, output: &mut Output) -> Result<(), Error> {
    let trie: LpmTrie<[u8; 4], u32> = LpmTrie::new(loaded.object.map("trie")?)?;
    trie.set(8, &[10, 0, 0, 0], &1, Mode::Any)?;
    trie.set(16, &[10, 1, 0, 0], &2, Mode::Any)?;
    let found = [[10, 1, 9, 9], [10, 9, 9, 9], [11, 0, 0, 0]].map(|address| trie.get(&address));
    let [long, short, none] = found;
    let (long, short, none) = (long?.unwrap_or_default(), short?.unwrap_or_default(), none?.unwrap_or_default());
    let wrong = trie.set(33, &[0; 4], &1, Mode::Any).unwrap_err();
    writeln!(output, "trie: {long} {short} {none}, {} entries, {}", trie.entries()?.len(), word(wrong.kind()))?;
    trie.delete(16, &[10, 1, 0, 0])?;
    writeln!(output, "trie: {}", trie.get(&[10, 1, 9, 9])?.unwrap_or_default())?;

    let stacks = StackTraces::new(loaded.object.map("stacks")?)?;
    let number = run(loaded, "take_stack", &[0; 16])?;
    let trace = stacks.get(number)?.unwrap_or_default();
    let kernel = trace.iter().all(|address| address >> 63 == 1);
    writeln!(output, "stacks: {}, of the kernel {}", u8::from(trace.len() > 2), u8::from(kernel))?;
    Ok(())
}

fn storage(loaded: &kinds::Loaded, output: &mut Output) -> Result<(), Error> {
    run(loaded, "who", &[])?;
    let (task, group) = (loaded.get_task()?, loaded.get_found()?);
    let tasks: TypedMap<u32, u64> = loaded.map_task_storage()?;
    tasks.set(&task, &40, Mode::NoExist)?;
    run(loaded, "read_task_storage", &[])?;
    let (found, after) = (loaded.get_found()?, tasks.take(&task)?.unwrap_or_default());
    let nobody = tasks.set(&4_194_305, &1, Mode::Any).unwrap_err();
    writeln!(output, "task_storage: {found} {after}, {}", word(nobody.kind()))?;
    let groups: TypedMap<u64, u64> = loaded.map_cgroup_storage()?;
    groups.set(&group, &50, Mode::Any)?;
    run(loaded, "read_cgroup_storage", &[0; 16])?;
    let (found, after) = (loaded.get_found()?, groups.get(&group)?.unwrap_or_default());
    groups.delete(&group)?;
    let nobody = groups.set(&u64::MAX, &1, Mode::Any).unwrap_err();
    writeln!(output, "cgroup_storage: {found} {after}, {}", word(nobody.kind()))?;
    Ok(())
}

fn maps_and_programs(loaded: &kinds::Loaded, output: &mut Output) -> Result<(), Error> {
    let (first, second) = (loaded.map_first()?, loaded.map_second()?);
    let (array, hash) = (loaded.map_array_of_maps()?, loaded.map_hash_of_maps()?);
    first.set(&5, &100, Mode::Any)?;
    let place = 2_u32.to_ne_bytes();
    array.insert_map(&place, first.map())?;
    let with = run(loaded, "count_in_inner", &[])?;
    let is_first = array.lookup(&place)? == Some(first.map().info().id.to_ne_bytes().to_vec());
    array.insert_map(&place, second.map())?;
    let other = run(loaded, "count_in_inner", &[])?;
    array.delete(&place)?;
    let without = run(loaded, "count_in_inner", &[])?;
    let counted = first.get(&5)?.unwrap_or_default();
    writeln!(output, "array_of_maps: {with} {other} {without}, {counted}, id {}", u8::from(is_first))?;
    hash.insert_map(&7_u64.to_ne_bytes(), second.map())?;
    let wrong = Error::from(hash.insert_map(&8_u64.to_ne_bytes(), array_of_u64(loaded)?.map()).unwrap_err());
    writeln!(output, "hash_of_maps: {}, {}", hash.lookup_batch(None, 10)?.count, word(wrong.kind()))?;

    let programs = loaded.map_programs()?;
    let call = |output: &mut Output| -> Result<(), Error> {
        writeln!(output, "programs: {}", run(loaded, "call", &[0; 16])?)?;
        Ok(())
    };
    call(output)?;
    loaded.program_seven()?.insert(&programs, &3_u32.to_ne_bytes())?;
    call(output)?;
    programs.delete(&3_u32.to_ne_bytes())?;
    call(output)?;
    let wrong = Error::from(loaded.program_other_kind()?.insert(&programs, &[0; 4]).unwrap_err());
    writeln!(output, "programs: {}", word(wrong.kind()))?;
    Ok(())
}

fn array_of_u64(loaded: &kinds::Loaded) -> Result<TypedMap<u32, u64>, Error> {
    loaded.map_array()
}

fn memory(loaded: &kinds::Loaded, output: &mut Output) -> Result<(), Error> {
    let commands = loaded.map_commands()?;
    let mut submitted = 0_u64;
    let full = loop {
        match commands.submit(&submitted.to_ne_bytes()) {
            Ok(()) => submitted += 1,
            Err(error) => break Error::from(error),
        }
    };
    let drained = run(loaded, "drain", &[])?;
    let never = Error::from(commands.submit(&[0; 5000]).unwrap_err());
    let (full, never) = (word(full.kind()), word(never.kind()));
    writeln!(output, "commands: {submitted} {drained}, sum {}, {full}, {never}", loaded.get_sum()?)?;

    let arena = Arena::new(loaded.map_arena()?)?;
    run(loaded, "fill_arena", &[])?;
    let page = arena.offset(loaded.get_made_at()?).unwrap_or(u64::MAX);
    let text: [u8; 2] = arena.get(page + 16)?;
    arena.set(page + 17, b"o")?;
    let after: [u8; 2] = arena.get(page + 16)?;
    let last = arena.size() - 4;
    arena.set(last, &7_u32)?;
    let number: u32 = arena.get(last)?;
    let beyond = arena.get::<u64>(last).unwrap_err();
    for (offset, length) in [(0, u32::MAX), (u64::MAX, 1), (u64::MAX, u32::MAX)] {
        let error = Error::from(arena.map().read_memory(offset, length).unwrap_err());
        assert_eq!(error.kind(), ErrorKind::WrongSize);
    }
    let (text, after) = (String::from_utf8_lossy(&text), String::from_utf8_lossy(&after));
    writeln!(output, "arena: {text} {after} {number}, {}, null {}", word(beyond.kind()), u8::from(arena.offset(0).is_some()))?;
    Ok(())
}

fn refused(loaded: &kinds::Loaded, output: &mut Output) -> Result<(), Error> {
    for name in ["socket_storage", "ring", "perf", "commands", "arena", "array_of_maps", "sockets", "interfaces"] {
        let map = loaded.object.map(name)?;
        let info = map.info();
        let value = vec![1; info.value_size as usize];
        let error = Error::from(map.update(&vec![0; info.key_size as usize], &value, Mode::Any).unwrap_err());
        writeln!(output, "{name}: {}", word(error.kind()))?;
    }
    // What a ring buffer has comes as events.
    drop(EventSource::open(&[Input::buffer(&loaded.map_ring()?)])?);
    Ok(())
}
