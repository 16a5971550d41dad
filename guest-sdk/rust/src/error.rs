//! One error for all that the host may refuse.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use core::fmt;

use crate::bindings::{events, map, object, output, printer, program, symbols};

/// Why something did not work. It shows as the host's own words: what, where, why, and a hint where there is one.
#[derive(Clone, PartialEq, Eq)]
pub struct Error {
    kind: ErrorKind,
    text: String,
}

/// What sort of thing went wrong, for tools that go on after some errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A skeleton's bytes are not a valid package.
    InvalidSkeleton,
    /// No variable, map or program of this name; no such target to attach to.
    NotFound,
    /// A value that does not fit: its type, range or size.
    InvalidValue,
    /// The kernel's verifier refused a program.
    Rejected,
    /// The kernel, or how it was built, lacks it.
    Unavailable,
    /// A capability is missing, or the system is locked down.
    Denied,
    /// The contract has it and this host, or this printer, does not do it yet.
    Unsupported,
    /// This type of program or map does not do that.
    Mismatch,
    /// Somebody else holds the place, and it cannot be shared.
    Busy,
    /// A key or value of the wrong length.
    WrongSize,
    /// The key exists, and must not.
    Exists,
    /// The key does not exist, and must.
    NoSuchKey,
    /// The map is full.
    Full,
    /// One record needs so many bytes in a batch, header and padding included.
    TooSmall(u32),
    /// Whoever read the output has gone. There is nothing to complain about.
    Closed,
    /// The user asked for help or the version: the text is for standard output, and nothing is wrong.
    Help,
    /// The command line is wrong, or a filter or the name of a field that the user gave.
    Usage,
    /// Anything else.
    Other,
}

impl Error {
    /// A tool's own error, to be told beside the host's.
    pub fn other(text: impl Into<String>) -> Self {
        Self::new(ErrorKind::Other, text)
    }

    /// A wrong command line.
    pub fn usage(text: impl Into<String>) -> Self {
        Self::new(ErrorKind::Usage, text)
    }

    /// What sort of thing went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// An error of this kind. The text says what, where and why, in one line; a second may begin with `hint: `.
    pub fn new(kind: ErrorKind, text: impl Into<String>) -> Self {
        Self {
            kind,
            text: text.into(),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

/// As `Display`, because this is what a `main` that returns an error shows.
impl fmt::Debug for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl core::error::Error for Error {}

const CLOSED: &str = "the reader of the output has gone";

impl From<object::Error> for Error {
    fn from(error: object::Error) -> Self {
        let (kind, text) = match error {
            object::Error::InvalidSkeleton(text) => (ErrorKind::InvalidSkeleton, text),
            object::Error::NotFound(text) => (ErrorKind::NotFound, text),
            object::Error::InvalidValue(text) => (ErrorKind::InvalidValue, text),
            object::Error::Rejected(text) => (ErrorKind::Rejected, text),
            object::Error::Unavailable(text) => (ErrorKind::Unavailable, text),
            object::Error::Denied(text) => (ErrorKind::Denied, text),
            object::Error::Unsupported(text) => (ErrorKind::Unsupported, text),
            object::Error::Other(text) => (ErrorKind::Other, text),
        };
        Self { kind, text }
    }
}

impl From<program::Error> for Error {
    fn from(error: program::Error) -> Self {
        let (kind, text) = match error {
            program::Error::NotFound(text) => (ErrorKind::NotFound, text),
            program::Error::Mismatch(text) => (ErrorKind::Mismatch, text),
            program::Error::Busy(text) => (ErrorKind::Busy, text),
            program::Error::Denied(text) => (ErrorKind::Denied, text),
            program::Error::Unavailable(text) => (ErrorKind::Unavailable, text),
            program::Error::Unsupported(text) => (ErrorKind::Unsupported, text),
            program::Error::Other(text) => (ErrorKind::Other, text),
        };
        Self { kind, text }
    }
}

impl From<map::Error> for Error {
    fn from(error: map::Error) -> Self {
        let (kind, text) = match error {
            map::Error::WrongSize(text) => (ErrorKind::WrongSize, text),
            map::Error::Exists => (ErrorKind::Exists, "the key exists".to_owned()),
            map::Error::NoSuchKey => (ErrorKind::NoSuchKey, "the key does not exist".to_owned()),
            map::Error::Full => (ErrorKind::Full, "the map is full".to_owned()),
            map::Error::Mismatch(text) => (ErrorKind::Mismatch, text),
            map::Error::Denied(text) => (ErrorKind::Denied, text),
            map::Error::Unsupported(text) => (ErrorKind::Unsupported, text),
            map::Error::Other(text) => (ErrorKind::Other, text),
        };
        Self { kind, text }
    }
}

impl From<events::Error> for Error {
    fn from(error: events::Error) -> Self {
        let (kind, text) = match error {
            events::Error::Mismatch(text) => (ErrorKind::Mismatch, text),
            events::Error::TooSmall(needed) => (
                ErrorKind::TooSmall(needed),
                format!("one record needs {needed} bytes, which is more than a batch may have"),
            ),
            events::Error::Denied(text) => (ErrorKind::Denied, text),
            events::Error::Unsupported(text) => (ErrorKind::Unsupported, text),
            events::Error::Other(text) => (ErrorKind::Other, text),
        };
        Self { kind, text }
    }
}

impl From<output::Error> for Error {
    fn from(error: output::Error) -> Self {
        match error {
            output::Error::Closed => Self::new(ErrorKind::Closed, CLOSED),
            output::Error::Other(text) => Self::new(ErrorKind::Other, text),
        }
    }
}

impl From<printer::Error> for Error {
    fn from(error: printer::Error) -> Self {
        match error {
            printer::Error::Closed => Self::new(ErrorKind::Closed, CLOSED),
            printer::Error::Unsupported(text) => Self::new(ErrorKind::Unsupported, text),
            printer::Error::Usage(text) => Self::new(ErrorKind::Usage, text),
            printer::Error::Other(text) => Self::new(ErrorKind::Other, text),
        }
    }
}

impl From<symbols::Error> for Error {
    fn from(error: symbols::Error) -> Self {
        match error {
            symbols::Error::Denied(text) => Self::new(ErrorKind::Denied, text),
            symbols::Error::Other(text) => Self::new(ErrorKind::Other, text),
        }
    }
}

/// Of writing to [`Output`](crate::Output), and of what else a tool reads or writes through `std`.
#[cfg(feature = "std")]
impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::BrokenPipe => Self::new(ErrorKind::Closed, CLOSED),
            _ => Self::other(std::string::ToString::to_string(&error)),
        }
    }
}

impl From<eunomia_component::TooShort> for Error {
    fn from(error: eunomia_component::TooShort) -> Self {
        Self::new(ErrorKind::WrongSize, alloc::string::ToString::to_string(&error))
    }
}
