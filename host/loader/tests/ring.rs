//! What a reader of a ring buffer gets: every record, once, in order.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod common;

use std::sync::Arc;
use std::time::{Duration, Instant};

use common::{number, open_with};
use loader::{Batch, CPU_UNKNOWN, EventOptions, EventSource, Kind, Next, Object, Stop, Totals};

const FIXED: u64 = 0;
const VARIED: u64 = 1;
const DISCARD: u64 = 2;
/// The most that any test asks a batch to hold.
const ROOM: usize = 64 * 1024;

fn load(counter: Option<&str>) -> Object {
    let lost = counter.map(str::to_owned);
    open_with("ring", |description| {
        description
            .maps
            .iter_mut()
            .find(|map| map.name == "events")
            .unwrap()
            .lost = lost;
    })
    .load()
    .unwrap()
}

fn produce(object: &Object, first: u64, count: u64, mode: u64) {
    let input = [first, count, mode].map(u64::to_ne_bytes).concat();
    object.program("produce").unwrap().run(&input).unwrap();
}

fn source(object: &Object) -> EventSource {
    EventSource::open(&[object.map("events").unwrap()], EventOptions::default()).unwrap()
}

/// What is there now, without waiting.
fn take(source: &mut EventSource, max_bytes: usize, limit: Option<u64>) -> Batch {
    let mut batch = Batch::default();
    let next = source
        .next(
            max_bytes,
            Some(Instant::now()),
            &Stop::new().unwrap(),
            limit,
            &mut batch,
        )
        .unwrap();
    assert_eq!(next == Next::Batch, batch.records > 0);
    assert_eq!(batch.iter().count() as u64, batch.records);
    batch
}

fn sequences(batch: &Batch) -> Vec<u64> {
    batch
        .iter()
        .map(|record| u64::from_ne_bytes(record.data.get(..8).unwrap().try_into().unwrap()))
        .collect()
}

#[test]
fn records_come_whole_and_in_order_while_the_ring_goes_round() {
    let object = load(None);
    let mut source = source(&object);
    // 7 * 13 records of 96 bytes go round a ring of 16 KiB at another place each time.
    for round in 0..100 {
        produce(&object, round * 91, 91, FIXED);
        let batch = take(&mut source, ROOM, None);
        assert_eq!(sequences(&batch), (round * 91..(round + 1) * 91).collect::<Vec<_>>());
        for record in batch.iter() {
            assert_eq!((record.source, record.cpu, record.data.len()), (0, CPU_UNKNOWN, 88));
            assert!(record.data.get(16..).unwrap().iter().all(|byte| *byte == b'x'));
        }
    }
}

#[test]
fn records_of_any_length_are_told_apart() {
    let object = load(None);
    let mut source = source(&object);
    let mut expected = 0;
    for round in 0..100 {
        produce(&object, round * 50, 50, VARIED);
        for record in take(&mut source, ROOM, None).iter() {
            let sequence = u64::from_ne_bytes(record.data.get(..8).unwrap().try_into().unwrap());
            assert_eq!(sequence, expected);
            assert_eq!(record.data.len() as u64, 8 + sequence % 128);
            expected += 1;
        }
        assert_eq!(expected, (round + 1) * 50);
    }
}

#[test]
fn records_that_were_taken_back_do_not_show() {
    let object = load(None);
    let mut source = source(&object);
    for round in 0..20 {
        produce(&object, round * 100, 100, DISCARD);
        assert_eq!(
            source.unread(),
            (round * 100..(round + 1) * 100).filter(|n| n % 3 != 0).count() as u64
        );
        let kept: Vec<_> = (round * 100..(round + 1) * 100).filter(|n| n % 3 != 0).collect();
        assert_eq!(sequences(&take(&mut source, ROOM, None)), kept);
    }
    // Nothing but records that were taken back: nothing to hand out, and no end of waiting for it.
    produce(&object, 0, 1, DISCARD);
    assert_eq!(take(&mut source, ROOM, None).records, 0);
    assert_eq!(source.totals().delivered, number(&object, "produced"));
}

