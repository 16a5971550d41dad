//! Lines that wait to be written.

use crate::printer::Error;
use crate::write::WINDOW;
use alloc::string::ToString;
use alloc::vec::Vec;

/// Lines that wait to be written.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    /// Its length is what may be stored to; what was there before does not matter.
    pub(crate) bytes: Vec<u8>,
    /// How much of it counts.
    pub(crate) at: usize,
}

impl Gathered {
    /// Make room for this many bytes, and for the window of the last step.
    #[inline(always)]
    pub(crate) fn reserve(&mut self, most: usize) {
        let needed = self.at + most + WINDOW;
        if needed > self.bytes.len() {
            self.grow(needed);
        }
    }

    #[cold]
    #[inline(never)]
    fn grow(&mut self, needed: usize) {
        self.bytes.resize(needed.next_power_of_two(), 0);
    }

    /// Add text of any length.
    pub(crate) fn append(&mut self, text: &[u8]) {
        self.reserve(text.len());
        let end = self.at + text.len();
        if let Some(place) = self.bytes.get_mut(self.at..end) {
            place.copy_from_slice(text);
            self.at = end;
        }
    }

    /// Hand all of it on, unless there is nothing.
    pub(crate) fn hand_on(&mut self, write: &mut dyn FnMut(&[u8]) -> Result<(), Error>) -> Result<(), Error> {
        let length = core::mem::take(&mut self.at);
        match self.bytes.get(..length) {
            Some([]) => Ok(()),
            Some(lines) => write(lines),
            None => Err(Error::Other(
                "a row took more than was computed for it: a mistake of this printer".to_string(),
            )),
        }
    }
}
