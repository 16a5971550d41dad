//! Every power of the SDK on the object of layouts.bpf.c; each line that it prints is expected by the test.

use std::io::Write;
use std::time::Duration;

use eunomia::bytemuck::Zeroable;
use eunomia::events::{self, EventSource, Input};
use eunomia::map::Mode;
use eunomia::program::Target;
use eunomia::{Error, ErrorKind, Output, program};

#[rustfmt::skip]
#[path = "../skel/layouts.rs"]
mod layouts;

fn main() {
    eunomia::run(tool);
}

fn tool() -> Result<(), Error> {
    let mut output = Output::new();
    let mut start = layouts::inner::zeroed();
    start.tag = b'z';
    let loaded = layouts::open()?
        .set_start(start)?
        .set_label("mine".into())?
        .set_level(layouts::constants::HIGH)?
        .load()?;

    // One value a CPU.
    let counts = loaded.map_counts()?;
    let cpus = counts.get(&0)?.map_or(0, |values| values.len());
    let mut values = vec![layouts::inner::zeroed(); cpus];
    values[cpus - 1].number = 7;
    counts.set(&1, &values, Mode::Any)?;
    let all = counts.iter().collect::<Result<Vec<_>, _>>()?;
    let sum: i32 = all.iter().flat_map(|(_, values)| values).map(|value| i32::from(value.number)).sum();
    writeln!(output, "per CPU: {} keys, sum {sum}", all.len())?;
    let error = counts.set(&0, &values[1..], Mode::Any).unwrap_err();
    writeln!(output, "too few: {:?}", error.kind())?;
    // Together as many as there should be.
    let more = [&values[..], &values[..1]].concat();
    let error = counts.set_all(&[(0, &more), (1, &values[1..])], Mode::Any).unwrap_err();
    writeln!(output, "uneven: {:?}", error.kind())?;

    // A queue has no keys.
    let waiting = loaded.map_waiting()?;
    waiting.set(&(), &1, Mode::Any)?;
    waiting.set(&(), &2, Mode::Any)?;
    let full = waiting.set(&(), &3, Mode::Any).unwrap_err();
    let (one, two, none) = (waiting.take(&())?, waiting.take(&())?, waiting.take(&())?);
    writeln!(output, "queue: {:?}, {one:?} {two:?} {none:?}", full.kind())?;

    // Chosen now, and attached twice.
    let events = loaded.map_events()?;
    let source = EventSource::open(&[Input::buffer(&events)])?;
    let fill = loaded.program_fill()?;
    let missing = fill.attach_to(&Target::named_tracepoint("no", "such")).map_err(Error::from).unwrap_err();
    writeln!(output, "target: {:?}", missing.kind())?;
    assert_eq!(missing.kind(), ErrorKind::NotFound);
    let links = vec![fill.attach_to(&Target::named_tracepoint("sched", "sched_process_fork"))?, fill.attach()?];

    // Time goes by without an event as well.
    let mut seen = 0;
    writeln!(output, "ready")?;
    output.flush()?;
    for batch in source.batches_within(Duration::from_millis(10)) {
        let batch = batch?;
        for record in &batch {
            let event: &layouts::layouts = record.read()?;
            assert!(record.read::<[u64; 100]>().is_err());
            if seen == 0 {
                writeln!(output, "{event:?}")?;
            }
            assert_eq!(event.value.parts(), [1, 2, 3, 4]);
            seen += 1;
        }
        if seen > 1 {
            break;
        }
    }
    program::detach(links)?;
    let more = loaded.get_seen()? >= seen;
    loaded.set_seen(41)?;
    writeln!(output, "counted: {more}, {}", loaded.get_seen()?)?;
    writeln!(output, "slept: {}", events::sleep(Duration::from_millis(1))?)?;
    output.flush()?;
    Ok(())
}
