//! Records that are held back until it is known which come first.

use crate::layout::Type;
use crate::plan::{Integer, Scalar, Shown, describe, find, scalar};
use crate::printer::Error;
use crate::text::label;
use crate::usage::Refusal;
use alloc::collections::BinaryHeap;
use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;
use core::cmp::Ordering;

/// What is held back at most, in bytes of records: a map of a quarter of a million small entries. A guest has 64 MiB for all.
const MOST_BYTES: usize = 16 << 20;
/// What a record costs besides its bytes.
const OVERHEAD: usize = size_of::<Held>();

/// Holds back records of one source, and gives them in order.
///
/// With a limit it never holds more than that, and a record that is not among the first costs one comparison.
#[derive(Debug)]
pub(crate) struct Order {
    /// The member to sort by; none for the order in which they come.
    by: Option<Key>,
    limit: usize,
    /// The one that would be shown last is on top.
    held: BinaryHeap<Held>,
    bytes: usize,
    /// How many have come since they were last let go.
    arrived: u64,
    /// How many did not fit into memory.
    left_out: u64,
}

/// How records are compared.
#[derive(Debug, Clone, Copy)]
struct Key {
    scalar: Scalar,
    kind: KeyKind,
    smallest_first: bool,
}

#[derive(Debug, Clone, Copy)]
enum KeyKind {
    Integer,
    Float,
    Text,
}

/// A record and when it was read.
#[derive(Debug)]
struct Held {
    by: Option<Key>,
    /// Of equal records the first stays the first.
    place: u64,
    time: u64,
    record: Vec<u8>,
}

impl Order {
    /// `sort` is a member's name, with a `-` before it if the smallest comes first. Without a `limit` all are held.
    pub(crate) fn new(
        layout: &[Type],
        root: u32,
        source: &str,
        sort: Option<&str>,
        limit: Option<usize>,
    ) -> Result<Self, Error> {
        let by = match sort {
            Some(sort) => Some(key(layout, root, source, sort).map_err(|refusal| refusal.of("sort"))?),
            None => None,
        };
        Ok(Self {
            by,
            limit: limit.unwrap_or(usize::MAX),
            held: BinaryHeap::new(),
            bytes: 0,
            arrived: 0,
            left_out: 0,
        })
    }

    /// Hold back a record that was read at `time`, or forget it if enough others come before it.
    pub(crate) fn hold(&mut self, time: u64, record: &[u8]) {
        let place = self.arrived;
        self.arrived += 1;
        let mut bytes = Vec::new();
        if self.held.len() >= self.limit {
            let Some(mut last) = self.held.peek_mut() else {
                return;
            };
            if compare(self.by, record, &last.record) != Ordering::Less {
                return;
            }
            // Its memory serves the record that takes its place.
            bytes = core::mem::take(&mut last.record);
            self.bytes -= bytes.len() + OVERHEAD;
            bytes.clear();
            bytes.extend_from_slice(record);
            self.bytes += bytes.len() + OVERHEAD;
            *last = Held {
                by: self.by,
                place,
                time,
                record: bytes,
            };
        } else {
            bytes.extend_from_slice(record);
            self.bytes += bytes.len() + OVERHEAD;
            self.held.push(Held {
                by: self.by,
                place,
                time,
                record: bytes,
            });
        }
        while self.bytes > MOST_BYTES {
            let last = self.held.pop();
            self.bytes -= last.map_or(self.bytes, |last| last.record.len() + OVERHEAD);
            self.left_out += 1;
        }
    }

    /// Let all go, the first first, each with its time.
    pub(crate) fn release(&mut self, show: &mut dyn FnMut(u64, &[u8])) {
        self.bytes = 0;
        self.arrived = 0;
        for held in core::mem::take(&mut self.held).into_sorted_vec() {
            show(held.time, &held.record);
        }
    }

    /// How many records were not shown because there was no memory for them.
    pub(crate) fn left_out(&self) -> u64 {
        self.left_out
    }
}

fn key(layout: &[Type], root: u32, source: &str, sort: &str) -> Result<Key, Refusal> {
    let (smallest_first, name) = match sort.strip_prefix('-') {
        Some(name) => (true, name),
        None => (false, sort),
    };
    let field = find(layout, root, source, name)?;
    let Some((scalar, shown)) = scalar(layout, root, source, &field)? else {
        let what = format!("{} is {}, which has no order", label(name), describe(layout, &field)?);
        let hint = "a dot leads into a struct, as in addr.port, and [0] to the first element of an array";
        return Err(Refusal::with_hint(what, hint.to_string()));
    };
    let kind = match shown {
        Shown::Number | Shown::Bool | Shown::Names { .. } => KeyKind::Integer,
        Shown::Float { .. } => KeyKind::Float,
        Shown::Text => KeyKind::Text,
    };
    Ok(Key {
        scalar,
        kind,
        smallest_first,
    })
}

/// `Less` if the first of two records is shown before the second.
fn compare(by: Option<Key>, one: &[u8], other: &[u8]) -> Ordering {
    let Some(Key {
        scalar,
        kind,
        smallest_first,
    }) = by
    else {
        return Ordering::Equal;
    };
    let order = match kind {
        KeyKind::Integer => {
            let value = |record| -> Integer { scalar.integer(record) };
            value(one).cmp(&value(other))
        }
        KeyKind::Float => scalar.float(one).total_cmp(&scalar.float(other)),
        KeyKind::Text => scalar.text(one).cmp(scalar.text(other)),
    };
    if smallest_first { order } else { order.reverse() }
}

impl Ord for Held {
    fn cmp(&self, other: &Self) -> Ordering {
        compare(self.by, &self.record, &other.record).then(self.place.cmp(&other.place))
    }
}

impl PartialOrd for Held {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Held {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Held {}
