//! A tool of one's own as people write it: the events have types, `write!` makes the lines, one flush a batch.

use std::io::Write;

use eunomia::events::{EventSource, Input};
use eunomia::{Error, Output, program};

#[rustfmt::skip]
#[path = "../skel/workload.rs"]
mod workload;

fn main() {
    eunomia::run(tool);
}

fn tool() -> Result<(), Error> {
    let loaded = workload::open()?.load()?;
    let events = loaded.map_events()?;
    let source = EventSource::open(&[Input::buffer(&events)])?;
    let links = loaded.attach()?;
    let mut output = Output::new();
    for batch in source.batches() {
        for record in &batch? {
            let event: &workload::event = record.read()?;
            writeln!(
                output,
                "{{\"duration_ns\":{},\"pid\":{},\"ppid\":{},\"uid\":{},\"exit_code\":{},\"sequence\":{},\"exit_event\":{},\
                 \"monotonic_time_ns\":{},\"comm\":\"{}\",\"filename\":\"{}\"}}",
                event.duration_ns,
                event.pid,
                event.ppid,
                event.uid,
                event.exit_code,
                event.sequence,
                event.exit_event.get(),
                event.monotonic_time_ns,
                event.comm,
                event.filename,
            )?;
        }
        output.flush()?;
    }
    program::detach(links)?;
    Ok(())
}
