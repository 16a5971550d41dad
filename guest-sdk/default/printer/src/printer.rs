//! From batches to lines.

mod mixed;
mod records;
mod viewed;

use crate::fold::Counts;
use crate::gathered::Gathered;
use crate::layout::{Format, Options, Source, Type};
use crate::op::{Place, run};
use crate::plan::{Plan, Planner};
use crate::source::{self, Planned, Shared, Shown, WithEntries};
use crate::symbols::{Names, Symbols};
use crate::table;
use crate::time::clock;
use crate::usage::Refusal;
use crate::views::Views;
use crate::write::put_far;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// Why nothing was printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// The reader of the output has gone.
    Closed,
    /// The format, or a kind of source, that this printer does not know.
    Unsupported(String),
    /// A filter or the name of a member that says nothing; the user has given it.
    Usage(String),
    /// Anything else, as a sentence that names the source and the field.
    Other(String),
}

/// Prints the records of some sources in one format.
#[derive(Debug)]
pub struct Printer {
    sources: Vec<Planned>,
    /// Whether all sources are of events, which take the shortest way.
    only_events: bool,
    shared: Shared,
    out: Gathered,
    /// The seconds east of UTC if rows begin with the time.
    utc_offset: Option<i32>,
    /// Whether headers are printed.
    header: bool,
    /// The source whose header was printed last.
    headed: Option<usize>,
    /// What is to be done where a record is not just printed as it comes.
    views: Option<Box<Views>>,
    /// What the user has not been told yet.
    said: Vec<String>,
}

impl Printer {
    /// A printer of records of `sources`, which records name by their place in this list. All indices and sizes of the
    /// layout are checked here, those of records in `print`.
    ///
    /// # Errors
    ///
    /// `Unsupported` for a source whose records have no type, and for a format that shows nothing of the sources, `Usage` for options that say nothing
    /// about these records, and `Other` for a layout that does not describe its types: an index past its end, a member past
    /// its struct, a type that contains itself.
    pub fn new(layout: &[Type], sources: &[Source], options: &Options) -> Result<Self, Error> {
        check(sources, options)?;
        let is_table = options.format == Format::Table;
        let said = source::left_out(sources, options.format)?;
        let WithEntries { layout, structs } = source::with_entries(layout, sources, options)?;
        let mut planner = Planner::new(&layout);
        let mut planned = Vec::new();
        for (source, entry) in sources.iter().zip(structs) {
            planned.push(Planned::new(&mut planner, &layout, source, entry, options)?);
        }
        let mut filtered = planned.iter().filter(|source| !matches!(source.shown, Shown::Nothing));
        let never = filtered.clone().find_map(|source| source.selection.never());
        if let (Some(never), true) = (never, filtered.all(|source| source.selection.never().is_some())) {
            return Err(never.clone());
        }
        let views = Views::are_wanted(options).then(|| Box::new(Views::new(options, sources.len())));
        Ok(Self {
            only_events: planned.iter().all(Planned::has_events),
            sources: planned,
            shared: Shared {
                tables: planner.into_tables(),
                names: Names::default(),
                counts: source::is_counted(options.format).then(Counts::new),
                format: options.format,
            },
            out: Gathered::default(),
            utc_offset: is_table.then_some(options.utc_offset),
            header: is_table && options.header,
            headed: None,
            views,
            said,
        })
    }

    /// The same printer, which asks for the names of addresses in stack traces. Without this it shows the addresses alone.
    #[must_use]
    pub fn with_symbols(mut self, symbols: Box<dyn Symbols>) -> Self {
        self.shared.names = Names::new(symbols);
        self
    }

