//! Which records of a source are shown, and in which order.
//!
//! It knows nothing of how records are read and shown: a record is the bytes of a type of the layout, be it an event or an
//! entry of a map.

use crate::filter::Filter;
use crate::layout::{Options, Source, Type};
use crate::order::Order;
use crate::printer::Error;
use crate::text::label;
use crate::usage::Refusal;
use alloc::format;
use alloc::string::{String, ToString};

/// The most records that `top` holds back: nobody reads more of them at a time.
const MOST_TOP: u32 = 10_000;

/// What a user wants to see of one source. The default is all of it, as it comes.
#[derive(Debug, Default)]
pub(crate) struct Selection {
    filter: Option<Filter>,
    order: Option<Order>,
}

impl Selection {
    /// The selection of records of the type `root`, which `source` gives.
    ///
    /// Entries of a sampled map can be sorted, for a sample has an end. Events have none: of those, the first of an
    /// interval can be shown, so a `sort` needs a `top`, and a `top` without an order of its own needs a `sort`.
    ///
    /// # Errors
    ///
    /// `Usage` for a filter or the name of a member that says nothing about such records, and for a `top` that makes no sense.
    pub(crate) fn new(layout: &[Type], root: u32, source: &Source, options: &Options) -> Result<Self, Error> {
        let filter = match &options.filter {
            Some(filter) => Some(Filter::new(layout, root, &source.name, filter)?),
            None => None,
        };
        let (sort, top) = (options.sort.as_deref(), options.top);
        let order = match (sort, top) {
            (None, None) => None,
            _ => {
                check(source, sort, top)?;
                let limit = top.map(|top| top as usize);
                Some(Order::new(layout, root, &source.name, sort, limit)?)
            }
        };
        Ok(Self { filter, order })
    }

    /// Why the filter says nothing about these records, if it does not.
    pub(crate) fn never(&self) -> Option<&Error> {
        self.filter.as_ref()?.never()
    }

    /// Whether the filter lets a record through, which is at least as long as its type.
    pub(crate) fn admits(&mut self, record: &[u8]) -> bool {
        self.filter.as_mut().is_none_or(|filter| filter.admits(record))
    }

    /// Hold back a record that was read at `time`, if records are to be shown in another order than theirs.
    /// False if it is to be shown at once.
    pub(crate) fn holds(&mut self, time: u64, record: &[u8]) -> bool {
        match &mut self.order {
            Some(order) => {
                order.hold(time, record);
                true
            }
            None => false,
        }
    }

    /// Whether records are held back at all.
    pub(crate) fn is_ordered(&self) -> bool {
        self.order.is_some()
    }

    /// Let go in their order what is held back, each with the time at which it was read: at the end of a sample or of an
    /// interval, and at the end of all.
    pub(crate) fn release(&mut self, show: &mut dyn FnMut(u64, &[u8])) {
        if let Some(order) = &mut self.order {
            order.release(show);
        }
    }

    /// How many records could not be held back, for there is a limit to the memory.
    pub(crate) fn left_out(&self) -> u64 {
        self.order.as_ref().map_or(0, Order::left_out)
    }
}

fn check(source: &Source, sort: Option<&str>, top: Option<u32>) -> Result<(), Error> {
    let is_sampled = source.entry().is_some();
    let name = label(&source.name);
    let refuse = |option, what: String, hint: &str| Err(Refusal::with_hint(what, hint.to_string()).of(option));
    match (sort, top) {
        (_, Some(0)) => refuse(
            "top",
            "the first 0 records are none".to_string(),
            "--top 10 shows ten of them",
        ),
        (_, Some(top)) if top > MOST_TOP => {
            let what = format!("at most the first {MOST_TOP} records are shown, not {top}");
            refuse("top", what, "--max-rows limits what is shown in all")
        }
        (Some(_), None) if !is_sampled => {
            let what = format!("the events of map {name} never end, so they cannot be sorted as a whole");
            refuse("sort", what, "add --top 10 to see the first ten of each interval")
        }
        (None, Some(_)) if !is_sampled => {
            let what = format!("the events of map {name} have no order of which some would be the first");
            refuse(
                "top",
                what,
                "add --sort and the name of a member; --max-rows limits what is shown in all",
            )
        }
        _ => Ok(()),
    }
}
