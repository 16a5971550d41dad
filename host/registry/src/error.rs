use std::fmt;
use std::io;

/// What this crate's functions answer.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What sort of thing went wrong, for code that has to decide; people read the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// There is no such file.
    NotFound,
    /// There are more bytes than the limit.
    TooLarge,
    /// The server answered with this status, which is not 200.
    Http(u16),
    /// No complete answer came: the name does not resolve, nobody listens, TLS failed, the connection broke, time is up.
    Network,
    /// A file or standard input could not be read.
    Io,
    /// The name is nothing that can be fetched.
    InvalidName,
}

/// Why there are no bytes.
///
/// `Display` says what and where on one line; [`source`](std::error::Error::source) walks to the cause.
#[derive(Debug)]
pub struct Error {
    kind: Kind,
    message: String,
    hint: Option<String>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    pub(crate) fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            hint: None,
            source: None,
        }
    }

    pub(crate) fn io(error: io::Error, message: impl Into<String>) -> Self {
        let kind = match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Kind::NotFound,
            _ => Kind::Io,
        };
        Self::new(kind, message).with_source(error)
    }

    pub(crate) fn too_large(what: &str, limit: u64) -> Self {
        Self::new(
            Kind::TooLarge,
            format!("{what} has more than {} MiB, the most that is read", limit >> 20),
        )
    }

    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub(crate) fn with_source(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// What sort of thing went wrong.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// What to do about it, where that is known: one line without a full stop, not part of `Display`.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source
            .as_deref()
            .map(|source| source as &(dyn std::error::Error + 'static))
    }
}
