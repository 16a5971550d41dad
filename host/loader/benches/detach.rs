//! How long the kernel takes to let go of tracepoints, one after the other and side by side, in one run.
//! `cargo bench -p loader --bench detach`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark"
)]

#[path = "../tests/common/mod.rs"]
mod common;

use std::time::{Duration, Instant};

use common::{load, with_tracefs};
use loader::{Link, Object, detach_all};

const POINTS: [&str; 6] = [
    "sched_process_exec",
    "sched_process_exit",
    "sched_process_fork",
    "sched_process_free",
    "sched_process_hang",
    "sched_process_wait",
];

fn main() {
    with_tracefs(|| {
        let object = load("tool");
        println!("{:>11} {:>14} {:>14}", "tracepoints", "one by one", "side by side");
        for count in 1..=POINTS.len() {
            let in_turn = (0..3).map(|_| time(&object, count, drop)).min().unwrap();
            let at_once = (0..3)
                .map(|_| time(&object, count, |links| detach_all(links).unwrap()))
                .min()
                .unwrap();
            println!("{count:>11} {in_turn:>14.1?} {at_once:>14.1?}");
        }
    });
}

fn time(object: &Object, count: usize, detach: impl Fn(Vec<Link>)) -> Duration {
    let program = object.program("handle_exec").unwrap();
    let links = POINTS
        .iter()
        .take(count)
        .map(|name| {
            program
                .attach_to(
                    &package::Target::Tracepoint {
                        category: "sched".into(),
                        name: (*name).into(),
                    },
                    None,
                )
                .unwrap()
        })
        .collect();
    let began = Instant::now();
    detach(links);
    began.elapsed()
}
