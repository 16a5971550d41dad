//! From a row, as its steps have made it, to the form in which a user wants it.

mod pretty;
mod yaml;

use crate::layout::Format;
use crate::plan::{Field, Plan, Planner};
use crate::printer::Error;
use crate::text::{Style, name};
use crate::{json, table};
use alloc::vec::Vec;

/// What becomes of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// It stays as it is.
    Plain,
    /// A line of a table is cut at this many columns.
    Cut(usize),
    /// JSON is spread over lines.
    Pretty,
    /// JSON becomes a document of YAML.
    Yaml,
    /// Values become a line of CSV.
    Csv,
    /// There is no row: the record is shown.
    Raw,
}

/// Begins and ends bold text on a terminal.
const BOLD: [&[u8]; 2] = [b"\x1b[1m", b"\x1b[m"];
/// Stands between the values of a row that becomes CSV. No value holds it, as control characters are escaped in it.
pub(crate) const SEPARATOR: u8 = 0x1f;
const ELLIPSIS: &str = "…";

impl Form {
    /// How rows of a format are shown; `width` is that of a terminal.
    pub(crate) fn of(format: Format, width: Option<usize>) -> Self {
        match (format, width) {
            (Format::Table, Some(width)) => Self::Cut(width),
            (Format::JsonPretty, _) => Self::Pretty,
            (Format::Yaml, _) => Self::Yaml,
            (Format::Csv, _) => Self::Csv,
            (Format::Raw, _) => Self::Raw,
            _ => Self::Plain,
        }
    }

    /// Add what a user sees of a row, which ends with a line feed.
    pub(crate) fn show(self, row: &[u8], out: &mut Vec<u8>) {
        match self {
            Self::Plain | Self::Raw => out.extend_from_slice(row),
            Self::Cut(width) => cut(row, width, out),
            Self::Pretty => pretty::show(row, out),
            Self::Yaml => yaml::show(row, out),
            Self::Csv => csv(row, out),
        }
    }
}

/// The header line, which is empty where a format has none, and the steps of a row of these members.
pub(crate) fn plan(
    format: Format,
    planner: &mut Planner,
    root: u32,
    source: &str,
    fields: &[Field],
) -> Result<(Vec<u8>, Plan), Error> {
    match format {
        Format::Table => table::plan(planner, root, source, fields),
        Format::Csv => csv_plan(planner, root, source, fields),
        Format::Raw => {
            let steps = planner.begin(root, source)?;
            Ok((Vec::new(), planner.end(steps, root)?))
        }
        _ => Ok((Vec::new(), json::plan(planner, root, source, fields)?)),
    }
}

/// A header line as a terminal of `width` columns shows it, bold where colours are welcome.
pub(crate) fn header(line: &[u8], width: Option<usize>, bold: bool) -> Vec<u8> {
    let mut header = Vec::with_capacity(line.len());
    match width {
        Some(width) => cut(line, width, &mut header),
        None => header.extend_from_slice(line),
    }
    if bold && header.pop().is_some() {
        let [begin, end] = BOLD;
        header = [begin, &header, end, b"\n"].concat();
    }
    header
}

/// A line without what is beyond the last column, which then says that there is more.
fn cut(line: &[u8], width: usize, out: &mut Vec<u8>) {
    let text = line.strip_suffix(b"\n").unwrap_or(line);
    let begins_character = |byte: &u8| *byte & 0xc0 != 0x80;
    // No character takes less than a byte.
    if text.len() <= width || text.iter().filter(|byte| begins_character(byte)).count() <= width {
        out.extend_from_slice(line);
        return;
    }
    let mut characters = text.iter().enumerate().filter(|(_, byte)| begins_character(byte));
    let end = characters.nth(width.saturating_sub(1)).map_or(0, |(place, _)| place);
    out.extend_from_slice(text.get(..end).unwrap_or_default());
    out.extend_from_slice(ELLIPSIS.as_bytes());
    out.push(b'\n');
}

/// The header line and the steps of a row whose values have `SEPARATOR` between them.
fn csv_plan(planner: &mut Planner, root: u32, source: &str, fields: &[Field]) -> Result<(Vec<u8>, Plan), Error> {
    let mut header = Vec::new();
    let mut steps = planner.begin(root, source)?;
    for (place, field) in fields.iter().enumerate() {
        if place > 0 {
            header.push(b',');
            steps.text(&[SEPARATOR]);
        }
        value(&name(field.name, Style::Bare), &mut header);
        planner.bare(field, &mut steps)?;
    }
    header.push(b'\n');
    steps.text(b"\n");
    Ok((header, planner.end(steps, root)?))
}

/// Lines of values with commas between them.
///
/// They end with LF, not with the CRLF of RFC 4180: every reader of CSV takes both, but to `cut`, `awk` and `sort`, which lines
/// are for, a CR is part of the last value. Line breaks in a value are escaped as in a table, so a record is a line.
fn csv(rows: &[u8], out: &mut Vec<u8>) {
    for row in rows.split_inclusive(|byte| *byte == b'\n') {
        let row = row.strip_suffix(b"\n").unwrap_or(row);
        for (place, part) in row.split(|byte| *byte == SEPARATOR).enumerate() {
            if place > 0 {
                out.push(b',');
            }
            value(part, out);
        }
        out.push(b'\n');
    }
}

/// A value of CSV, between quotes if it has a comma or a quote; quotes in it are doubled.
pub(crate) fn value(text: &[u8], out: &mut Vec<u8>) {
    if !text.iter().any(|byte| matches!(byte, b',' | b'"' | b'\r' | b'\n')) {
        out.extend_from_slice(text);
        return;
    }
    out.push(b'"');
    for byte in text {
        out.push(*byte);
        if *byte == b'"' {
            out.push(b'"');
        }
    }
    out.push(b'"');
}
