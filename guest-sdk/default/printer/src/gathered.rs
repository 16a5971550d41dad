//! Lines that wait to be written.

use crate::number::{MOST_128, MOST_HEX, signed_128};
use crate::printer::Error;
use crate::text::Style;
use crate::write::{WINDOW, window};
use alloc::string::ToString;
use alloc::vec::Vec;

/// What is gathered before it is handed on. A batch of 256 KiB makes a tenth of that; only a layout of very long names,
/// or of very many, needs a second write.
pub(crate) const ENOUGH: usize = 4 << 20;

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

    /// Add text of any kind, as it may be shown.
    pub(crate) fn escaped(&mut self, text: &[u8], style: Style) {
        self.reserve(text.len().saturating_mul(style.widest()));
        // The text is as long as it is: there is nothing past its end.
        self.at = crate::text::text(&mut self.bytes, self.at, text, text.len(), style).0;
    }

    /// Add a number.
    pub(crate) fn number(&mut self, number: i128) {
        self.reserve(MOST_128);
        if let Some(window) = window(&mut self.bytes, self.at) {
            self.at += signed_128(window, 0, number);
        }
    }

    /// Add an address: `0x` and its digits.
    pub(crate) fn address(&mut self, address: u64) {
        self.reserve(MOST_HEX);
        if let Some(window) = window(&mut self.bytes, self.at) {
            self.at += crate::number::address(window, 0, address);
        }
    }

    /// Hand it on if it is so much that no more should be gathered.
    #[inline(always)]
    pub(crate) fn hand_on_if_enough(&mut self, write: &mut dyn FnMut(&[u8]) -> Result<(), Error>) -> Result<(), Error> {
        if self.at > ENOUGH { self.hand_on(write) } else { Ok(()) }
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
