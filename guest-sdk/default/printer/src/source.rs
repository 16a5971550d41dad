//! A source, ready to be printed.

mod show;

use crate::entry::{Entries, EntryStruct};
use crate::form;
use crate::histogram::{self, Shape};
use crate::layout::{EntryType, Format, HistogramType, Options, Source, SourceKind, Type};
use crate::plan::{Plan, Planner};
use crate::printer::Error;
use crate::selection::Selection;
use crate::stack::Stacks;
use crate::text::label;
use crate::usage::Refusal;
use crate::views::Views;
use alloc::borrow::Cow;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
pub(crate) use show::{Shared, Showing, Shown, plain};

/// A source, ready to be printed.
#[derive(Debug)]
pub(crate) struct Planned {
    pub(crate) name: String,
    /// What a record must have, and the steps that print it; of a histogram, those of what stands before its rows.
    pub(crate) plan: Plan,
    /// The header line; empty where there is none.
    pub(crate) header: Vec<u8>,
    /// What makes entries of records, if they are those of a sampled map.
    pub(crate) entries: Option<Entries>,
    /// How a record is shown.
    pub(crate) shown: Shown,
    /// Which records are shown.
    pub(crate) selection: Selection,
    /// How many records were shorter than their type.
    pub(crate) short: u64,
    /// The length of the first of them, until somebody is told.
    pub(crate) first_short: Option<u32>,
}

impl Planned {
    /// Plan what a source prints. `entry` is the struct of its entries, if it has any.
    pub(crate) fn new<'a>(
        planner: &mut Planner<'a>,
        layout: &[Type],
        source: &Source,
        entry: Option<EntryStruct>,
        options: &'a Options,
    ) -> Result<Self, Error> {
        let mut planned = Self {
            name: label(&source.name),
            plan: Plan::default(),
            header: Vec::new(),
            entries: None,
            shown: Shown::Nothing,
            selection: Selection::default(),
            short: 0,
            first_short: None,
        };
        if is_counted(options.format) && !has_stacks(&source.kind) {
            return Ok(planned);
        }
        let (root, flat) = match (&source.kind, entry) {
            (SourceKind::Events(root), _) => (*root, *root),
            (SourceKind::StackTraces(of), _) => (of.ty, of.ty),
            (_, Some(entry)) => (entry.nested, entry.flat),
            (kind, None) => return Err(unknown(&source.name, kind)),
        };
        match &source.kind {
            // Their bytes are what is wanted, whatever they mean.
            _ if options.format == Format::Raw => planned.rows(planner, (root, root), source, options)?,
            SourceKind::StackTraces(of) => {
                check_whole(source, options)?;
                if options.format == Format::Csv {
                    return Err(no_lines(source));
                }
                let (plan, stacks) = Stacks::new(planner, of, &source.name)?;
                (planned.plan, planned.shown) = (plan, Shown::Stacks(stacks));
            }
            SourceKind::Log2Histograms(of) | SourceKind::LinearHistograms(of) => {
                let ranges = ranges(&source.kind, of);
                check_whole(source, options)?;
                let shape = match options.format {
                    Format::Json | Format::JsonPretty | Format::Yaml => Shape::Object,
                    Format::Csv => Shape::Lines,
                    Format::Table | Format::Folded | Format::Svg | Format::Raw => Shape::Bars,
                };
                let (header, plan, histogram) = histogram::plan(planner, root, &of.unit, ranges, shape, &source.name)?;
                (planned.plan, planned.shown) = (plan, Shown::Histogram(histogram));
                if options.header {
                    planned.header = header;
                }
            }
            _ => planned.rows(planner, (root, flat), source, options)?,
        }
        if let Some(entry) = entry {
            let mut entries = Entries::new(planner, entry, &source.name)?;
            if let Shown::Histogram(histogram) = &mut planned.shown {
                histogram.slots = entries.count(histogram.slots).unwrap_or(histogram.slots);
            }
            planned.entries = Some(entries);
        }
        planned.selection = Selection::new(layout, root, source, options)?;
        Ok(planned)
    }

    /// Plan rows of the type `root`. All columns, where none are named, are the members of `flat`, which has the same bytes.
    fn rows<'a>(
        &mut self,
        planner: &mut Planner<'a>,
        (root, flat): (u32, u32),
        source: &Source,
        options: &'a Options,
    ) -> Result<(), Error> {
        let is_table = options.format == Format::Table;
        let has_columns = is_table || options.format == Format::Csv;
        let all = options.fields.is_empty() && has_columns;
        let shown = if all { flat } else { root };
        let fields = planner.chosen(shown, &source.name, &options.fields)?;
        let (header, plan) = form::plan(options.format, planner, shown, &source.name, &fields)?;
        if options.header {
            self.header = form::header(&header, Views::width(options), is_table && options.color);
        }
        (self.plan, self.shown) = (plan, Shown::Rows);
        Ok(())
    }

    /// Whether records are events that are printed by the plan's steps alone.
    pub(crate) fn has_events(&self) -> bool {
        self.entries.is_none() && matches!(self.shown, Shown::Rows)
    }

    /// Whether a record is none, but says that a map has been read to its end.
    pub(crate) fn ends_sample(&self, record: &[u8]) -> bool {
        record.is_empty() && self.entries.is_some()
    }

    /// A record was too short.
    pub(crate) fn count_short(&mut self, length: u32) {
        self.short += 1;
        if self.short == 1 {
            self.first_short = Some(length);
        }
    }
}

