//! `ecli`'s own reader and formatter without the sandbox: what the sandbox costs is the difference.
//!
//!     same-formatter PACKAGE [--json]

use std::io::Write;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use loader::{Batch, EventOptions, EventSource, Next, OpenObject, OpenOptions, Stop};
use package::{Package, TypeKind};
use printer::{Enumerator, Format, Kind, Member, Options, Printer, Source, SourceKind, Type};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

/// What the tools ask for in a batch.
const BATCH: usize = 256 << 10;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (path, format) = match arguments.as_slice() {
        [path] => (path, Format::Table),
        [path, option] if option == "--json" => (path, Format::Json),
        _ => bail!("same-formatter PACKAGE [--json]"),
    };
    let package = Package::parse(&std::fs::read(path)?)?;
    let description = Arc::new(package.describe()?);
    let stop = stop_on_signals()?;

    let object = OpenObject::open(package.object(), Arc::clone(&description), &OpenOptions::default())?.load()?;
    let (mut maps, mut sources) = (Vec::new(), Vec::new());
    for map in &description.maps {
        let Some(record) = map.record else { continue };
        maps.push(object.map(&map.name)?);
        sources.push(Source {
            name: map.name.clone(),
            kind: SourceKind::Events(record),
        });
    }
    let layout: Vec<Type> = description.types.iter().map(as_printed).collect();
    let utc_offset = chrono::Local::now().offset().local_minus_utc();
    let mut printer = Printer::new(
        &layout,
        &sources,
        &Options {
            format,
            header: true,
            utc_offset,
            ..Options::default()
        },
    )
    .map_err(|error| anyhow::anyhow!("{error:?}"))?;

    let mut events = EventSource::open(
        &maps,
        EventOptions {
            perf_pages: description.perf_buffer_pages,
        },
    )?;
    let links = object.attach()?;
    print(&mut events, &mut printer, &stop).context("the events cannot be printed")?;
    loader::detach_all(links)?;
    Ok(())
}

fn print(events: &mut EventSource, printer: &mut Printer, stop: &Stop) -> Result<()> {
    let mut batch = Batch::default();
    // Unbuffered: a batch is one write, as in `ecli`.
    let mut output = std::fs::File::from(rustix::io::dup(rustix::stdio::stdout())?);
    let mut write = |lines: &[u8]| {
        output
            .write_all(lines)
            .map_err(|error| printer::Error::Other(error.to_string()))
    };
    while events.next(BATCH, None, stop, None, &mut batch)? != Next::Ended {
        printer
            .print(&batch.data, batch.time_ns, &mut write)
            .map_err(|error| anyhow::anyhow!("{error:?}"))?;
    }
    Ok(())
}

fn stop_on_signals() -> Result<Stop> {
    let stop = Stop::new()?;
    let request = stop.clone();
    let mut signals = Signals::new([SIGINT, SIGTERM])?;
    std::thread::spawn(move || signals.forever().for_each(|_| request.request()));
    Ok(stop)
}

fn as_printed(of: &package::Type) -> Type {
    let kind = match &of.kind {
        TypeKind::Int { signed } => Kind::Int { signed: *signed },
        TypeKind::Char => Kind::Char,
        TypeKind::Bool => Kind::Bool,
        TypeKind::Float => Kind::Float,
        TypeKind::Enum { signed, values } => {
            let named = |(name, value): &(String, u64)| Enumerator {
                name: name.clone(),
                value: *value,
            };
            Kind::Enum {
                signed: *signed,
                values: values.iter().map(named).collect(),
            }
        }
        TypeKind::Pointer => Kind::Ptr,
        TypeKind::Array { element, count } => Kind::Array {
            element: *element,
            count: *count,
        },
        TypeKind::Struct(of) => Kind::Struct(members(of)),
        TypeKind::Union(of) => Kind::Union(members(of)),
        TypeKind::Opaque => Kind::Opaque,
    };
    Type {
        name: of.name.clone(),
        size: of.size,
        kind,
    }
}

fn members(of: &[package::Member]) -> Vec<Member> {
    let member = |of: &package::Member| Member {
        name: of.name.clone(),
        ty: of.ty,
        bit_offset: of.bit_offset,
        bit_width: of.bits,
    };
    of.iter().map(member).collect()
}
