//! Shows how long tasks wait for a CPU: a histogram each interval, so many times.

mod histogram;

use std::io::Write;
use std::time::Duration;

use eunomia::{Error, Output, events, output, program};
use lexopt::prelude::*;

#[rustfmt::skip]
#[path = "../skel/runqlat.rs"]
mod runqlat;

const HELP: &str = "\
Usage: runqlat [-h] [-P] [-L] [-p PID] [INTERVAL] [COUNT]
Show how long tasks wait for a CPU, as a histogram.


    -h, --help  show this help message and exit
    -P, --pids  a histogram for each process
    -L, --tids  a histogram for each thread
    -p, --pid=<int>  only this process
    INTERVAL  seconds between two prints; without it one print at the end
    COUNT  how many prints
";

/// A year: nobody waits longer.
const FOREVER: u64 = 365 * 24 * 60 * 60;

struct Options {
    processes: bool,
    threads: bool,
    pid: i32,
    interval: u64,
    count: u64,
}

fn main() {
    eunomia::run(tool);
}

fn tool() -> Result<(), Error> {
    let Some(options) = options().map_err(|error| Error::usage(format!("{error}\nhint: -h lists all options")))? else {
        return Ok(output::write(HELP.as_bytes())?);
    };
    let loaded = runqlat::open()?
        .set_per_process(options.processes)?
        .set_per_thread(options.threads)?
        .set_pid_target(options.pid)?
        .load()?;
    let hists = loaded.map_hists()?;
    let links = loaded.attach()?;

    let mut output = Output::new();
    for _ in 0..options.count {
        let goes_on = events::sleep(Duration::from_secs(options.interval))?;
        // Each interval starts from nothing.
        let mut entries = hists.drain().collect::<Result<Vec<_>, _>>()?;
        entries.sort_unstable_by_key(|(key, _)| *key);
        for (key, hist) in &entries {
            writeln!(output)?;
            if options.threads {
                writeln!(output, "tid = {key} {}", hist.comm)?;
            } else if options.processes {
                writeln!(output, "pid = {key} {}", hist.comm)?;
            }
            histogram::print(&hist.slots, "usecs", &mut output)?;
        }
        output.flush()?;
        if !goes_on {
            break;
        }
    }
    program::detach(links)?;
    Ok(())
}

/// None if help was asked for.
fn options() -> Result<Option<Options>, lexopt::Error> {
    let mut options = Options {
        processes: false,
        threads: false,
        pid: 0,
        interval: FOREVER,
        count: u64::MAX,
    };
    let mut values = 0;
    let mut arguments = lexopt::Parser::from_env();
    while let Some(argument) = arguments.next()? {
        match argument {
            Short('h') | Long("help") => return Ok(None),
            Short('P') | Long("pids") => options.processes = true,
            Short('L') | Long("tids") => options.threads = true,
            Short('p') | Long("pid") => options.pid = arguments.value()?.parse()?,
            Value(interval) if values == 0 => {
                options.interval = interval.parse()?;
                values = 1;
            }
            Value(count) if values == 1 => {
                options.count = count.parse()?;
                values = 2;
            }
            _ => return Err(argument.unexpected()),
        }
    }
    Ok(Some(options))
}
