//! How a record is shown.

use crate::entry::Entries;
use crate::fold::Counts;
use crate::gathered::Gathered;
use crate::histogram::Histogram;
use crate::layout::Format;
use crate::op::{Place, Tables, run};
use crate::plan::Plan;
use crate::stack::{self, Stacks};
use crate::symbols::Names;
use crate::table;
use crate::write::put_far;

/// How the records of a source are shown.
#[derive(Debug)]
pub(crate) enum Shown {
    /// As what the plan's steps print.
    Rows,
    /// As a histogram after what the plan's steps print.
    Histogram(Histogram),
    /// As stacks, or counted.
    Stacks(Stacks),
    /// Not at all, in this format.
    Nothing,
}

/// What the sources of a printer have in common.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) tables: Tables,
    /// The names of addresses.
    pub(crate) names: Names,
    /// The stacks so far, if they are shown at the end.
    pub(crate) counts: Option<Counts>,
    pub(crate) format: Format,
}

/// A record as a value of the type that is shown, none if it is too short. `cpu` is what its header says.
pub(crate) fn plain<'a>(entries: &'a mut Option<Entries>, plan: &Plan, record: &'a [u8], cpu: u16) -> Option<&'a [u8]> {
    match entries {
        Some(entries) => entries.entry(record, cpu),
        None => record.get(..plan.size as usize),
    }
}

/// All that it takes to show a record of a source.
pub(crate) struct Showing<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) shown: &'a mut Shown,
    pub(crate) shared: &'a mut Shared,
}

impl Showing<'_> {
    /// Whether records are rows, of which each is a line.
    pub(crate) fn is_row(&self) -> bool {
        matches!(self.shown, Shown::Rows)
    }

    /// Add a record, which has the plan's type and was read at `time`. Rows of a table begin with `clock`.
    #[cfg_attr(target_family = "wasm", target_feature(enable = "simd128"))]
    pub(crate) fn write(&mut self, record: &[u8], time: u64, clock: Option<[u8; 16]>, out: &mut Gathered) {
        let Shared {
            tables,
            names,
            counts,
            format,
        } = &mut *self.shared;
        let clock = match self.shown {
            Shown::Rows => clock,
            Shown::Histogram(_) => None,
            Shown::Nothing => return,
            Shown::Stacks(stacks) => {
                let trace = stacks.trace(record, names, time);
                return match (counts, format) {
                    (Some(counts), _) => counts.add(&trace),
                    (None, Format::Table) => stack::print_text(&trace, out),
                    (None, _) => stack::print_json(&trace, out),
                };
            }
        };
        out.reserve(table::CLOCK + self.plan.most);
        let mut place = Place {
            at: out.at,
            start: out.at,
        };
        if let Some(clock) = clock {
            put_far(&mut out.bytes, place.at, clock);
            place.at += table::CLOCK;
        }
        out.at = run(tables, &self.plan.ops, record, &mut out.bytes, place).at;
        if let Shown::Histogram(histogram) = self.shown {
            histogram.print(record, place.start, out);
        }
    }
}