    /// Print the records of a batch, laid out as the contract's `batch` says, read at `time` nanoseconds since 1970.
    /// `write` gets whole lines, all of a batch at once unless they are more than 4 MiB.
    ///
    /// A table begins with the header of its first source, even before there is a record, and has another one where a
    /// record's columns differ from those of the record before. A histogram or a stack trace has no header, and the next row
    /// after it has one again: the last is far above then.
    ///
    /// A record shorter than its type is left out and counted, see `notes`; of a longer one the first bytes are printed.
    ///
    /// # Errors
    ///
    /// Those of `write`, and `Other` for a batch that is not laid out as documented, of which nothing is printed.
    pub fn print(
        &mut self,
        data: &[u64],
        time: u64,
        write: &mut dyn FnMut(&[u8]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        if let Some(mut views) = self.views.take() {
            let result = self.viewed(&mut views, bytemuck::cast_slice(data), time, write);
            self.views = Some(views);
            return result;
        }
        self.out.at = 0;
        let headed = self.headed;
        let clock = self.utc_offset.map(|offset| clock(time, offset));
        let data = bytemuck::cast_slice(data);
        let result = if self.only_events {
            self.rows(data, clock, write)
        } else {
            self.mixed(data, time, clock, write)
        };
        if result.is_err() {
            self.headed = headed;
            return result;
        }
        self.out.hand_on(write)
    }

    /// Whether all rows are shown that the user wants.
    pub fn is_full(&self) -> bool {
        self.views.as_ref().is_some_and(|views| !views.has_room())
    }

    /// What a user should be told since the last call, a sentence each: nearly always nothing. It names each source once
    /// that has records shorter than their type, and says why addresses have no names.
    pub fn notes(&mut self) -> Vec<String> {
        let notes = self.sources.iter_mut().filter_map(|source| {
            let length = source.first_short.take()?;
            let Planned {
                name,
                plan: Plan { size, type_name, .. },
                ..
            } = source;
            Some(format!(
                "{name}: a record of {length} bytes is shorter than its type {type_name} ({size} bytes); \
                 such records are counted and left out"
            ))
        });
        let notes: Vec<String> = notes.chain(self.shared.names.note()).collect();
        self.said.drain(..).chain(notes).collect()
    }

    /// What a user should be told at the end: how many records each source left out, where there are any.
    pub fn totals(&self) -> Vec<String> {
        self.short_records()
            .map(|(name, count)| format!("{name}: {count} records were shorter than their type and left out"))
            .collect()
    }

    /// How many records each source left out because they were shorter than their type, where there are any.
    pub fn short_records(&self) -> impl Iterator<Item = (&str, u64)> {
        self.sources
            .iter()
            .filter(|source| source.short > 0)
            .map(|source| (source.name.as_str(), source.short))
    }

    #[cfg_attr(target_family = "wasm", target_feature(enable = "simd128"))]
    fn rows(
        &mut self,
        data: &[u8],
        clock: Option<[u8; 16]>,
        write: &mut dyn FnMut(&[u8]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut rest = data;
        if rest.is_empty() {
            return self.head_first(0);
        }
        while let Some((header, after)) = rest.split_first_chunk::<8>() {
            let header = u64::from_ne_bytes(*header);
            let (length, number) = split(header);
            if length as usize > after.len() {
                return Err(past_the_end(data.len() - rest.len(), length, after.len()));
            }
            // As long as the data is made of words, the padding is there where the record is.
            rest = after.get((length as usize).next_multiple_of(8)..).unwrap_or_default();

            if self.header && self.headed != Some(number) {
                self.head(number)?;
            }
            let count = self.sources.len();
            let Some(source) = self.sources.get_mut(number) else {
                return Err(unknown_source(number, count));
            };
            if length < source.plan.size {
                source.count_short(length);
                continue;
            }
            self.out.hand_on_if_enough(write)?;
            self.out.reserve(table::CLOCK + source.plan.most);
            let mut place = Place {
                at: self.out.at,
                start: self.out.at,
            };
            if let Some(clock) = clock {
                put_far(&mut self.out.bytes, place.at, clock);
                place.at += table::CLOCK;
            }
            self.out.at = run(&self.shared.tables, &source.plan.ops, after, &mut self.out.bytes, place).at;
        }
        Ok(())
    }

    /// Print the header of a source, unless there has been one.
    fn head_first(&mut self, number: usize) -> Result<(), Error> {
        if self.headed.is_some() {
            return Ok(());
        }
        self.head(number)
    }

    /// Print the header of a source, unless the one above already says the same.
    #[cold]
    fn head(&mut self, number: usize) -> Result<(), Error> {
        let line = |number: usize| self.sources.get(number).map(|source| source.header.as_slice());
        let before = self.headed.and_then(line);
        if let Some(header) = line(number).filter(|header| self.header && before != Some(*header)) {
            self.out.append(header);
        }
        self.headed = Some(number);
        Ok(())
    }
}

/// The length of a record and the number of its source, from the header of 8 bytes.
#[inline(always)]
fn split(header: u64) -> (u32, usize) {
    if cfg!(target_endian = "little") {
        (header as u32, usize::from((header >> 32) as u16))
    } else {
        ((header >> 32) as u32, usize::from((header >> 16) as u16))
    }
}

/// Options that contradict each other, or have nothing to do with these sources.
fn check(sources: &[Source], options: &Options) -> Result<(), Error> {
    if options.format == Format::Raw && !options.fields.is_empty() {
        let refusal = Refusal::with_hint(
            "raw shows whole records, as they are".to_string(),
            "-o json, csv and yaml show the members that are named".to_string(),
        );
        return Err(refusal.of("fields"));
    }
    if source::is_counted(options.format) && (options.top.is_some() || options.sort.is_some()) {
        let option = if options.top.is_some() { "top" } else { "sort" };
        let refusal = Refusal::with_hint(
            "each stack that was seen is counted, and shown at the end".to_string(),
            "--filter says which are counted".to_string(),
        );
        return Err(refusal.of(option));
    }
    let has_cpus = |source: &Source| source.entry().is_some_and(|entry| entry.value_stride > 0);
    if options.per_cpu && !sources.iter().any(has_cpus) {
        let refusal = Refusal::with_hint(
            "this tool shows nothing that has a value for each CPU".to_string(),
            "that is what per-CPU maps are for that are sampled".to_string(),
        );
        return Err(refusal.of("per-cpu"));
    }
    Ok(())
}

#[cold]
fn past_the_end(place: usize, length: u32, left: usize) -> Error {
    Error::Other(format!(
        "batch, byte {place}: a record of {length} bytes where {left} are left"
    ))
}

#[cold]
fn unknown_source(number: usize, count: usize) -> Error {
    Error::Other(format!(
        "batch: a record of source number {number}; the printer was opened with {count} sources"
    ))
}