/// A layout with a struct for the entries of each sampled map.
pub(crate) struct WithEntries<'a> {
    pub(crate) layout: Cow<'a, [Type]>,
    /// These structs, a place for each source.
    pub(crate) structs: Vec<Option<EntryStruct>>,
}

/// Add what the layout does not have of its own.
pub(crate) fn with_entries<'a>(
    layout: &'a [Type],
    sources: &[Source],
    options: &Options,
) -> Result<WithEntries<'a>, Error> {
    let mut layout = Cow::Borrowed(layout);
    let mut structs = Vec::with_capacity(sources.len());
    for source in sources {
        let add = |entry: &EntryType| {
            let per_cpu = options.per_cpu && entry.value_stride > 0;
            EntryStruct::add(layout.to_mut(), *entry, per_cpu, &source.name)
        };
        structs.push(source.entry().map(add).transpose()?);
    }
    Ok(WithEntries { layout, structs })
}

/// Histograms and stacks are no rows of which some columns could be shown.
fn check_whole(source: &Source, options: &Options) -> Result<(), Error> {
    if options.fields.is_empty() {
        return Ok(());
    }
    let (name, what) = (label(&source.name), what(&source.kind));
    let refusal = Refusal::with_hint(
        format!("map {name} holds {what}, which are shown whole"),
        "--filter and --sort look at their members".to_string(),
    );
    Err(refusal.of("fields"))
}

/// A format of lines for what has frames.
fn no_lines(source: &Source) -> Error {
    let (name, what) = (label(&source.name), what(&source.kind));
    let refusal = Refusal::with_hint(
        format!("map {name} holds {what}, which are no rows, and csv has nothing else"),
        "-o table shows them to people, json and yaml to programs".to_string(),
    );
    refusal.of("output")
}

/// Whether a format shows how often which stack was seen, and nothing else.
pub(crate) fn is_counted(format: Format) -> bool {
    matches!(format, Format::Folded | Format::Svg)
}

/// A sentence for each source of which such a format shows nothing; an error if that is so of all.
pub(crate) fn left_out(sources: &[Source], format: Format) -> Result<Vec<String>, Error> {
    let format = match format {
        Format::Svg => "svg",
        Format::Folded => "folded",
        _ => return Ok(Vec::new()),
    };
    let others = || sources.iter().filter(|source| !has_stacks(&source.kind));
    if others().count() == sources.len() {
        let each = others().take(8);
        let held: Vec<String> = each
            .map(|source| format!("map {} holds {}", label(&source.name), what(&source.kind)))
            .collect();
        let held = if held.is_empty() {
            "there are no sources at all".to_string()
        } else {
            held.join(", ")
        };
        let refusal = Refusal::with_hint(
            format!("{format} shows stack traces: {held}"),
            "it needs a map that the package declares as stack traces (\"stack_trace\" in \"intepreter\")".to_string(),
        );
        return Err(refusal.of("output"));
    }
    let note = |source: &Source| {
        let (name, what) = (label(&source.name), what(&source.kind));
        format!("map {name} is left out: it holds {what}, and the output format {format} shows stack traces only")
    };
    Ok(others().map(note).collect())
}

fn has_stacks(kind: &SourceKind) -> bool {
    matches!(kind, SourceKind::StackTraces(_))
}

fn ranges(kind: &SourceKind, of: &HistogramType) -> histogram::Ranges {
    match kind {
        SourceKind::LinearHistograms(_) => histogram::Ranges::Linear {
            base: of.base,
            step: of.step.max(1),
        },
        _ => histogram::Ranges::Log2,
    }
}

fn unknown(source: &str, kind: &SourceKind) -> Error {
    let (source, what) = (label(source), what(kind));
    Error::Unsupported(format!(
        "map {source} holds {what}: this printer knows events of a ring or perf buffer"
    ))
}

fn what(kind: &SourceKind) -> &'static str {
    match kind {
        SourceKind::Events(_) => "events",
        SourceKind::Entries(_) => "entries of a sampled map",
        SourceKind::Log2Histograms(_) | SourceKind::LinearHistograms(_) => "histograms",
        SourceKind::StackTraces(_) => "stack traces",
        SourceKind::Bytes => "records of no declared type",
    }
}
