//! Batches of which not every record is an event.

use super::records::{Record, Records};
use super::{Error, Printer, unknown_source};
use crate::source::{Planned, Showing, plain};

impl Printer {
    /// Print the records of a batch, each as its source's are printed.
    pub(super) fn mixed(
        &mut self,
        data: &[u8],
        time: u64,
        clock: Option<[u8; 16]>,
        write: &mut dyn FnMut(&[u8]) -> Result<(), Error>,
    ) -> Result<(), Error> {
        if data.is_empty() {
            return self.head_first(0);
        }
        for record in Records::new(data) {
            let record = record?;
            self.out.hand_on_if_enough(write)?;
            self.record(record, time, clock)?;
        }
        Ok(())
    }

    fn record(&mut self, record: Record, time: u64, clock: Option<[u8; 16]>) -> Result<(), Error> {
        let (number, count) = (record.source, self.sources.len());
        match self.sources.get(number) {
            // It only says that a sample is over, and that there was one.
            Some(source) if source.ends_sample(record.bytes) => return self.head_first(number),
            Some(_) if self.header && self.headed != Some(number) => self.head(number)?,
            _ => {}
        }
        let Some(source) = self.sources.get_mut(number) else {
            return Err(unknown_source(number, count));
        };
        let Planned {
            plan, entries, shown, ..
        } = source;
        if let Some(plain) = plain(entries, plan, record.bytes, record.cpu) {
            let shared = &mut self.shared;
            Showing { plan, shown, shared }.write(plain, time, clock, &mut self.out);
        } else {
            source.count_short(record.bytes.len() as u32);
        }
        Ok(())
    }
}
