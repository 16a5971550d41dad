//! Shows which files processes open, and which they could not.

use std::io::Write;

use eunomia::events::{EventSource, Input};
use eunomia::{Error, Output, output, program};
use lexopt::prelude::*;

#[rustfmt::skip]
#[path = "../skel/opensnoop.rs"]
mod opensnoop;

const HELP: &str = "\
Usage: opensnoop [-h] [-x] [-U] [-p PID] [-t TID] [-u UID] [-n NAME]
Trace which files processes open.


    -h, --help  show this help message and exit
    -x, --failed  only calls that failed
    -U, --print-uid  show the user too
    -p, --pid=<int>  only this process
    -t, --tid=<int>  only this thread
    -u, --uid=<int>  only processes of this user
    -n, --name=<text>  only processes whose name has this in it
";

struct Options {
    failed: bool,
    print_uid: bool,
    pid: i32,
    tid: i32,
    uid: i64,
    name: String,
}

fn main() {
    eunomia::run(tool);
}

fn tool() -> Result<(), Error> {
    let Some(options) = options().map_err(|error| Error::usage(format!("{error}\nhint: -h lists all options")))? else {
        return Ok(output::write(HELP.as_bytes())?);
    };
    let loaded = opensnoop::open()?
        .set_failed_only(options.failed)?
        .set_pid_target(options.pid)?
        .set_tid_target(options.tid)?
        .set_uid_target(options.uid)?
        .load()?;
    let events = loaded.map_events()?;
    let source = EventSource::open(&[Input::buffer(&events)])?;
    let links = loaded.attach()?;

    let mut output = Output::new();
    if options.print_uid {
        write!(output, "{:<7} ", "UID")?;
    }
    writeln!(
        output,
        "{:<7} {:<16} {:>3} {:>3} {}",
        "PID", "COMM", "FD", "ERR", "PATH"
    )?;
    output.flush()?;
    for batch in source.batches() {
        for record in &batch? {
            print(record.read()?, &options, &mut output);
        }
        output.flush()?;
    }
    program::detach(links)?;
    Ok(())
}

fn print(event: &opensnoop::event, options: &Options, output: &mut Output) {
    // What only user space knows how to choose by.
    if !event.comm.to_str().contains(&options.name) {
        return;
    }
    let (fd, errno) = if event.ret < 0 {
        (-1, -event.ret)
    } else {
        (event.ret, 0)
    };
    if options.print_uid {
        output.put_left(event.uid, 7).put(" ");
    }
    output
        .put_left(event.pid, 7)
        .put(" ")
        .put_left(event.comm, 16)
        .put(" ")
        .put_right(fd, 3)
        .put(" ")
        .put_right(errno, 3)
        .put(" ")
        .put(event.path)
        .put("\n");
}

/// None if help was asked for.
fn options() -> Result<Option<Options>, lexopt::Error> {
    let mut options = Options {
        failed: false,
        print_uid: false,
        pid: 0,
        tid: 0,
        uid: -1,
        name: String::new(),
    };
    let mut arguments = lexopt::Parser::from_env();
    while let Some(argument) = arguments.next()? {
        match argument {
            Short('h') | Long("help") => return Ok(None),
            Short('x') | Long("failed") => options.failed = true,
            Short('U') | Long("print-uid") => options.print_uid = true,
            Short('p') | Long("pid") => options.pid = arguments.value()?.parse()?,
            Short('t') | Long("tid") => options.tid = arguments.value()?.parse()?,
            Short('u') | Long("uid") => options.uid = i64::from(arguments.value()?.parse::<u32>()?),
            Short('n') | Long("name") => options.name = arguments.value()?.string()?,
            _ => return Err(argument.unexpected()),
        }
    }
    Ok(Some(options))
}
