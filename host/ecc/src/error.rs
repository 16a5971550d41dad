//! What can go wrong, as the user is told it, and the exit code that goes with it.

use std::fmt;
use std::path::Path;
use std::process::ExitCode;

/// How the process ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// The package was written.
    Ok,
    /// Something failed; nothing was written.
    Failed,
    /// The arguments make no sense.
    Usage,
    /// This signal came; nothing was written.
    Signal(u8),
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Ok => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::Signal(signal) => 128_u8.saturating_add(signal),
        })
    }
}

/// What `ecc`'s functions answer.
pub(crate) type Result<T, E = Error> = std::result::Result<T, E>;

/// An error for the user: what failed and where, why, and what to do about it.
#[derive(Debug)]
pub(crate) struct Error {
    exit: Exit,
    message: String,
    excerpt: Option<String>,
    hint: Option<String>,
}

impl Error {
    /// `message` is one line without a full stop: what, where, why.
    pub(crate) fn failed(message: impl Into<String>) -> Self {
        Self {
            exit: Exit::Failed,
            message: message.into(),
            excerpt: None,
            hint: None,
        }
    }

    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self {
            exit: Exit::Usage,
            ..Self::failed(message)
        }
    }

    /// An input file that cannot be read.
    pub(crate) fn input(what: &str, path: &Path, cause: &std::io::Error) -> Self {
        let error = Self::failed(format!("cannot read the {what} {}: {}", path.display(), reason(cause)));
        if cause.kind() == std::io::ErrorKind::NotFound {
            error.with_hint("check the path: it starts at the folder that ecc is called in")
        } else {
            error
        }
    }

    /// Lines of the source with a caret under the place that is meant.
    pub(crate) fn with_excerpt(mut self, excerpt: impl Into<String>) -> Self {
        self.excerpt = Some(excerpt.into());
        self
    }

    /// The message with its place in the source, for what is no error.
    pub(crate) fn as_note(&self) -> String {
        match &self.excerpt {
            Some(excerpt) => format!("{}\n{excerpt}", self.message),
            None => self.message.clone(),
        }
    }

    /// What to do about it: one line without a full stop.
    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same with another exit code, for where the caller knows better.
    pub(crate) fn with_exit(mut self, exit: Exit) -> Self {
        self.exit = exit;
        self
    }

    pub(crate) fn exit(&self) -> Exit {
        self.exit
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.message)?;
        if let Some(excerpt) = &self.excerpt {
            write!(f, "\n{excerpt}")?;
        }
        if let Some(hint) = &self.hint {
            write!(f, "\nhint: {hint}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

/// An I/O error's words without the number that `std` adds.
pub(crate) fn reason(error: &std::io::Error) -> String {
    let text = error.to_string();
    match text.split_once(" (os error") {
        Some((words, _)) => words.to_owned(),
        None => text,
    }
}
