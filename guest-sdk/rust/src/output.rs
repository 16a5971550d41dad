//! Where data goes: the host's standard output.

mod put;
#[cfg(test)]
mod tests;

use alloc::vec::Vec;
use core::fmt;

use crate::error::Error;

pub use crate::bindings::output::{Error as OutputError, write};
pub use put::{Hex, Json, Put};

/// A buffer in front of the host's standard output. What is written to it goes out with one call, at [`flush`](Self::flush).
///
/// A call costs more than the text of some events: flush once a batch. `println!` makes a call a line.
/// What is left when it is dropped is written then, without a word about errors.
///
/// `write!` works, and is the choice for words. For events there is [`put`](Self::put), which is several times as fast:
///
/// ```
/// use eunomia::output::{Hex, Json};
/// use eunomia::{Output, Text};
///
/// let (pid, comm, address) = (4711, Text::<16>::from("cargo"), 0xffff_8000_u64);
/// let mut output = Output::new();
/// output.put("{\"pid\":").put(pid).put(",\"comm\":").put(Json(&comm)).put("}\n");
/// output.put_left(comm, 16).put_right(pid, 7).put(" 0x").put(Hex(address)).put("\n");
/// assert_eq!(
///     str::from_utf8(output.buffer())?,
///     "{\"pid\":4711,\"comm\":\"cargo\"}\n\
///      cargo              4711 0xffff8000\n"
/// );
/// # output.buffer().clear();
/// # Ok::<(), core::str::Utf8Error>(())
/// ```
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

    /// Add a value, as `{}` of `write!` would show it.
    pub fn put(&mut self, value: impl Put) -> &mut Self {
        value.put_into(self);
        self
    }

    /// Add a value, and spaces after it up to `width` characters, as `{:<width$}` does.
    pub fn put_left(&mut self, value: impl Put, width: usize) -> &mut Self {
        let start = self.buffer.len();
        value.put_into(self);
        self.spaces(width.saturating_sub(self.characters_from(start)));
        self
    }

    /// Add a value, and spaces before it up to `width` characters, as `{:>width$}` does.
    pub fn put_right(&mut self, value: impl Put, width: usize) -> &mut Self {
        let start = self.buffer.len();
        value.put_into(self);
        let spaces = width.saturating_sub(self.characters_from(start));
        if spaces > 0 {
            // Once more behind the spaces: cheaper than to move what is there.
            self.buffer.truncate(start);
            self.spaces(spaces);
            value.put_into(self);
        }
        self
    }

    /// How many characters lie behind this place: the bytes that no character of UTF-8 goes on with.
    fn characters_from(&self, start: usize) -> usize {
        let added = self.buffer.get(start..).unwrap_or_default();
        if added.is_ascii() {
            return added.len();
        }
        added.iter().filter(|byte| **byte & 0xc0 != 0x80).count()
    }

    fn spaces(&mut self, mut count: usize) {
        const SPACES: [u8; 32] = [b' '; 32];
        while let Some(rest) = count.checked_sub(SPACES.len()) {
            self.buffer.extend_from_slice(&SPACES);
            count = rest;
        }
        put::append(&mut self.buffer, SPACES.get(..count).unwrap_or_default());
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
