//! Shows each signal that is sent, by name if that is wanted.

mod signal;

use std::io::Write;

use eunomia::events::{EventSource, Input};
use eunomia::types::Batch;
use eunomia::{Error, Output, output, program, session};
use lexopt::prelude::*;

#[rustfmt::skip]
#[path = "../skel/sigsnoop.rs"]
mod sigsnoop;

const HELP: &str = "\
Usage: sigsnoop [-h] [-x] [-k] [-n] [-p PID] [-s SIGNAL]
Trace standard and real-time signals.


    -h, --help  show this help message and exit
    -x, --failed  failed signals only
    -k, --killed  kill only
    -n, --name  signal names instead of numbers
    -p, --pid=<int>  target pid
    -s, --signal=<int>  target signal
";

#[derive(Default)]
struct Options {
    failed: bool,
    killed: bool,
    names: bool,
    pid: i32,
    signal: i32,
}

fn main() {
    eunomia::run(tool);
}

fn tool() -> Result<(), Error> {
    let Some(options) = options().map_err(|error| Error::usage(format!("{error}\nhint: -h lists all options")))? else {
        return Ok(output::write(HELP.as_bytes())?);
    };
    let loaded = sigsnoop::open()?
        .set_failed_only(options.failed)?
        .set_kill_only(options.killed)?
        .set_filtered_pid(options.pid)?
        .set_target_signal(options.signal)?
        .load()?;
    let events = loaded.map_events()?;
    let source = EventSource::open(&[Input::buffer(&events)])?;
    let links = loaded.attach()?;

    let mut output = Output::new();
    writeln!(
        output,
        "{:<8} {:<7} {:<16} {:<9} {:<7} {:<6}",
        "TIME", "PID", "COMM", "SIG", "TPID", "RESULT"
    )?;
    output.flush()?;
    for batch in source.batches() {
        print(&batch?, options.names, &mut output)?;
        output.flush()?;
    }
    program::detach(links)?;
    Ok(())
}

fn print(batch: &Batch, names: bool, output: &mut Output) -> Result<(), Error> {
    let time = clock(batch.time);
    for record in batch {
        let event: &sigsnoop::event = record.read()?;
        output
            .put(&time)
            .put(" ")
            .put_left(event.pid, 7)
            .put(" ")
            .put_left(event.comm, 16)
            .put(" ");
        match signal::name(event.sig) {
            Some(name) if names => output.put_left(name, 9),
            _ => output.put_left(event.sig, 9),
        };
        output
            .put(" ")
            .put_left(event.tpid, 7)
            .put(" ")
            .put_left(event.ret, 6)
            .put("\n");
    }
    Ok(())
}

/// The local time of day of a moment, in nanoseconds since 1970-01-01 UTC.
fn clock(time: u64) -> String {
    let seconds = (time / 1_000_000_000).cast_signed() + i64::from(session::output().utc_offset);
    let day = seconds.rem_euclid(24 * 60 * 60);
    format!("{:02}:{:02}:{:02}", day / 3600, day / 60 % 60, day % 60)
}

/// None if help was asked for.
fn options() -> Result<Option<Options>, lexopt::Error> {
    let mut options = Options::default();
    let mut arguments = lexopt::Parser::from_env();
    while let Some(argument) = arguments.next()? {
        match argument {
            Short('h') | Long("help") => return Ok(None),
            Short('x') | Long("failed") => options.failed = true,
            Short('k') | Long("killed") => options.killed = true,
            Short('n') | Long("name") => options.names = true,
            Short('p') | Long("pid") => options.pid = arguments.value()?.parse()?,
            Short('s') | Long("signal") => options.signal = arguments.value()?.parse()?,
            _ => return Err(argument.unexpected()),
        }
    }
    Ok(Some(options))
}
