//! Batches of which not each record is printed as it comes.

use super::{ENOUGH, Error, Planned, Printer, past_the_end, split, unknown_source};
use crate::op::Tables;
use crate::views::Views;

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
            let (number, _) = record?;
            if number >= self.sources.len() {
                return Err(unknown_source(number, self.sources.len()));
            }
        }
        match self.sources.first() {
            Some(first) if data.is_empty() => views.head_first(&first.header),
            _ => views.begin(time),
        }
        if views.is_over(time) {
            self.release(views, write)?;
        }
        let tables = &self.tables;
        for (number, record) in Records::new(data).flatten() {
            let Some(source) = self.sources.get_mut(number) else {
                continue;
            };
            let Some(plain) = record.get(..source.plan.size as usize) else {
                source.count_short(record.len() as u32);
                continue;
            };
            let shown = if views.are_raw() { record } else { plain };
            let selection = &mut source.selection;
            if selection.admits(plain) && !selection.holds(time, shown) {
                views.show(tables, &source.plan, &source.header, time, shown);
                hand_on_much(views, write)?;
            }
        }
        hand_on(views, write)
    }

    /// Show what is held back of all events.
    fn release(&mut self, views: &mut Views, write: &mut dyn FnMut(&[u8]) -> Result<(), Error>) -> Result<(), Error> {
        for (number, source) in self.sources.iter_mut().enumerate() {
            refresh(number, source, &self.tables, views, write)?;
        }
        Ok(())
    }

    /// Show what is held back, and say what was not shown.
    ///
    /// # Errors
    ///
    /// Those of `write`.
    pub fn finish(
        &mut self,
        write: &mut dyn FnMut(&[u8]) -> Result<(), Error>,
    ) -> Result<alloc::vec::Vec<alloc::string::String>, Error> {
        let mut notes = self.totals();
        if let Some(mut views) = self.views.take() {
            self.release(&mut views, write)?;
            hand_on(&mut views, write)?;
            notes.extend(views.note());
            for source in &self.sources {
                let (name, left_out) = (&source.name, source.selection.left_out());
                if left_out > 0 {
                    notes.push(alloc::format!(
                        "{name}: {left_out} records were left out, for there was no memory to sort them"
                    ));
                }
            }
        }
        Ok(notes)
    }
}

/// Show what a source has held back, as a group of its own.
fn refresh(
    number: usize,
    source: &mut Planned,
    tables: &Tables,
    views: &mut Views,
    write: &mut dyn FnMut(&[u8]) -> Result<(), Error>,
) -> Result<(), Error> {
    let Planned {
        plan,
        header,
        selection,
        ..
    } = source;
    if !selection.is_ordered() {
        return Ok(());
    }
    let mut result = Ok(());
    views.refresh(number, header, &mut |views| {
        selection.release(&mut |time, record| {
            views.show(tables, plan, header, time, record);
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

/// The records of a batch, with the numbers of their sources.
struct Records<'a> {
    data: &'a [u8],
    rest: &'a [u8],
}

impl<'a> Records<'a> {
    fn new(data: &'a [u8]) -> Self {
        Self { data, rest: data }
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Result<(usize, &'a [u8]), Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let (header, after) = self.rest.split_first_chunk::<8>()?;
        let (length, number) = split(u64::from_ne_bytes(*header));
        let place = self.data.len() - self.rest.len();
        // As long as the data is made of words, the padding is there where the record is.
        self.rest = after.get((length as usize).next_multiple_of(8)..).unwrap_or_default();
        Some(match after.get(..length as usize) {
            Some(record) => Ok((number, record)),
            None => Err(past_the_end(place, length, after.len())),
        })
    }
}
