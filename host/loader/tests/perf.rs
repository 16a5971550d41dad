//! What a reader of perf buffers gets, and what it is told of losses.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod common;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use common::{load, number, open_with};
use loader::{Batch, EventOptions, EventSource, Kind, Next, Object, Stop, Totals};

const ROOM: usize = 1 << 20;

fn produce(object: &Object, count: u64) {
    object
        .program("produce")
        .unwrap()
        .run(&[count.to_ne_bytes(), [0; 8]].concat())
        .unwrap();
}

fn source(object: &Object, perf_pages: u32) -> EventSource {
    EventSource::open(&[object.map("events").unwrap()], EventOptions { perf_pages }).unwrap()
}

fn take(source: &mut EventSource, max_bytes: usize) -> Batch {
    let mut batch = Batch::default();
    source
        .next(max_bytes, Some(Instant::now()), &Stop::new().unwrap(), None, &mut batch)
        .unwrap();
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
fn records_come_in_order_for_each_cpu_with_its_number_and_their_own_length() {
    let object = load("perf");
    let mut source = source(&object, 8);
    let mut found = Vec::new();
    for _ in 0..50 {
        produce(&object, 40);
        let batch = take(&mut source, ROOM);
        for record in batch.iter() {
            assert_eq!((record.source, record.data.len()), (0, 88));
            assert!(usize::from(record.cpu) < std::thread::available_parallelism().unwrap().get());
        }
        found.extend(sequences(&batch));
    }
    // A run stays on one CPU, and each round was read before the next.
    assert_eq!(found, (0..2000).collect::<Vec<_>>());
    assert_eq!(
        source.totals(),
        Totals {
            samples: 0,
            delivered: 2000,
            lost: Some(0),
            unread: 0
        }
    );
}

#[test]
fn a_batch_is_never_larger_than_asked_for() {
    let object = load("perf");
    let mut source = source(&object, 8);
    produce(&object, 100);
    assert_eq!(sequences(&take(&mut source, 3 * 96 + 95)), [0, 1, 2]);
    assert_eq!(source.unread(), 97);
    let error = source
        .next(95, None, &Stop::new().unwrap(), None, &mut Batch::default())
        .unwrap_err();
    assert_eq!(error.kind(), Kind::TooSmall { needed: 96 });
    assert_eq!(sequences(&take(&mut source, ROOM)), (3..100).collect::<Vec<_>>());
}

#[test]
fn losses_are_told_exactly_and_once() {
    let object = load("perf");
    let mut source = source(&object, 1);
    let stop = Stop::new().unwrap();
    let (mut delivered, mut lost, mut batch) = (0, 0, Batch::default());
    for _ in 0..5 {
        produce(&object, 500);
        let batch = take(&mut source, ROOM);
        delivered += batch.records;
        lost += batch.lost;
    }
    produce(&object, 500);
    let totals = source.totals();
    assert_eq!(totals.delivered + totals.lost.unwrap() + totals.unread, 3000);
    assert_eq!(totals.lost.unwrap(), number(&object, "failed"));
    assert!(totals.lost.unwrap() > 2000);
    stop.request();
    while source.next(ROOM, None, &stop, None, &mut batch).unwrap() == Next::Batch {
        delivered += batch.records;
        lost += batch.lost;
    }
    // The last losses have no record in the buffer that tells of them.
    assert_eq!((delivered + lost, lost), (3000, number(&object, "failed")));
}

#[test]
fn a_stop_ends_the_reading_while_records_are_still_being_lost() {
    let object = load("perf");
    let mut source = source(&object, 1);
    let (stop, done) = (Stop::new().unwrap(), AtomicBool::new(false));
    let ended = std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                produce(&object, 1000);
            }
        });
        while source.totals().lost == Some(0) {
            std::thread::sleep(Duration::from_millis(1));
        }
        stop.request();
        let mut batch = Batch::default();
        let ended = (0..10).any(|_| {
            std::thread::sleep(Duration::from_millis(20));
            source.next(ROOM, None, &stop, None, &mut batch).unwrap() == Next::Ended
        });
        done.store(true, Ordering::Relaxed);
        ended
    });
    assert!(ended, "each of 10 calls after the stop gave another batch");
}

#[test]
fn a_counter_that_two_maps_share_is_in_the_totals_once() {
    let object = open_with("perf", |description| {
        for map in &mut description.maps {
            map.lost = ["events", "more_events"]
                .contains(&map.name.as_str())
                .then(|| "failed".to_owned());
        }
    })
    .load()
    .unwrap();
    let maps = ["events", "more_events"].map(|name| object.map(name).unwrap());
    let source = EventSource::open(&maps, EventOptions { perf_pages: 1 }).unwrap();
    produce(&object, 500);
    let failed = number(&object, "failed");
    assert!(failed > 0);
    assert_eq!([source.lost(0), source.lost(1)], [Some(failed); 2]);
    assert_eq!(source.totals().lost, Some(failed));
}

#[test]
fn more_pages_than_a_buffer_may_have_are_refused() {
    let object = load("perf");
    let maps = [object.map("events").unwrap()];
    let error = EventSource::open(&maps, EventOptions { perf_pages: 32768 }).unwrap_err();
    assert_eq!(error.kind(), Kind::InvalidInput);
    assert_eq!(
        format!("{error:#}"),
        "map events cannot be read as a buffer: a perf buffer of 32768 pages: each CPU has 16384 at most"
    );
}

#[test]
fn a_number_of_pages_that_is_no_power_of_two_is_refused() {
    let object = load("perf");
    let maps = [object.map("events").unwrap()];
    let error = EventSource::open(&maps, EventOptions { perf_pages: 3 }).unwrap_err();
    assert_eq!(
        format!("{error:#}"),
        "map events cannot be read as a buffer: a perf buffer of 3 pages: the number must be a power of two"
    );
}
