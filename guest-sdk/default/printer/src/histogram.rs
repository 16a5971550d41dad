//! Histograms: what they count for, then a row or an object for each range, up to the last that has a count.

mod csv;
mod json;
mod ranges;
mod rows;

use crate::form::SEPARATOR;
use crate::gathered::Gathered;
use crate::layout::Kind;
use crate::plan::{Field, Plan, Planner, Steps};
use crate::printer::Error;
use crate::text::{Style, label, name};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
pub(crate) use ranges::Ranges;

/// The member that holds the counts.
const SLOTS: &str = "slots";
/// The most counts of a histogram. Their ranges are written down beforehand.
const MOST_SLOTS: u32 = 1 << 14;

/// Prints the counts of an entry.
#[derive(Debug)]
pub(crate) struct Histogram {
    pub(crate) slots: Slots,
    shown: Shown,
    /// The counts of one entry, as far as they are shown.
    counts: Vec<u64>,
}

/// Where the counts are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Slots {
    pub(crate) offset: u32,
    /// The bytes of each: 1, 2, 4 or 8.
    pub(crate) size: u32,
    pub(crate) count: u32,
}

#[derive(Debug)]
enum Shown {
    Rows(rows::Rows),
    Objects(json::Objects),
    Lines(csv::Lines),
}

/// What histograms are shown as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Lines and bars, for people.
    Bars,
    /// An object of JSON.
    Object,
    /// Lines whose values are going to be separated by commas, one for each range.
    Lines,
}

