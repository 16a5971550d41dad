//! Where data goes: the host's standard output.

use alloc::vec::Vec;
use core::fmt;

use crate::error::Error;

pub use crate::bindings::output::{Error as OutputError, write};

/// A buffer in front of the host's standard output. What is written to it goes out with one call, at [`flush`](Self::flush).
///
/// A call costs more than the text of some events: flush once a batch. `println!` makes a call a line.
/// What is left when it is dropped is written then, without a word about errors.
#[derive(Debug, Default)]
pub struct Output {
    buffer: Vec<u8>,
}

impl Output {
    /// An empty buffer.
    pub fn new() -> Self {
        Self::default()
    }

    /// What waits to be written, for formatters that write bytes themselves.
    pub fn buffer(&mut self) -> &mut Vec<u8> {
        &mut self.buffer
    }

    /// Hand all of it to the receiver, in one call. Nothing is called if there is nothing.
    ///
    /// # Errors
    /// [`Closed`](crate::ErrorKind::Closed) if the reader has gone, which is nothing to complain about. The buffer is
    /// empty then as well.
    pub fn flush(&mut self) -> Result<(), Error> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let result = write(&self.buffer);
        self.buffer.clear();
        Ok(result?)
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        let _ = self.flush();
    }
}

/// Never fails: it writes to the buffer.
impl fmt::Write for Output {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.buffer.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

/// As [`flush`](Output::flush) says, nothing reaches the host before the flush.
#[cfg(feature = "std")]
impl std::io::Write for Output {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.buffer.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Output::flush(self).map_err(|error| {
            let kind = match error.kind() {
                crate::ErrorKind::Closed => std::io::ErrorKind::BrokenPipe,
                _ => std::io::ErrorKind::Other,
            };
            std::io::Error::new(kind, error)
        })
    }
}
