//! The order of things.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

use eunomia::args::{self, Outcome};
use eunomia::events::{self, EventSource};
use eunomia::printer::Printer;
use eunomia::types::{Batch, MapDescription, SourceFormat, SourceKind};
use eunomia::{Error, ErrorKind, output, program, session};

use crate::command::{arguments, complain};

const FAILED: u8 = 1;
const USAGE: u8 = 2;

/// In nanoseconds.
const SECOND: u64 = 1_000_000_000;

/// `BPF_MAP_TYPE_PERF_EVENT_ARRAY` and `BPF_MAP_TYPE_RINGBUF` of include/uapi/linux/bpf.h.
const BUFFERS: [u32; 2] = [4, 27];

/// Runs the skeleton, and says what went wrong. The exit status.
pub(crate) fn run() -> u8 {
    attempt().unwrap_or_else(|error| match error.kind() {
        // Whoever read the output has seen enough.
        ErrorKind::Closed => 0,
        kind => {
            complain(&format!("error: {error}"));
            if kind == ErrorKind::Usage { USAGE } else { FAILED }
        }
    })
}

/// The exit status.
fn attempt() -> Result<u8, Error> {
    let skeleton = session::skeleton().ok_or_else(|| {
        Error::other("there is no skeleton to run\nhint: name a package, or a component that brings its own")
    })?;
    let description = skeleton.describe();
    let assignments = match args::parse(&description, &arguments()) {
        Outcome::Run(assignments) => assignments,
        Outcome::Text(text) => {
            output::write(text.as_bytes())?;
            return Ok(0);
        }
        Outcome::Usage(text) => {
            complain(&format!("error: {text}"));
            return Ok(USAGE);
        }
    };

    let mut open = skeleton.open()?;
    for assignment in &assignments {
        open = open.set_json(&assignment.variable, &assignment.value)?;
    }
    let object = open.load()?;

    let is_unread = |map: &MapDescription| BUFFERS.contains(&map.kind) && map.source.is_none();
    let unread = description.maps.iter().find(|map| is_unread(map));
    let declared = events::declared(&object, &description)?;
    if let (true, Some(unread)) = (declared.formats().is_empty(), unread) {
        complain(&format!(
            "warning: no events will be printed: nothing says of which type the records in map {} are\n\
             hint: give the map a `__type(value, struct ...)`, or ecc the header that has the struct",
            unread.name
        ));
    }
    let mut options = session::output();
    options.header &= description.header;
    let is_sampled = |format: &SourceFormat| !matches!(format.kind, SourceKind::Events(_) | SourceKind::StackTraces(_));
    if options.interval.is_some() && options.top.is_none() && !declared.formats().iter().any(is_sampled) {
        complain(
            "error: interval: this tool shows its events as they come\n\
             hint: --sort and --top show the first of each interval",
        );
        return Ok(USAGE);
    }
    // What is shown at an interval is shown then, whether something comes or not.
    let wait = options
        .top
        .map(|_| Duration::from_nanos(options.interval.unwrap_or(SECOND)));
    let printer = Printer::open(&description.layout, declared.formats(), &options)?;

    // The reader is there before anything produces, so that nothing is lost.
    let source = EventSource::open(&declared.inputs())?;
    let links = object.attach()?;
    // Iterators alone say what there is, and that was it.
    if iterate(&links)? && declared.formats().is_empty() {
        program::detach(links)?;
        return Ok(0);
    }
    print(&source, &printer, links, wait)?;
    // Afterwards: what is made at the end may take long, and nobody reads what comes meanwhile.
    tell(printer.finish()?);
    Ok(0)
}

/// Prints what iterators say. Whether every attachment is one.
fn iterate(links: &[program::Link]) -> Result<bool, Error> {
    let mut all = !links.is_empty();
    for link in links {
        let target = link.target();
        if matches!(target.split(['/', '.']).next(), Some("iter")) {
            output::write(&link.read()?)?;
        } else {
            all = false;
        }
    }
    Ok(all)
}

/// Prints until the run should end. What is attached is detached together, because the kernel takes its time for each; and first of
/// all, so that what a slow printer has not come to yet is all there is.
fn print(
    source: &EventSource,
    printer: &Printer,
    links: Vec<program::Link>,
    wait: Option<Duration>,
) -> Result<(), Error> {
    let mut links = Some(links);
    // The header, so that whoever waits for the first event sees that it is waited for.
    tell(printer.print(&Batch {
        data: Vec::new(),
        records: 0,
        lost: 0,
        time: 0,
    })?);
    let batches = match wait {
        Some(wait) => source.batches_within(wait),
        None => source.batches(),
    };
    for batch in batches {
        tell(printer.print(&batch?)?);
        if session::stop_requested()
            && let Some(links) = links.take()
        {
            program::detach(links)?;
        }
    }
    Ok(program::detach(links.unwrap_or_default())?)
}

/// Passes on what a printer has to say.
fn tell(notes: Vec<String>) {
    for note in notes {
        complain(&format!("warning: {note}"));
    }
}
