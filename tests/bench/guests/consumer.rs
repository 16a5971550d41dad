//! A tool of one's own as people write it: the events have types, the SDK's output makes the lines, one flush a batch.

use eunomia::events::{EventSource, Input};
use eunomia::output::Json;
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
            show(event, &mut output);
        }
        output.flush()?;
    }
    program::detach(links)?;
    Ok(())
}

fn show(event: &workload::event, output: &mut Output) {
    output
        .put("{\"duration_ns\":")
        .put(event.duration_ns)
        .put(",\"pid\":")
        .put(event.pid)
        .put(",\"ppid\":")
        .put(event.ppid)
        .put(",\"uid\":")
        .put(event.uid)
        .put(",\"exit_code\":")
        .put(event.exit_code)
        .put(",\"sequence\":")
        .put(event.sequence)
        .put(",\"exit_event\":")
        .put(event.exit_event)
        .put(",\"monotonic_time_ns\":")
        .put(event.monotonic_time_ns)
        .put(",\"comm\":")
        .put(Json(&event.comm))
        .put(",\"filename\":")
        .put(Json(&event.filename))
        .put("}\n");
}
