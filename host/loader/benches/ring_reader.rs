//! What an event costs the reader: the batch reader beside libbpf's own, at several rates, in one run.
//!
//! A driver on one core runs a BPF program that puts records of 88 bytes into a ring of 256 KiB; the reader on the other looks at
//! the first bytes of each. Printed are CPU time of the reading thread for each event, how events came in groups, how long the
//! oldest waited, and what was lost. `cargo bench -p loader --bench ring_reader [-- SECONDS]`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark"
)]

#[path = "../tests/common/mod.rs"]
mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use common::{number, open_with};
use loader::{Batch, EventOptions, EventSource, Next, Object, Stop};
use rustix::thread::{CpuSet, sched_setaffinity};
use rustix::time::{ClockId, clock_gettime};

const RING: u32 = 256 * 1024;
const ROOM: usize = 256 * 1024;
/// Events a second; 0 is as fast as the driver can.
const RATES: [u64; 6] = [100, 1_000, 5_000, 20_000, 100_000, 0];

#[derive(Default)]
struct Seen {
    events: u64,
    groups: u64,
    /// Nanoseconds from an event to its reader: of the oldest of all, and the sum.
    oldest: u64,
    waited: u64,
    sum: u64,
}

impl Seen {
    fn event(&mut self, data: &[u8], now: u64) {
        let word = |at: usize| u64::from_ne_bytes(data.get(at..at + 8).unwrap().try_into().unwrap());
        let wait = now.saturating_sub(word(8));
        self.oldest = self.oldest.max(wait);
        self.waited += wait;
        self.sum = self.sum.wrapping_add(word(0));
        self.events += 1;
    }
}

fn main() {
    let seconds = std::env::args()
        .filter_map(|argument| argument.parse::<u64>().ok())
        .next()
        .unwrap_or(2);
    println!(
        "{:>9} {:8} {:>9} {:>8} {:>8} {:>8} {:>9} {:>9} {:>8}",
        "events/s", "reader", "events", "ns/event", "groups", "sleeps", "mean wait", "oldest", "lost"
    );
    for rate in RATES {
        for (name, read) in [("batch", batches as fn(&Object, &Stop) -> Seen), ("libbpf", libbpf)] {
            run(rate, Duration::from_secs(seconds), name, read);
        }
    }
}

fn run(rate: u64, time: Duration, name: &str, read: fn(&Object, &Stop) -> Seen) {
    let mut open = open_with("ring", |description| {
        description
            .maps
            .iter_mut()
            .find(|map| map.name == "events")
            .unwrap()
            .lost = Some("lost".to_owned());
    });
    open.set_max_entries("events", RING).unwrap();
    let object = open.load().unwrap();
    let stop = Stop::new().unwrap();
    let go = Arc::new(AtomicBool::new(false));
    let driver = std::thread::spawn({
        let (object, stop, go) = (object.clone(), stop.clone(), go.clone());
        move || {
            pin(0);
            while !go.load(Ordering::Acquire) {
                std::thread::yield_now();
            }
            drive(&object, rate, time);
            stop.request();
        }
    });
    let (seen, cpu, sleeps) = std::thread::spawn({
        let (object, stop) = (object.clone(), stop.clone());
        move || {
            pin(1);
            let (before, sleeps) = (cpu_time(), switches());
            go.store(true, Ordering::Release);
            let seen = read(&object, &stop);
            (seen, cpu_time() - before, switches() - sleeps)
        }
    })
    .join()
    .unwrap();
    driver.join().unwrap();
    let each = cpu.as_nanos() as f64 / seen.events.max(1) as f64;
    let micros = |nanos: u64| format!("{:.1}µs", nanos as f64 / 1000.0);
    println!(
        "{:>9} {name:8} {:>9} {each:>8.1} {:>8} {sleeps:>8} {:>9} {:>9} {:>8}",
        if rate == 0 {
            "flat out".to_owned()
        } else {
            rate.to_string()
        },
        seen.events,
        seen.groups,
        micros(seen.waited / seen.events.max(1)),
        micros(seen.oldest),
        number(&object, "lost"),
    );
    std::hint::black_box(seen.sum);
}

fn batches(object: &Object, stop: &Stop) -> Seen {
    let mut source = EventSource::open(&[object.map("events").unwrap()], EventOptions::default()).unwrap();
    let (mut batch, mut seen) = (Batch::default(), Seen::default());
    while source.next(ROOM, None, stop, None, &mut batch).unwrap() == Next::Batch {
        let now = monotonic();
        batch.iter().for_each(|record| seen.event(record.data, now));
        seen.groups += 1;
    }
    seen
}

fn libbpf(object: &Object, stop: &Stop) -> Seen {
    use std::cell::RefCell;
    use std::os::fd::AsFd;
    let map = libbpf_rs::MapHandle::from_map_id(object.map("events").unwrap().info().id).unwrap();
    assert!(map.as_fd().try_clone_to_owned().is_ok());
    let seen = RefCell::new((Seen::default(), 0));
    let mut builder = libbpf_rs::RingBufferBuilder::new();
    builder
        .add(&map, |data| {
            let (seen, now) = &mut *seen.borrow_mut();
            if *now == 0 {
                *now = monotonic();
            }
            seen.event(data, *now);
            0
        })
        .unwrap();
    let ring = builder.build().unwrap();
    while !stop.is_requested() {
        seen.borrow_mut().1 = 0;
        ring.poll(Duration::from_millis(100)).unwrap();
        seen.borrow_mut().0.groups += 1;
    }
    drop(ring);
    seen.into_inner().0
}

/// Runs the program: one event at a time on its beat, or many at a time without one.
fn drive(object: &Object, rate: u64, time: Duration) {
    let program = object.program("produce").unwrap();
    let began = Instant::now();
    let mut sent = 0_u64;
    while began.elapsed() < time {
        let count = if rate == 0 { 256 } else { 1 };
        program.run(&[sent, count, 0].map(u64::to_ne_bytes).concat()).unwrap();
        sent += count;
        let Some(due) = (sent * 1_000_000_000).checked_div(rate) else {
            continue;
        };
        let next = began + Duration::from_nanos(due);
        let rest = next.saturating_duration_since(Instant::now());
        std::thread::sleep(rest.saturating_sub(Duration::from_millis(1)));
        while Instant::now() < next {
            std::hint::spin_loop();
        }
    }
}

fn pin(cpu: usize) {
    let mut set = CpuSet::new();
    set.set(cpu);
    sched_setaffinity(None, &set).unwrap();
}

fn cpu_time() -> Duration {
    clock_gettime(ClockId::ThreadCPUTime).try_into().unwrap()
}

fn monotonic() -> u64 {
    let now: Duration = clock_gettime(ClockId::Monotonic).try_into().unwrap();
    now.as_nanos() as u64
}

/// How often this thread has gone to sleep.
fn switches() -> u64 {
    let status = std::fs::read_to_string("/proc/thread-self/status").unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("voluntary_ctxt_switches"))
        .unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
