//! Rows as they are shown where more is to be done than to print each as it comes.

use crate::form::Form;
use crate::gathered::Gathered;
use crate::layout::{Format, Options};
use crate::source::Showing;
use crate::time::clock;
use alloc::string::String;
use alloc::vec::Vec;
use alloc::{format, vec};

/// To the first line and column, and erase all below. What follows is part of the same write, so nothing flickers.
const BEGIN_SCREEN: &[u8] = b"\x1b[H\x1b[J";
/// The widest line that is shown of a table that is redrawn.
const WIDEST: u32 = 4096;
/// A second, in nanoseconds.
const SECOND: u64 = 1_000_000_000;

/// What is to be done with rows, and what has been.
#[derive(Debug)]
pub(crate) struct Views {
    form: Form,
    /// The seconds east of UTC if rows begin with the time.
    utc_offset: Option<i32>,
    /// Whether an empty line may stand between groups of records.
    is_table: bool,
    /// Whether each group takes the place of the one before.
    is_screen: bool,
    interval: u64,
    /// When the interval began; none before the first records.
    since: Option<u64>,
    max_rows: Option<u64>,
    shown: u64,
    hidden: u64,
    /// The header that rows stand below.
    headed: Vec<u8>,
    /// Whether a group has been shown.
    has_refreshed: bool,
    /// Where a row is made.
    row: Gathered,
    /// What waits to be written.
    lines: Vec<u8>,
    /// What each source shows on the screen, and what it showed last when that was more than a header.
    screens: Vec<Vec<u8>>,
    last_screens: Vec<Vec<u8>>,
}

impl Views {
    /// Whether these options want more than each row as it comes.
    pub(crate) fn are_wanted(options: &Options) -> bool {
        let Options {
            format,
            filter,
            sort,
            top,
            max_rows,
            ..
        } = options;
        !matches!(format, Format::Table | Format::Json)
            || filter.is_some()
            || sort.is_some()
            || top.is_some()
            || max_rows.is_some()
            || Self::width(options).is_some()
    }

    /// The columns that a table is cut at. A terminal of 0 columns is one that does not know how many it has.
    pub(crate) fn width(options: &Options) -> Option<usize> {
        let width = options.width.filter(|width| *width > 0)?;
        (options.format == Format::Table).then_some(width.min(WIDEST) as usize)
    }

    pub(crate) fn new(options: &Options, sources: usize) -> Self {
        let is_table = options.format == Format::Table;
        let width = Self::width(options);
        Self {
            form: Form::of(options.format, width),
            utc_offset: is_table.then_some(options.utc_offset),
            is_table,
            is_screen: width.is_some() && options.top.is_some(),
            interval: options.interval.unwrap_or(SECOND),
            since: None,
            max_rows: options.max_rows,
            shown: 0,
            hidden: 0,
            headed: Vec::new(),
            has_refreshed: false,
            row: Gathered::default(),
            lines: Vec::new(),
            screens: vec![Vec::new(); sources],
            last_screens: vec![Vec::new(); sources],
        }
    }

    /// Whether the bytes of records are shown, whatever they mean.
    pub(crate) fn are_raw(&self) -> bool {
        self.form == Form::Raw
    }

    /// Begin the first interval, with the first records.
    pub(crate) fn begin(&mut self, time: u64) {
        self.since.get_or_insert(time);
    }

    /// Whether an interval is over at `time`, and another one begins.
    pub(crate) fn is_over(&mut self, time: u64) -> bool {
        let Some(since) = self.since else {
            return false;
        };
        let Some(passed) = time.checked_sub(since) else {
            // Somebody has set the clock back.
            self.since = Some(time);
            return false;
        };
        if passed < self.interval {
            return false;
        }
        // Intervals go on from the first, so that a late batch does not make all of them late.
        self.since = Some(time - passed.checked_rem(self.interval).unwrap_or(0));
        true
    }

    /// Show a header, unless rows already stand below it.
    pub(crate) fn head(&mut self, header: &[u8]) {
        if self.headed != header && !header.is_empty() {
            self.headed = header.to_vec();
            self.lines.extend_from_slice(header);
        }
    }

