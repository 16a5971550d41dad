//! Batches of which not each record is printed as it comes.

use super::records::{Record, Records};
use super::{Error, Printer, unknown_source};
use crate::fold;
use crate::gathered::ENOUGH;
use crate::layout::Format;
use crate::source::{Planned, Shared, Showing, Shown, plain};
use crate::views::Views;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

impl Printer {
    /// Print what a user wants to see of a batch, and of the batches before it what has been held back until now.
    pub(super) fn viewed(
        &mut self,
        views: &mut Views,
        data: &[u8],
        time: u64,
        write: &mut dyn FnMut(&[u8]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        // What is counted and held back cannot be taken back, so a batch that lies is found before.
        for record in Records::new(data) {
            let number = record?.source;
            if number >= self.sources.len() {
                return Err(unknown_source(number, self.sources.len()));
            }
        }
        match self.sources.first() {
            Some(first) if data.is_empty() => views.head_first(&first.header),
            _ => views.begin(time),
        }
        if views.is_over(time) {
            self.release_events(views, write)?;
        }
        let shared = &mut self.shared;
        for Record {
            source: number,
            cpu,
            bytes,
        } in Records::new(data).flatten()
        {
            let Some(source) = self.sources.get_mut(number) else {
                continue;
            };
            if let Shown::Nothing = source.shown {
                continue;
            }
            if source.ends_sample(bytes) {
                views.head_first(&source.header);
                refresh(number, source, shared, views, write)?;
                continue;
            }
            let is_event = source.entries.is_none();
            let Some(plain) = plain(&mut source.entries, &source.plan, bytes, cpu) else {
                source.count_short(bytes.len() as u32);
                continue;
            };
            let shown = if views.are_raw() && is_event { bytes } else { plain };
            let selection = &mut source.selection;
            if selection.admits(plain) && !selection.holds(time, shown) {
                let mut showing = Showing {
                    plan: &source.plan,
                    shown: &mut source.shown,
                    shared,
                };
                views.show(&mut showing, &source.header, time, shown);
                hand_on_much(views, write)?;
            }
        }
        hand_on(views, write)
    }

    /// Show what is held back of all events. What is held back of a sample is shown when that is over.
    fn release_events(
        &mut self,
        views: &mut Views,
        write: &mut dyn FnMut(&[u8]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let sources = self.sources.iter_mut().enumerate();
        for (number, source) in sources.filter(|(_, source)| source.entries.is_none()) {
            refresh(number, source, &mut self.shared, views, write)?;
        }
        Ok(())
    }

    /// Show what is held back, write what the format needs at its end, and say what was not shown.
    ///
    /// # Errors
    ///
    /// Those of `write`.
    pub fn finish(&mut self, write: &mut dyn FnMut(&[u8]) -> Result<(), Error>) -> Result<Vec<String>, Error> {
        let mut notes = self.totals();
        if let Some(mut views) = self.views.take() {
            for (number, source) in self.sources.iter_mut().enumerate() {
                if !views.has_screen(number) {
                    refresh(number, source, &mut self.shared, &mut views, write)?;
                }
            }
            views.keep_screen();
            hand_on(&mut views, write)?;
            notes.extend(views.note());
            for source in &self.sources {
                let (name, left_out) = (&source.name, source.selection.left_out());
                if left_out > 0 {
                    notes.push(format!(
                        "{name}: {left_out} records were left out, for there was no memory to sort them"
                    ));
                }
            }
        }
        if let Some(counts) = self.shared.counts.take() {
            self.out.at = 0;
            match self.shared.format {
                Format::Svg => fold::print_flame_graph(&counts, &mut self.out, write)?,
                _ => fold::print_folded(&counts, &mut self.out, write)?,
            }
            notes.extend(counts.note());
        }
        Ok(notes)
    }
}

/// Show what a source has held back, as a group of its own.
fn refresh(
    number: usize,
    source: &mut Planned,
    shared: &mut Shared,
    views: &mut Views,
    write: &mut dyn FnMut(&[u8]) -> Result<(), Error>,
) -> Result<(), Error> {
    let Planned {
        plan,
        header,
        shown,
        selection,
        ..
    } = source;
    if !selection.is_ordered() {
        return Ok(());
    }
    let mut result = Ok(());
    views.refresh(number, header, &mut |views| {
        selection.release(&mut |time, record| {
            views.show(&mut Showing { plan, shown, shared }, header, time, record);
            if result.is_ok() && !views.is_screen() {
                result = hand_on_much(views, write);
            }
        });
    });
    result
}

/// Write what waits to be written, if it is much.
fn hand_on_much(views: &mut Views, write: &mut dyn FnMut(&[u8]) -> Result<(), Error>) -> Result<(), Error> {
    if views.lines().len() > ENOUGH {
        return hand_on(views, write);
    }
    Ok(())
}

fn hand_on(views: &mut Views, write: &mut dyn FnMut(&[u8]) -> Result<(), Error>) -> Result<(), Error> {
    let lines = views.lines();
    let result = if lines.is_empty() { Ok(()) } else { write(lines) };
    lines.clear();
    result
}
