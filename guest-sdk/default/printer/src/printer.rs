//! From batches to lines.

use crate::layout::{Format, Options, Source, SourceKind, Type};
use crate::op::{Place, Tables, run};
use crate::plan::{Plan, Planner};
use crate::text::label;
use crate::time::clock;
use crate::write::{WINDOW, put_far};
use crate::{json, table};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// What is gathered before it is handed on. A batch of 256 KiB makes a tenth of that; only a layout of very long names,
/// or of very many, needs a second write.
const ENOUGH: usize = 4 << 20;

/// Why nothing was printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// The reader of the output has gone.
    Closed,
    /// The format, or a kind of source, that this printer does not know.
    Unsupported(String),
    /// Anything else, as a sentence that names the source and the field.
    Other(String),
}

/// Prints the records of some sources in one format.
#[derive(Debug)]
pub struct Printer {
    sources: Vec<Planned>,
    tables: Tables,
    out: Gathered,
    /// The seconds east of UTC if rows begin with the time.
    utc_offset: Option<i32>,
    /// Whether headers are printed.
    header: bool,
    /// The source whose header was printed last.
    headed: Option<usize>,
}

/// A source, ready to be printed.
#[derive(Debug)]
struct Planned {
    name: String,
    plan: Plan,
    /// The header line; empty where the format has none.
    header: Vec<u8>,
    /// How many records were shorter than their type.
    short: u64,
    /// The length of the first of them, until somebody is told.
    first_short: Option<u32>,
}

/// Lines that wait to be written.
#[derive(Debug, Default)]
struct Gathered {
    /// Its length is what may be stored to; what was there before does not matter.
    bytes: Vec<u8>,
    /// How much of it counts.
    at: usize,
}

impl Printer {
    /// A printer of records of `sources`, which records name by their place in this list. All indices and sizes of the
    /// layout are checked here, those of records in `print`.
    ///
    /// # Errors
    ///
    /// `Unsupported` for formats other than table and JSON and for sources that are not events, `Other` for a layout
    /// that does not describe its types: an index past its end, a member past its struct, a type that contains itself.
    pub fn new(layout: &[Type], sources: &[Source], options: &Options) -> Result<Self, Error> {
        let format_name = match options.format {
            Format::Table | Format::Json => None,
            Format::JsonPretty => Some("json-pretty"),
            Format::Csv => Some("csv"),
            Format::Raw => Some("raw"),
            Format::Yaml => Some("yaml"),
        };
        if let Some(name) = format_name {
            return Err(Error::Unsupported(format!(
                "the default printer has no output format {name}\n\
                 hint: it has table and json; for others, --printer names one of your own"
            )));
        }
        let is_table = options.format == Format::Table;
        let mut planner = Planner::new(layout);
        let mut planned = Vec::new();
        for source in sources {
            let root = events_of(source)?;
            let (header, plan) = if is_table {
                table::plan(&mut planner, root, &source.name)?
            } else {
                (Vec::new(), json::plan(&mut planner, root, &source.name)?)
            };
            planned.push(Planned {
                name: label(&source.name),
                plan,
                header,
                short: 0,
                first_short: None,
            });
        }
        Ok(Self {
            sources: planned,
            tables: planner.into_tables(),
            out: Gathered::default(),
            utc_offset: is_table.then_some(options.utc_offset),
            header: is_table && options.header,
            headed: None,
        })
    }

    /// Print the records of a batch, laid out as the contract's `batch` says, read at `time` nanoseconds since 1970.
    /// `write` gets whole lines, all of a batch at once unless they are more than 4 MiB.
    ///
    /// A table begins with the header of its first source, even before there is a record, and has another one where a
    /// record's columns differ from those of the record before.
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
        self.out.at = 0;
        let headed = self.headed;
        let clock = self.utc_offset.map(|offset| clock(time, offset));
        let result = self.rows(bytemuck::cast_slice(data), clock, write);
        if result.is_err() {
            self.headed = headed;
            return result;
        }
        self.out.hand_on(write)
    }

    /// What a user should be told since the last call, a sentence each: nearly always nothing. It names each source once
    /// that has records shorter than their type.
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
        notes.collect()
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
            return self.head(0);
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
                source.short += 1;
                if source.short == 1 {
                    source.first_short = Some(length);
                }
                continue;
            }
            if self.out.at > ENOUGH {
                self.out.hand_on(write)?;
            }
            self.out.reserve(table::CLOCK + source.plan.most);
            let mut place = Place {
                at: self.out.at,
                start: self.out.at,
            };
            if let Some(clock) = clock {
                put_far(&mut self.out.bytes, place.at, clock);
                place.at += table::CLOCK;
            }
            self.out.at = run(&self.tables, &source.plan.ops, after, &mut self.out.bytes, place).at;
        }
        Ok(())
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

impl Gathered {
    /// Make room for this many bytes, and for the window of the last step.
    #[inline(always)]
    fn reserve(&mut self, most: usize) {
        let needed = self.at + most + WINDOW;
        if needed > self.bytes.len() {
            self.grow(needed);
        }
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self, needed: usize) {
        self.bytes.resize(needed.next_power_of_two(), 0);
    }

    fn append(&mut self, text: &[u8]) {
        self.reserve(text.len());
        let end = self.at + text.len();
        if let Some(place) = self.bytes.get_mut(self.at..end) {
            place.copy_from_slice(text);
            self.at = end;
        }
    }

    fn hand_on(&mut self, write: &mut dyn FnMut(&[u8]) -> Result<(), Error>) -> Result<(), Error> {
        let length = core::mem::take(&mut self.at);
        match self.bytes.get(..length) {
            Some([]) => Ok(()),
            Some(lines) => write(lines),
            None => Err(Error::Other(
                "a row took more than was computed for it: a mistake of this printer".to_string(),
            )),
        }
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

fn events_of(source: &Source) -> Result<u32, Error> {
    let name = label(&source.name);
    let what = match source.kind {
        SourceKind::Events(root) => return Ok(root),
        SourceKind::Entries => "entries of a sampled map",
        SourceKind::Log2Histograms | SourceKind::LinearHistograms => "histograms",
        SourceKind::StackTraces => "stack traces",
        SourceKind::Bytes => "records of no declared type",
    };
    Err(Error::Unsupported(format!(
        "{name} holds {what}: this printer knows events of a ring or perf buffer"
    )))
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
