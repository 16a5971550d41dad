//! Puts entries into maps of each kind and prints what comes out.

use eunomia::Error;
use eunomia::map::{LpmTrie, Map, Mode, Queue, StackTraces, TypedMap};

#[rustfmt::skip]
#[path = "../skel/maps.rs"]
mod maps;

use maps::Loaded;

/// Entries of a table.
const COUNT: u32 = 100;

fn main() {
    eunomia::run(tool);
}

fn tool() -> Result<(), Error> {
    let loaded = maps::open()?.load()?;
    tables(&loaded)?;
    let trie: LpmTrie<[u8; 4], u32> = LpmTrie::new(loaded.object.map("trie")?)?;
    trie.set(8, &[10, 0, 0, 0], &1, Mode::Any)?;
    trie.set(16, &[10, 1, 0, 0], &2, Mode::Any)?;
    let found = trie.get(&[10, 1, 2, 3])?.unwrap_or_default();
    let entries = trie.entries()?.len();
    trie.delete(16, &[10, 1, 0, 0])?;
    println!("trie: {found} of {entries}, then {}", trie.get(&[10, 1, 2, 3])?.unwrap_or_default());
    for name in ["queue", "stack"] {
        let queue: Queue<u32> = Queue::new(loaded.object.map(name)?)?;
        for number in 1..=3 {
            queue.push(&number)?;
        }
        let popped = queue.pop()?.unwrap_or_default();
        println!("{name}: {popped}, then {}", queue.map().lookup_and_delete_batch(None, 10)?.count);
    }
    held(&loaded)
}

/// Writes numbers as keys and as the beginnings of values; gives back how many there are, and their sum.
fn fill(map: &Map) -> Result<(), Error> {
    let info = map.info();
    let keys: Vec<u8> = (0..COUNT).flat_map(u32::to_ne_bytes).collect();
    let mut values = Vec::new();
    for number in 0..COUNT {
        let end = values.len() + info.value_size as usize;
        values.extend_from_slice(&number.to_ne_bytes());
        values.resize(end, 0);
    }
    map.update_batch(&keys, &values, Mode::Any)?;
    Ok(())
}

/// How many entries there are whose value begins with their key, and the sum of the keys.
fn read(map: &Map, delete: bool) -> Result<(u32, u32), Error> {
    let value = map.info().value_size as usize;
    let (mut count, mut sum, mut start) = (0, 0, None::<Vec<u8>>);
    loop {
        let entries = if delete {
            map.lookup_and_delete_batch(start.as_deref(), 70)?
        } else {
            map.lookup_batch(start.as_deref(), 70)?
        };
        for (key, value) in entries.keys.chunks(4).zip(entries.values.chunks(value)) {
            if value.starts_with(key) {
                count += 1;
                sum += u32::from_ne_bytes(key.try_into().unwrap_or_default());
            }
        }
        start = entries.next;
        if start.is_none() {
            return Ok((count, sum));
        }
    }
}

fn tables(loaded: &Loaded) -> Result<(), Error> {
    for name in ["hash", "lru", "large", "percpu"] {
        let map = loaded.object.map(name)?;
        fill(&map)?;
        let (all, _) = read(&map, false)?;
        let taken = map.lookup_and_delete(&7_u32.to_ne_bytes())?.unwrap_or_default();
        let (left, _) = read(&map, true)?;
        let (after, _) = read(&map, false)?;
        let taken = taken.first().copied().unwrap_or_default();
        println!("{name}: {all} read, {taken} taken, {left} left, {after} after");
    }
    for name in ["array", "percpu_array"] {
        let map = loaded.object.map(name)?;
        fill(&map)?;
        let (all, sum) = read(&map, false)?;
        println!("{name}: {all} read, sum {sum}");
    }
    Ok(())
}

fn run(loaded: &Loaded, program: &str) -> Result<u32, Error> {
    Ok(loaded.object.program(program)?.run(&[0; 16])?.value)
}

/// Maps and programs in maps, and stack traces.
fn held(loaded: &Loaded) -> Result<(), Error> {
    let (first, second) = (loaded.map_first()?, loaded.map_second()?);
    let (array, hash) = (loaded.map_array_of_maps()?, loaded.map_hash_of_maps()?);
    first.set(&5, &100, Mode::Any)?;
    for outer in [&array, &hash] {
        outer.insert_map(&3_u32.to_ne_bytes(), second.map())?;
        outer.insert_map(&90_u32.to_ne_bytes(), first.map())?;
    }
    let count = array.lookup_batch(None, 1000)?.count;
    let counted = run(loaded, "count")?;
    array.delete(&90_u32.to_ne_bytes())?;
    println!("array_of_maps: {count} read, counted {counted}, without {}", run(loaded, "count")?);
    let count = hash.lookup_batch(None, 1000)?.count;
    println!("hash_of_maps: {count} read, {} taken", hash.lookup_and_delete_batch(None, 1000)?.count);

    let programs: TypedMap<u32, u32> = TypedMap::new(loaded.map_programs()?)?;
    let before = run(loaded, "call")?;
    loaded.program_seven()?.insert(programs.map(), &3_u32.to_ne_bytes())?;
    let (with, listed) = (run(loaded, "call")?, programs.iter().count());
    programs.delete(&3)?;
    println!("programs: {before} {with} {}, {listed} read", run(loaded, "call")?);

    let stacks = StackTraces::new(loaded.object.map("stacks")?)?;
    let trace = stacks.get(run(loaded, "take_stack")?.cast_signed())?;
    println!("stacks: {} read", u8::from(trace.is_some_and(|trace| trace.len() > 1)));
    Ok(())
}
