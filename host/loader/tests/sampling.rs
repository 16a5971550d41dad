//! Maps that are read at an interval: whole, each on its own clock, and once more at the end.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod common;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use common::load;
use loader::{
    Batch, CPU_UNKNOWN, EventOptions, EventSource, Input, Kind, Map, Next, Sampling, Stop, Totals, UpdateMode,
};

const HOUR: Sampling = Sampling {
    interval: Duration::from_secs(3600),
    clear: false,
    per_cpu: false,
};
const ROOM: usize = 256 * 1024;

/// A source, the key as a number, and the value's numbers; none for the end of a sample.
type Entry = (u16, Option<(u32, Vec<u32>)>);

fn source(inputs: &[(&Map, Sampling)]) -> EventSource {
    let inputs = inputs.iter().map(|(map, sampling)| Input {
        map: (*map).clone(),
        sampling: Some(*sampling),
    });
    EventSource::of(inputs.collect(), EventOptions::default()).unwrap()
}

fn numbers(bytes: &[u8]) -> Vec<u32> {
    let (words, rest) = bytes.as_chunks::<4>();
    assert!(rest.is_empty());
    words.iter().map(|word| u32::from_ne_bytes(*word)).collect()
}

/// Entries of maps whose key has four bytes.
fn entries(batch: &Batch) -> Vec<Entry> {
    let entries = batch.iter().map(|record| {
        let entry = record
            .data
            .split_at_checked(8)
            .map(|(key, value)| (*numbers(key).first().unwrap(), numbers(value)));
        (record.source, entry)
    });
    entries.collect()
}

/// One batch, of which `next` says what it is. It waits for at most 30 seconds.
fn next(source: &mut EventSource, room: usize, stop: &Stop) -> (Next, Batch) {
    let mut batch = Batch::default();
    let deadline = Some(Instant::now() + Duration::from_secs(30));
    let next = source.next(room, deadline, stop, None, &mut batch).unwrap();
    (next, batch)
}

fn fill(map: &Map, keys: impl Iterator<Item = u32>) {
    for key in keys {
        let value = [key * 2, key * 3].map(u32::to_ne_bytes).concat();
        map.update(&key.to_ne_bytes(), &value, UpdateMode::Any).unwrap();
    }
}

#[test]
fn a_map_is_read_at_once_and_its_end_is_said() {
    let object = load("tool");
    let pairs = object.map("pairs").unwrap();
    fill(&pairs, 7..9);
    let mut source = source(&[(&pairs, HOUR)]);
    assert!(source.is_ready());
    let (found, batch) = next(&mut source, ROOM, &Stop::new().unwrap());
    assert_eq!(found, Next::Batch);
    let mut found = entries(&batch);
    assert_eq!(found.pop(), Some((0, None)));
    found.sort();
    assert_eq!(found, [(0, Some((7, vec![14, 21]))), (0, Some((8, vec![16, 24])))]);
    assert_eq!((batch.records, batch.samples), (2, 1));
    assert!(batch.iter().all(|record| record.cpu == CPU_UNKNOWN));
    assert!(!source.is_ready(), "the next sample is an hour away");
    let totals = Totals {
        samples: 1,
        lost: Some(0),
        ..Totals::default()
    };
    assert_eq!(source.totals(), totals);
    // It is nobody's own: another reader may have it too.
    assert!(
        object
            .map("pairs")
            .unwrap()
            .lookup(&7_u32.to_ne_bytes())
            .unwrap()
            .is_some()
    );
}

#[test]
fn a_sample_that_is_larger_than_a_batch_comes_in_several() {
    let object = load("tool");
    let pairs = object.map("pairs").unwrap();
    fill(&pairs, 0..1000);
    let mut source = source(&[(&pairs, HOUR)]);
    let stop = Stop::new().unwrap();
    let (mut found, mut batches) = (Vec::new(), 0);
    while found.last() != Some(&(0, None)) {
        let (next, batch) = next(&mut source, 1000, &stop);
        assert_eq!(next, Next::Batch);
        assert!(batch.data.len() * 8 <= 1000);
        found.extend(entries(&batch));
        batches += 1;
    }
    assert!(batches >= 24, "{batches} batches of 41 entries");
    let mut keys: Vec<u32> = found.into_iter().filter_map(|(_, entry)| Some(entry?.0)).collect();
    keys.sort_unstable();
    assert_eq!(keys, (0..1000).collect::<Vec<_>>());
    let error = source_of_one(&object.map("pairs").unwrap()).next(16, None, &stop, None, &mut Batch::default());
    assert_eq!(error.unwrap_err().kind(), Kind::TooSmall { needed: 24 });
}

fn source_of_one(map: &Map) -> EventSource {
    source(&[(map, HOUR)])
}