    /// Show the first header, if there has been none.
    pub(crate) fn head_first(&mut self, header: &[u8]) {
        if self.headed.is_empty() {
            self.head(header);
        }
    }

    /// Show a record that was read at `time`, below its header, or count it if there have been enough.
    pub(crate) fn show(&mut self, showing: &mut Showing, header: &[u8], time: u64, record: &[u8]) {
        if !self.has_room() {
            self.hidden += 1;
            return;
        }
        self.shown += 1;
        self.head(header);
        if self.form == Form::Raw {
            self.lines.extend_from_slice(&(record.len() as u32).to_le_bytes());
            self.lines.extend_from_slice(record);
            return;
        }
        let row = &mut self.row;
        row.at = 0;
        let clock = self.utc_offset.map(|offset| clock(time, offset));
        showing.write(record, time, clock, row);
        let row = row.bytes.get(..row.at).unwrap_or_default();
        match self.form {
            Form::Plain | Form::Cut(_) if !showing.is_row() => {
                // Lines of different lengths, of which none is a column; the next row has its header again.
                self.lines.extend_from_slice(row);
                self.headed.clear();
            }
            form => form.show(row, &mut self.lines),
        }
    }

    /// Show what a group of records shows: in place of what its source has shown, or below it.
    pub(crate) fn refresh(&mut self, source: usize, header: &[u8], show: &mut dyn FnMut(&mut Self)) {
        if !self.is_screen {
            self.append(show);
        } else if self.has_room() {
            self.redraw(source, header, show);
        } else {
            // The screen keeps what it has; the rows are counted.
            show(self);
        }
    }

    fn append(&mut self, show: &mut dyn FnMut(&mut Self)) {
        let (length, shown) = (self.lines.len(), self.shown);
        if self.is_table && self.has_refreshed && self.has_room() {
            self.lines.push(b'\n');
        }
        show(self);
        if self.shown == shown {
            self.lines.truncate(length);
        } else {
            self.has_refreshed = true;
        }
    }

    fn redraw(&mut self, source: usize, header: &[u8], show: &mut dyn FnMut(&mut Self)) {
        self.lines.clear();
        self.headed.clear();
        self.head(header);
        let shown = self.shown;
        show(self);
        if let (true, Some(last)) = (self.shown > shown, self.last_screens.get_mut(source)) {
            last.clone_from(&self.lines);
        }
        if let Some(screen) = self.screens.get_mut(source) {
            core::mem::swap(screen, &mut self.lines);
        }
        self.draw();
    }

    fn draw(&mut self) {
        self.lines.clear();
        self.lines.extend_from_slice(BEGIN_SCREEN);
        for screen in &self.screens {
            self.lines.extend_from_slice(screen);
        }
    }

    /// Whether there was anything to see of a source, on a terminal.
    pub(crate) fn has_screen(&self, source: usize) -> bool {
        self.last_screens.get(source).is_some_and(|last| !last.is_empty())
    }

    /// The end, on a terminal: what stays is the last that there was to see, and not an interval that had only begun.
    pub(crate) fn keep_screen(&mut self) {
        if self.last_screens.iter().all(Vec::is_empty) {
            return;
        }
        for (screen, last) in self.screens.iter_mut().zip(&mut self.last_screens) {
            if !last.is_empty() {
                core::mem::swap(screen, last);
            }
        }
        self.draw();
    }

    /// Whether what is shown takes the place of what was.
    pub(crate) fn is_screen(&self) -> bool {
        self.is_screen
    }

    /// What waits to be written.
    pub(crate) fn lines(&mut self) -> &mut Vec<u8> {
        &mut self.lines
    }

    /// What a user should be told at the end.
    pub(crate) fn note(&self) -> Option<String> {
        match self.hidden {
            0 => None,
            1 => Some("max-rows: 1 more row was not shown".into()),
            hidden => Some(format!("max-rows: {hidden} more rows were not shown")),
        }
    }

    /// Whether another row may be shown.
    pub(crate) fn has_room(&self) -> bool {
        self.max_rows.is_none_or(|most| self.shown < most)
    }
}