#[test]
fn records_that_were_taken_back_take_no_room_in_a_batch() {
    for stopped in [false, true] {
        let mut open = open_with("ring", |_| {});
        open.set_max_entries("events", 1 << 20).unwrap();
        let object = open.load().unwrap();
        let mut source = source(&object);
        // 96 bytes each: far more than the batch may hold.
        for _ in 0..6000 {
            produce(&object, 0, 1, DISCARD);
        }
        produce(&object, 7, 1, FIXED);
        let (stop, mut batch) = (Stop::new().unwrap(), Batch::default());
        if stopped {
            stop.request();
        }
        let deadline = Some(Instant::now());
        // The one that is there does not fit, and stays.
        let error = source.next(95, deadline, &stop, None, &mut batch).unwrap_err();
        assert_eq!(error.kind(), Kind::TooSmall { needed: 96 });
        assert_eq!(
            source.next(ROOM, deadline, &stop, None, &mut batch).unwrap(),
            Next::Batch
        );
        assert_eq!(sequences(&batch), [7]);
    }
}

#[test]
fn a_batch_holds_what_was_asked_for_and_never_part_of_a_record() {
    let object = load(None);
    let mut source = source(&object);
    produce(&object, 0, 100, FIXED);
    assert_eq!(sequences(&take(&mut source, ROOM, Some(3))), [0, 1, 2]);
    assert_eq!(sequences(&take(&mut source, 2 * 96 + 95, None)), [3, 4]);
    assert_eq!(sequences(&take(&mut source, 96, None)), [5]);
    assert_eq!(source.unread(), 94);

    let mut batch = Batch::default();
    let error = source
        .next(95, None, &Stop::new().unwrap(), None, &mut batch)
        .unwrap_err();
    assert_eq!(error.kind(), Kind::TooSmall { needed: 96 });
    assert_eq!(
        error.to_string(),
        "a record of map events needs 96 bytes, 95 were given"
    );
    assert_eq!(sequences(&take(&mut source, ROOM, None)), (6..100).collect::<Vec<_>>());
}

#[test]
fn what_is_produced_is_delivered_lost_or_unread() {
    for counter in ["lost", "lost_by_cpu"] {
        let object = load(Some(counter));
        let mut source = source(&object);
        for _ in 0..10 {
            produce(&object, 0, 1000, FIXED);
            take(&mut source, 4096, None);
        }
        let Totals {
            delivered,
            lost,
            unread,
            ..
        } = source.totals();
        // 16 KiB hold 170 records of 96 bytes.
        assert!(unread > 100 && unread <= 170, "{unread}");
        assert_eq!(delivered, 10 * (4096 / 96));
        assert_eq!(delivered + lost.unwrap() + unread, number(&object, "produced"));
        assert_eq!(lost.unwrap(), number(&object, "lost"), "{counter}");
    }
}

#[test]
fn without_a_counter_losses_are_unknown_and_not_none() {
    let object = load(None);
    let source = source(&object);
    produce(&object, 0, 1000, FIXED);
    assert_eq!(source.totals().lost, None);
}

#[test]
fn a_counter_must_be_one() {
    let (object, mut description) = common::compile("ring");
    description
        .maps
        .iter_mut()
        .find(|map| map.name == "events")
        .unwrap()
        .lost = Some("bytes".to_owned());
    let error = loader::OpenObject::open(&object, Arc::new(description), &Default::default()).unwrap_err();
    assert_eq!(error.kind(), Kind::InvalidInput);
    assert_eq!(
        error.to_string(),
        "map events names bytes as the counter of its losses: that is neither a u64 variable that can be written nor a \
         per-CPU array of one u64"
    );
}

#[test]
fn a_stop_request_wakes_a_reader_that_waits_for_nothing() {
    let object = load(None);
    let mut source = source(&object);
    let stop = Stop::new().unwrap();
    let (other, began) = (stop.clone(), Instant::now());
    let thread = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(50));
        other.request();
    });
    let next = source.next(ROOM, None, &stop, None, &mut Batch::default()).unwrap();
    assert_eq!(next, Next::Ended);
    assert!(began.elapsed() < Duration::from_secs(5));
    thread.join().unwrap();

    let stop = Stop::at(Instant::now() + Duration::from_millis(50)).unwrap();
    assert_eq!(
        source.next(ROOM, None, &stop, None, &mut Batch::default()).unwrap(),
        Next::Ended
    );
}