#[test]
fn each_map_has_its_own_clock() {
    let object = load("tool");
    let (pairs, by_cpu) = (object.map("pairs").unwrap(), object.map("by_cpu").unwrap());
    let every = |milliseconds| Sampling {
        interval: Duration::from_millis(milliseconds),
        ..HOUR
    };
    let mut source = source(&[(&pairs, every(40)), (&by_cpu, HOUR)]);
    let (stop, mut samples) = (Stop::new().unwrap(), [0, 0]);
    let began = Instant::now();
    while samples.iter().sum::<u32>() < 5 {
        let (_, batch) = next(&mut source, ROOM, &stop);
        for (source, entry) in entries(&batch) {
            assert_eq!(entry, None, "the maps are empty");
            *samples.get_mut(usize::from(source)).unwrap() += 1;
        }
    }
    assert_eq!(samples, [4, 1]);
    assert!(
        began.elapsed() >= Duration::from_millis(120),
        "three intervals lie between four samples"
    );
}

#[test]
fn what_is_cleared_comes_once_and_arrays_begin_at_zero_again() {
    let object = load("tool");
    let pairs = object.map("pairs").unwrap();
    let sampling = Sampling {
        interval: Duration::from_millis(10),
        clear: true,
        per_cpu: false,
    };
    fill(&pairs, 0..500);
    let mut source = source(&[(&pairs, sampling)]);
    let stop = Stop::new().unwrap();
    let (_, batch) = next(&mut source, ROOM, &stop);
    assert_eq!((batch.records, batch.samples), (500, 1));
    assert_eq!(pairs.next_key(None).unwrap(), None, "all of them are deleted");
    assert_eq!(source.totals().lost, None, "nobody knows what came in between");
    fill(&pairs, 3..4);
    let (_, batch) = next(&mut source, ROOM, &stop);
    assert_eq!(entries(&batch), [(0, Some((3, vec![6, 9]))), (0, None)]);

    let counters = load("ring").map("lost_by_cpu").unwrap();
    let ones = 1_u64.to_ne_bytes().repeat(counters.info().cpus as usize);
    counters.update(&[0; 4], &ones, UpdateMode::Any).unwrap();
    let (_, batch) = next(&mut self::source(&[(&counters, sampling)]), ROOM, &stop);
    assert_eq!((batch.records, batch.samples), (1, 1));
    let zeros = 0_u64.to_ne_bytes().repeat(counters.info().cpus as usize);
    assert_eq!(counters.lookup(&[0; 4]).unwrap().unwrap(), zeros);
}

#[test]
fn a_queue_is_emptied_in_its_order_or_not_sampled() {
    let object = load("tool");
    let queue = object.map("queue").unwrap();
    for number in [5_u32, 3, 9] {
        queue.update(&[], &number.to_ne_bytes(), UpdateMode::Any).unwrap();
    }
    let clear = Sampling { clear: true, ..HOUR };
    let mut source = source(&[(&queue, clear)]);
    let (_, batch) = next(&mut source, ROOM, &Stop::new().unwrap());
    assert_eq!(source.totals().lost, Some(0));
    let values: Vec<Vec<u32>> = batch.iter().map(|record| numbers(record.data)).collect();
    assert_eq!(values, [vec![5], vec![3], vec![9], vec![]]);

    let input = Input {
        map: queue,
        sampling: Some(HOUR),
    };
    let error = EventSource::of(vec![input], EventOptions::default()).unwrap_err();
    assert_eq!(
        format!("{error:#}"),
        "map queue cannot be sampled: it is a queue map: it can only be read by taking its elements out"
    );
    assert!(error.hint().unwrap().contains("clear_map"), "{error:?}");
    let input = Input {
        map: object.map("events").unwrap(),
        sampling: Some(HOUR),
    };
    let error = EventSource::of(vec![input], EventOptions::default()).unwrap_err();
    assert_eq!(
        format!("{error:#}"),
        "map events cannot be sampled: it is a ringbuf map: it holds events, which are read as they come and not at an interval"
    );
}

#[test]
fn the_values_of_all_cpus_come_together_or_one_by_one() {
    let object = load("tool");
    let by_cpu = object.map("by_cpu").unwrap();
    let cpus = by_cpu.info().cpus;
    let value: Vec<u8> = (0..cpus)
        .flat_map(|cpu| [cpu + 10, 0])
        .flat_map(u32::to_ne_bytes)
        .collect();
    by_cpu.update(&7_u32.to_ne_bytes(), &value, UpdateMode::Any).unwrap();
    let stop = Stop::new().unwrap();
    let (_, batch) = next(&mut source(&[(&by_cpu, HOUR)]), ROOM, &stop);
    assert_eq!(entries(&batch), [(0, Some((7, numbers(&value)))), (0, None)]);

    let single = Sampling { per_cpu: true, ..HOUR };
    let (_, batch) = next(&mut source(&[(&by_cpu, single)]), ROOM, &stop);
    let expected: Vec<Entry> = (0..cpus).map(|cpu| (0, Some((7, vec![cpu + 10, 0])))).collect();
    assert_eq!(entries(&batch), [expected, vec![(0, None)]].concat());
    let numbers: Vec<u16> = batch.iter().map(|record| record.cpu).collect();
    assert_eq!(numbers, (0..cpus as u16).chain([CPU_UNKNOWN]).collect::<Vec<_>>());
}

