//! Shows programs that are executed under certain names, and how many system calls they make: two BPF objects, one list.

use std::io::Write;
use std::time::{Duration, Instant};

use eunomia::events::{EventSource, Input};
use eunomia::map::{Mode, PerCpuMap};
use eunomia::types::Batch;
use eunomia::{Error, Output, Text, output, program};
use lexopt::prelude::*;

#[rustfmt::skip]
#[path = "../skel/calls.rs"]
mod calls;
#[rustfmt::skip]
#[path = "../skel/starts.rs"]
mod starts;

const HELP: &str = "\
Usage: watchlist [-h] [-i SECONDS] NAME...
Show programs that are executed under these names, and how many system calls they make.


    -h, --help  show this help message and exit
    -i, --interval=<int>  seconds between two tables of calls; without it one at the end
    NAME  as ps -o comm shows it: at most 15 characters
";

/// A year: nobody waits longer.
const FOREVER: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// What a process is called, padded with zeros: the key of both maps.
type Name = Text<16>;

#[derive(Default)]
struct Options {
    interval: Option<Duration>,
    names: Vec<Name>,
}

fn main() {
    eunomia::run(tool);
}

fn tool() -> Result<(), Error> {
    let Some(options) = options().map_err(|error| Error::usage(format!("{error}\nhint: -h lists all options")))? else {
        return Ok(output::write(HELP.as_bytes())?);
    };
    if options.names.is_empty() {
        return Err(Error::usage("there is no name to watch\nhint: -h lists all options"));
    }
    let starts = starts::open()?.load()?;
    let calls = calls::open()?.load()?;
    // The list is there before anything looks into it, and the reader before anything writes.
    let watched = starts.map_watched()?;
    let counts = calls.map_counts()?;
    let list: Vec<_> = options
        .names
        .iter()
        .map(|name| (starts::name { text: *name }, 0))
        .collect();
    watched.set_all(&list, Mode::Any)?;
    let list: Vec<_> = options
        .names
        .iter()
        .map(|name| (calls::name { text: *name }, [].as_slice()))
        .collect();
    counts.set_all(&list, Mode::Any)?;
    let events = starts.map_starts()?;
    let source = EventSource::open(&[Input::buffer(&events)])?;
    let mut links = starts.attach()?;
    links.extend(calls.attach()?);

    show(&source, &counts, &options)?;
    program::detach(links)?;
    Ok(())
}

/// Until the run should end: starts as they come, and a table each interval.
fn show(source: &EventSource, counts: &PerCpuMap<calls::name, u64>, options: &Options) -> Result<(), Error> {
    let mut output = Output::new();
    writeln!(output, "{:<7} {:<16} {}", "PID", "NAME", "PATH")?;
    output.flush()?;
    let interval = options.interval.unwrap_or(FOREVER);
    let mut next = Instant::now() + interval;
    while let Some(batch) = source.next_within(next.saturating_duration_since(Instant::now()))? {
        print_starts(&batch, &mut output)?;
        if Instant::now() >= next {
            print_calls(counts, &options.names, &mut output)?;
            next += interval;
        }
        output.flush()?;
    }
    print_calls(counts, &options.names, &mut output)?;
    output.flush()
}

fn print_starts(batch: &Batch, output: &mut Output) -> Result<(), Error> {
    for record in batch {
        let start: &starts::start = record.read()?;
        output
            .put_left(start.pid, 7)
            .put(" ")
            .put_left(start.name.text, 16)
            .put(" ")
            .put(start.path)
            .put("\n");
    }
    Ok(())
}

/// The sum over the CPUs, for each name in the order of the command line.
fn print_calls(counts: &PerCpuMap<calls::name, u64>, names: &[Name], output: &mut Output) -> Result<(), Error> {
    writeln!(output, "\n{:<16} CALLS", "NAME")?;
    for name in names {
        let values = counts.get(&calls::name { text: *name })?.unwrap_or_default();
        writeln!(output, "{name:<16} {}", values.iter().sum::<u64>())?;
    }
    Ok(())
}

/// None if help was asked for.
fn options() -> Result<Option<Options>, lexopt::Error> {
    let mut options = Options::default();
    let mut arguments = lexopt::Parser::from_env();
    while let Some(argument) = arguments.next()? {
        match argument {
            Short('h') | Long("help") => return Ok(None),
            Short('i') | Long("interval") => {
                let seconds = arguments.value()?.parse()?;
                options.interval = (seconds > 0).then(|| Duration::from_secs(seconds));
            }
            Value(name) => {
                let name = name.string()?;
                // One byte less than there is room for: the kernel ends names with a NUL.
                if name.len() >= size_of::<Name>() {
                    return Err(format!("{name:?} is longer than a process's name").into());
                }
                options.names.push(name.as_str().into());
            }
            _ => return Err(argument.unexpected()),
        }
    }
    Ok(Some(options))
}