impl Shape {
    /// What a name is, and what stands before it, between it and its value, and after that.
    fn around(self) -> (Style, [&'static [u8]; 3]) {
        match self {
            Self::Bars => (Style::Bare, [b"", b" = ", b"\n"]),
            Self::Object => (Style::Quoted, [b"\"", b"\":", b","]),
            // Names stand in the header alone.
            Self::Lines => (Style::Bare, [b"", b"", &[SEPARATOR]]),
        }
    }
}

/// The names of columns where there are some, the steps of what stands before the counts, and what prints these. `entry` is the struct of
/// key and value.
///
/// For people these are lines `name = value` for the key and for each member of the value beside `slots`. The key is always
/// among them, also if it is the 0 of an array of one element: how many a map has is nothing that a printer is told.
pub(crate) fn plan(
    planner: &mut Planner,
    entry: u32,
    unit: &str,
    ranges: Ranges,
    shape: Shape,
    source: &str,
) -> Result<(Vec<u8>, Plan, Histogram), Error> {
    let mut steps = planner.begin(entry, source)?;
    let mut fields = planner.columns(entry, &steps)?;
    let counted = match fields.pop() {
        Some(value) => match members(planner, &value, &steps)?.as_slice() {
            // An array is its own counts.
            [only] if only.ty == value.ty => alloc::vec![Field { name: SLOTS, ..value }],
            members => members.to_vec(),
        },
        None => Vec::new(),
    };
    let (counted, others): (Vec<Field>, _) = counted.into_iter().partition(|member| member.name == SLOTS);
    let slots = slots(planner, counted.first(), &others, &steps)?;
    if shape == Shape::Lines {
        // Members of a key are columns, as they are of rows.
        let keys: Result<Vec<Vec<Field>>, Error> = fields.iter().map(|key| members(planner, key, &steps)).collect();
        fields = keys?.concat();
    }
    // A value that is its own counts has no other members.
    fields.extend(others.into_iter().filter(|member| !member.name.is_empty()));

    let (style, [before, between, after]) = shape.around();
    if shape == Shape::Object {
        steps.text(b"{");
    }
    for field in &fields {
        if shape != Shape::Lines {
            steps.text(before);
            steps.text(&name(field.name, style));
            steps.text(between);
        }
        steps.check_length()?;
        if shape == Shape::Object {
            planner.json(field, &mut steps)?;
        } else {
            planner.bare(field, &mut steps)?;
        }
        steps.text(after);
    }
    for _ in 0..slots.count {
        planner.count(&steps.path)?;
    }
    let unit = name(unit, style);
    let shown = match shape {
        Shape::Bars => Shown::Rows(rows::Rows::new(ranges, slots.count, &unit)),
        Shape::Object => {
            steps.text(b"\"unit\":\"");
            steps.text(&unit);
            steps.text(b"\",\"buckets\":[");
            Shown::Objects(json::Objects::new(ranges, slots.count))
        }
        Shape::Lines => Shown::Lines(csv::Lines::new(ranges, &unit)),
    };
    steps.check_length()?;
    let header = match shape {
        Shape::Lines => csv::header(&fields),
        Shape::Bars | Shape::Object => Vec::new(),
    };
    let plan = planner.end(steps, entry)?;
    let histogram = Histogram {
        slots,
        shown,
        counts: Vec::new(),
    };
    Ok((header, plan, histogram))
}

/// The members of a key or value, at their places in the entry; of one that is no struct, itself.
fn members<'a>(planner: &mut Planner<'a>, value: &Field<'a>, steps: &Steps) -> Result<Vec<Field<'a>>, Error> {
    match &planner.find(value.ty, &steps.path)?.kind {
        Kind::Struct(members) | Kind::Union(members) => {
            let mut fields = planner.fields(members, steps)?;
            for field in &mut fields {
                field.bit_offset += value.bit_offset;
            }
            Ok(fields)
        }
        _ => Ok(alloc::vec![*value]),
    }
}

/// Check what is to be counted.
fn slots(planner: &Planner, counted: Option<&Field>, others: &[Field], steps: &Steps) -> Result<Slots, Error> {
    let Some(slots) = counted else {
        let names: Vec<String> = others.iter().take(8).map(|member| label(member.name)).collect();
        return Err(steps.error(format!(
            "a histogram counts in an array of unsigned integers, the map's value or its member {SLOTS}; \
             the value has the members {}",
            names.join(", ")
        )));
    };
    let ty = planner.find(slots.ty, &steps.path)?;
    let not_these = |what: &str| {
        steps.error(format!(
            "{SLOTS} is {what}; a histogram counts in an array of unsigned integers of 1, 2, 4 or 8 bytes"
        ))
    };
    let Kind::Array { element, count } = ty.kind else {
        return Err(not_these("no array"));
    };
    let element = planner.find(element, &steps.path)?;
    let size = element.size;
    match element.kind {
        Kind::Int { signed: false } if matches!(size, 1 | 2 | 4 | 8) => {}
        Kind::Int { signed: false } => return Err(not_these(&format!("an array of integers of {size} bytes"))),
        Kind::Int { signed: true } => return Err(not_these("an array of signed integers")),
        _ => return Err(not_these("an array of something else")),
    }
    if count > MOST_SLOTS || count == 0 {
        return Err(steps.error(format!(
            "{SLOTS} is an array of {count} counts; a histogram has 1 to {MOST_SLOTS}"
        )));
    }
    if !slots.bit_offset.is_multiple_of(8) {
        return Err(not_these("no whole bytes"));
    }
    let offset = steps.place(slots.bit_offset / 8, u64::from(size) * u64::from(count))?;
    Ok(Slots { offset, size, count })
}

impl Histogram {
    /// Add the counts of an entry to the output, where what stands before them begins at `start`.
    #[cfg_attr(target_family = "wasm", target_feature(enable = "simd128"))]
    pub(crate) fn print(&mut self, entry: &[u8], start: usize, out: &mut Gathered) {
        let most = self.gather(entry);
        match &self.shown {
            Shown::Rows(rows) => rows.print(&self.counts, most, out),
            Shown::Objects(objects) => objects.print(&self.counts, out),
            Shown::Lines(lines) => lines.print(&self.counts, start, out),
        }
    }

    /// Take the counts up to the last that is not 0, and return the largest.
    fn gather(&mut self, entry: &[u8]) -> u64 {
        let Slots { offset, size, count } = self.slots;
        let from = offset as usize;
        let bytes = entry.get(from..from + (size * count) as usize).unwrap_or_default();
        let counts = &mut self.counts;
        match size {
            1 => take(counts, bytes, |bytes| u8::from_ne_bytes(bytes).into()),
            2 => take(counts, bytes, |bytes| u16::from_ne_bytes(bytes).into()),
            4 => take(counts, bytes, |bytes| u32::from_ne_bytes(bytes).into()),
            _ => take(counts, bytes, u64::from_ne_bytes),
        }
    }
}

fn take<const N: usize>(counts: &mut Vec<u64>, bytes: &[u8], number: impl Fn([u8; N]) -> u64) -> u64 {
    let (slots, _) = bytes.as_chunks::<N>();
    let shown = slots
        .iter()
        .rposition(|slot| *slot != [0; N])
        .map_or(0, |last| last + 1);
    let mut most = 0;
    counts.clear();
    counts.extend(slots.iter().take(shown).map(|slot| {
        let count = number(*slot);
        most = most.max(count);
        count
    }));
    most
}
