//! One opaque error with a kind, a chain of causes, and what a person can do about it.

use std::ffi::CStr;
use std::fmt;
use std::io;

/// What this crate's functions answer.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, for code that has to decide; people read the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// No program, map, variable, key or hook of that name.
    NotFound,
    /// The caller's value, size or order is wrong.
    InvalidInput,
    /// The request is understood and not (yet) offered.
    Unsupported,
    /// The process lacks a capability, or the system forbids BPF to it.
    Denied,
    /// The kernel's type information is needed and was not found.
    NoBtf,
    /// The tracing file system is needed and is not mounted.
    NoTracefs,
    /// The kernel's verifier refused a program; see [`Error::verifier_log`].
    VerifierRejected,
    /// This kernel lacks the program type, map type, helper or hook kind.
    KernelLacks,
    /// Somebody else holds the place, and it cannot be shared.
    Busy,
    /// The key exists and should not.
    Exists,
    /// The map is full, or the key lies beyond its end.
    Full,
    /// A record is larger than the batch it was to be put into. Nothing was consumed.
    TooSmall {
        /// The bytes that this record needs in a batch, header included.
        needed: usize,
    },
    /// Anything else; the chain of causes says what.
    Other,
}

/// An error of the loader.
///
/// `Display` gives the outermost message; [`std::error::Error::source`] walks to the cause.
pub struct Error(Box<Repr>);

struct Repr {
    kind: Kind,
    message: String,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
    hint: Option<String>,
    verifier_log: Option<String>,
    source_lines: Vec<String>,
}

impl Error {
    pub(crate) fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self(Box::new(Repr {
            kind,
            message: message.into(),
            source: None,
            hint: None,
            verifier_log: None,
            source_lines: Vec::new(),
        }))
    }

    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(Kind::InvalidInput, message)
    }

    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new(Kind::NotFound, message)
    }

    /// An error number as libbpf and the kernel hand it out, positive or negative.
    pub(crate) fn from_errno(errno: i32) -> Self {
        let errno = errno.wrapping_abs();
        match errno {
            LIBBPF_FIRST..LIBBPF_END => Self::new(Kind::Other, libbpf_text(errno)),
            ENOTSUPP => Self::new(Kind::KernelLacks, "Not supported by this kernel (error 524)"),
            errno => io::Error::from_raw_os_error(errno).into(),
        }
    }

    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    pub(crate) fn with_source_lines(mut self, lines: Vec<String>) -> Self {
        self.0.source_lines = lines;
        self
    }

    pub(crate) fn with_verifier_log(mut self, log: String) -> Self {
        self.0.verifier_log = Some(log);
        self
    }

    /// Puts a message in front; kind, hint and log stay those of the cause.
    pub(crate) fn context(self, message: impl Into<String>) -> Self {
        let mut outer = Self::new(self.kind(), message);
        outer.0.source = Some(Box::new(self));
        outer
    }

    /// The same with another kind, for where the errno says less than the caller knows.
    pub(crate) fn with_kind(mut self, kind: Kind) -> Self {
        self.0.kind = kind;
        self
    }

    /// What went wrong.
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// What the user can do about it, as one line without a full stop at its end; from the innermost cause that knows one.
    pub fn hint(&self) -> Option<&str> {
        self.find(|error| error.0.hint.as_deref())
    }

    /// The end of the verifier's log, at most 64 KiB, where the kernel refused a program.
    pub fn verifier_log(&self) -> Option<&str> {
        self.find(|error| error.0.verifier_log.as_deref())
    }

    /// The lines of C where the kernel refused a program, the first of which is where it stopped: `FILE:LINE: CODE` each, or `CODE`
    /// where nobody knows the line.
    pub fn source_lines(&self) -> &[String] {
        self.find(|error| Some(error.0.source_lines.as_slice()).filter(|lines| !lines.is_empty()))
            .unwrap_or_default()
    }

    /// The same with `hint`, where it has none and what lacks may be the system's. What a caller did wrong, and what the verifier says,
    /// has nothing to do with that.
    pub fn or_hint(self, hint: &str) -> Self {
        let system = matches!(
            self.kind(),
            Kind::Denied
                | Kind::NoBtf
                | Kind::NoTracefs
                | Kind::KernelLacks
                | Kind::Unsupported
                | Kind::NotFound
                | Kind::Other
        );
        if system && self.hint().is_none() {
            self.with_hint(hint)
        } else {
            self
        }
    }

    fn find<'error, T>(&'error self, get: impl Fn(&'error Self) -> Option<T>) -> Option<T> {
        let mut error = self;
        let mut found = get(error);
        while let Some(inner) = error.0.source.as_ref().and_then(|source| source.downcast_ref::<Self>()) {
            error = inner;
            found = get(error).or(found);
        }
        found
    }
}

/// libbpf's own error numbers, beside those of the system (`enum libbpf_errno` in libbpf.h).
const LIBBPF_FIRST: i32 = 4000;
const LIBBPF_END: i32 = 4100;
/// The kernel's own number for what it does not support; C libraries have no text for it.
pub(crate) const ENOTSUPP: i32 = 524;

fn libbpf_text(errno: i32) -> String {
    let mut text = [0_u8; 128];
    // SAFETY: libbpf writes at most so many bytes, with a NUL at the end.
    unsafe { libbpf_sys::libbpf_strerror(errno, text.as_mut_ptr().cast(), text.len() as libbpf_sys::size_t) };
    CStr::from_bytes_until_nul(&text)
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)?;
        if f.alternate() {
            let mut source = std::error::Error::source(self);
            while let Some(error) = source {
                write!(f, ": {error}")?;
                source = error.source();
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:#}")?;
        if let Some(hint) = self.hint() {
            write!(f, "\nhint: {hint}")?;
        }
        for line in self.source_lines() {
            write!(f, "\n  at {line}")?;
        }
        if let Some(log) = self.verifier_log() {
            write!(f, "\n{log}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0
            .source
            .as_deref()
            .map(|source| source as &(dyn std::error::Error + 'static))
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        let kind = match error.kind() {
            io::ErrorKind::NotFound => Kind::NotFound,
            io::ErrorKind::PermissionDenied => Kind::Denied,
            io::ErrorKind::InvalidInput => Kind::InvalidInput,
            _ => Kind::Other,
        };
        Self::new(kind, error.to_string())
    }
}

/// A package that is not as it should be: kept for later by who opened it.
impl From<package::Error> for Error {
    fn from(error: package::Error) -> Self {
        let told = Self::invalid(error.to_string());
        match error.hint() {
            Some(hint) => told.with_hint(hint),
            None => told,
        }
    }
}

impl From<rustix::io::Errno> for Error {
    fn from(errno: rustix::io::Errno) -> Self {
        io::Error::from(errno).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_prints_in_one_line_and_keeps_the_innermost_hint() {
        let error = Error::from_errno(-libc::EPERM)
            .with_hint("run as root")
            .context("load")
            .context("run");
        assert_eq!(error.to_string(), "run");
        assert_eq!(format!("{error:#}"), "run: load: Operation not permitted (os error 1)");
        assert_eq!(error.kind(), Kind::Denied);
        assert_eq!(error.hint(), Some("run as root"));
        assert_eq!(error.verifier_log(), None);
    }
}