#[test]
fn the_end_brings_one_more_sample_and_no_event_waits_for_it() {
    let object = load("ring");
    let (counters, events) = (object.map("lost_by_cpu").unwrap(), object.map("events").unwrap());
    let inputs = vec![
        Input {
            map: counters.clone(),
            sampling: Some(HOUR),
        },
        Input::from(&events),
    ];
    let mut source = EventSource::of(inputs, EventOptions::default()).unwrap();
    let stop = Stop::new().unwrap();
    let (_, first) = next(&mut source, ROOM, &stop);
    assert_eq!((first.records, first.samples), (1, 1));

    let input = [40_u64, 2, 0].map(u64::to_ne_bytes).concat();
    object.program("produce").unwrap().run(&input).unwrap();
    let (_, batch) = next(&mut source, ROOM, &stop);
    assert_eq!(batch.iter().map(|record| record.source).collect::<Vec<_>>(), [1, 1]);

    let fives = 5_u64.to_ne_bytes().repeat(counters.info().cpus as usize);
    counters.update(&[0; 4], &fives, UpdateMode::Any).unwrap();
    stop.request();
    let (found, last) = next(&mut source, ROOM, &stop);
    assert_eq!((found, last.records, last.samples), (Next::Batch, 1, 1));
    assert_eq!(last.iter().next().unwrap().data.get(8..).unwrap(), fives);
    assert_eq!(next(&mut source, ROOM, &stop).0, Next::Ended);
    let totals = source.totals();
    assert_eq!((totals.delivered, totals.samples, totals.unread), (2, 2, 0));
}

#[test]
fn a_limit_counts_events_and_samples() {
    let object = load("tool");
    let pairs = object.map("pairs").unwrap();
    fill(&pairs, 0..10);
    let mut source = source(&[(&pairs, HOUR), (&object.map("by_cpu").unwrap(), HOUR)]);
    let (stop, mut batch) = (Stop::new().unwrap(), Batch::default());
    assert_eq!(
        source.next(ROOM, None, &stop, Some(1), &mut batch).unwrap(),
        Next::Batch
    );
    assert_eq!(
        (batch.records, batch.samples),
        (10, 1),
        "a sample is whole, and the other map waits"
    );
}

#[test]
fn a_large_sample_keeps_no_event_waiting() {
    let (object, ring) = (load("tool"), load("ring"));
    let pairs = object.map("pairs").unwrap();
    fill(&pairs, 0..1000);
    let inputs = vec![
        Input {
            map: pairs,
            sampling: Some(HOUR),
        },
        Input::from(&ring.map("events").unwrap()),
    ];
    let mut source = EventSource::of(inputs, EventOptions::default()).unwrap();
    let input = [1_u64, 2, 0].map(u64::to_ne_bytes).concat();
    ring.program("produce").unwrap().run(&input).unwrap();
    let stop = Stop::new().unwrap();
    let (_, first) = next(&mut source, 1000, &stop);
    assert!(first.iter().all(|record| record.source == 0), "the sample fills it");
    let (_, second) = next(&mut source, 1000, &stop);
    assert_eq!(
        second.iter().take(2).map(|record| record.source).collect::<Vec<_>>(),
        [1, 1]
    );
    assert!(second.iter().any(|record| record.source == 0), "and the sample goes on");
}

#[test]
fn keys_that_vanish_while_they_are_read_are_left_out() {
    let object = load("tool");
    let pairs = object.map("pairs").unwrap();
    fill(&pairs, 0..500);
    let ends = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            // Half of the keys come and go.
            while !ends.load(Ordering::Relaxed) {
                for key in 0..250_u32 {
                    pairs.delete(&key.to_ne_bytes()).ok();
                }
                fill(&pairs, 0..250);
            }
        });
        for _ in 0..200 {
            let mut source = source_of_one(&pairs);
            let (_, batch) = next(&mut source, ROOM, &Stop::new().unwrap());
            let mut found: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
            for (_, entry) in entries(&batch) {
                let Some((key, value)) = entry else { continue };
                assert_eq!(value, [key * 2, key * 3]);
                found.insert(key, value);
            }
            assert!((250..500).all(|key| found.contains_key(&key)), "what stays is there");
            // So few are read one by one, as all are where the kernel has no batches.
            let few = pairs.lookup_batch(None, 50).unwrap();
            assert_eq!(
                (few.keys.len(), few.values.len()),
                (4 * few.count as usize, 8 * few.count as usize)
            );
        }
        ends.store(true, Ordering::Relaxed);
    });
}

#[test]
fn a_batch_without_records_tells_the_time_too() {
    let object = load("tool");
    let mut source = source_of_one(&object.map("pairs").unwrap());
    let stop = Stop::new().unwrap();
    let (_, sample) = next(&mut source, ROOM, &stop);
    let mut batch = Batch::default();
    let found = source
        .next(ROOM, Some(Instant::now()), &stop, None, &mut batch)
        .unwrap();
    assert_eq!((found, batch.data.len()), (Next::TimedOut, 0));
    assert!(batch.time_ns >= sample.time_ns && sample.time_ns > 0);
}