#[test]
fn after_a_stop_request_comes_what_lay_in_the_buffer_and_no_more() {
    let object = load(None);
    let mut source = source(&object);
    produce(&object, 0, 20, FIXED);
    let stop = Stop::new().unwrap();
    stop.request();
    let mut batch = Batch::default();
    assert_eq!(source.next(960, None, &stop, None, &mut batch).unwrap(), Next::Batch);
    assert_eq!(sequences(&batch), (0..10).collect::<Vec<_>>());
    produce(&object, 20, 20, FIXED);
    assert_eq!(source.next(ROOM, None, &stop, None, &mut batch).unwrap(), Next::Batch);
    assert_eq!(sequences(&batch), (10..20).collect::<Vec<_>>());
    for _ in 0..2 {
        assert_eq!(source.next(ROOM, None, &stop, None, &mut batch).unwrap(), Next::Ended);
        assert_eq!((batch.records, batch.data.len()), (0, 0));
    }
    assert_eq!(
        source.totals(),
        Totals {
            samples: 0,
            delivered: 20,
            lost: None,
            unread: 20
        }
    );
}

#[test]
fn a_wait_ends_with_its_deadline_and_says_that_nothing_came() {
    let object = load(None);
    let mut source = source(&object);
    let (stop, began) = (Stop::new().unwrap(), Instant::now());
    let wait = Duration::from_millis(30);
    let next = source
        .next(ROOM, Some(began + wait), &stop, None, &mut Batch::default())
        .unwrap();
    assert_eq!(next, Next::TimedOut);
    assert!(began.elapsed() >= wait);
    assert!(!source.is_ready());
    produce(&object, 0, 1, FIXED);
    assert!(source.is_ready());
}

#[test]
fn a_reader_that_waits_gets_all_from_a_producer_on_another_thread() {
    const ROUNDS: u64 = 2000;
    let object = load(Some("lost"));
    let mut source = source(&object);
    let stop = Stop::new().unwrap();
    let (other, producer) = (stop.clone(), object.clone());
    let thread = std::thread::spawn(move || {
        for round in 0..ROUNDS {
            produce(&producer, round * 5, 5, FIXED);
            std::thread::sleep(Duration::from_micros(50));
        }
        other.request();
    });
    let (mut batch, mut last, mut batches) = (Batch::default(), None, 0_u64);
    while source.next(ROOM, None, &stop, None, &mut batch).unwrap() == Next::Batch {
        batches += 1;
        for sequence in sequences(&batch) {
            assert!(last.is_none_or(|last| last < sequence), "{last:?} then {sequence}");
            last = Some(sequence);
        }
    }
    thread.join().unwrap();
    let totals = source.totals();
    assert_eq!(totals.delivered + totals.lost.unwrap() + totals.unread, ROUNDS * 5);
    assert!(batches < ROUNDS, "events should come in groups: {batches} batches");
}

#[test]
fn several_buffers_are_read_by_one_source_under_their_numbers() {
    let (one, two) = (load(None), load(None));
    let maps = [one.map("events").unwrap(), two.map("events").unwrap()];
    let mut source = EventSource::open(&maps, EventOptions::default()).unwrap();
    produce(&one, 100, 2, FIXED);
    produce(&two, 200, 3, FIXED);
    let batch = take(&mut source, ROOM, None);
    let mut found: Vec<_> = batch
        .iter()
        .map(|record| record.source)
        .zip(sequences(&batch))
        .collect();
    found.sort_unstable();
    assert_eq!(found, [(0, 100), (0, 101), (1, 200), (1, 201), (1, 202)]);
}

#[test]
fn a_map_that_is_no_buffer_is_refused_by_name() {
    let object = load(None);
    let error = EventSource::open(&[object.map("lost_by_cpu").unwrap()], EventOptions::default()).unwrap_err();
    assert_eq!(error.kind(), Kind::InvalidInput);
    assert_eq!(
        format!("{error:#}"),
        "map lost_by_cpu cannot be read as a buffer: it is a percpu_array map, neither a ring buffer nor a perf event array"
    );
}

#[test]
fn a_buffer_has_one_reader_at_a_time() {
    let object = load(None);
    let first = source(&object);
    let map = object.map("events").unwrap();
    let error = EventSource::open(std::slice::from_ref(&map), EventOptions::default()).unwrap_err();
    assert_eq!(error.kind(), Kind::InvalidInput);
    assert_eq!(error.to_string(), "map events has a reader already");
    drop(first);
    produce(&object, 5, 1, FIXED);
    assert_eq!(sequences(&take(&mut source(&object), ROOM, None)), [5]);
    assert!(EventSource::open(&[map.clone(), map], EventOptions::default()).is_err());
}
