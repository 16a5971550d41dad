//! Command lines: the options that a skeleton's variables have, as the default tool reads them.
//!
//! A component of its own reads them, the one that ships with the host or the one that the user names with `--args`. A tool that
//! reads its arguments by itself uses nothing of this, and does not ask for it.

pub use crate::bindings::args::{Assignment, Outcome, parse};

#[cfg(feature = "std")]
use crate::{Error, ErrorKind, types::Description};

/// What the command line of this run sets, for [`OpenObject::set_json`](crate::OpenObject::set_json).
///
/// # Errors
/// [`Help`](ErrorKind::Help) with the text that was asked for, [`Usage`](ErrorKind::Usage) for a wrong line;
/// [`run`](crate::run) writes both to where they belong.
#[cfg(feature = "std")]
pub fn assignments(description: &Description) -> Result<alloc::vec::Vec<Assignment>, Error> {
    let arguments: alloc::vec::Vec<_> = std::env::args().skip(1).collect();
    match parse(description, &arguments) {
        Outcome::Run(assignments) => Ok(assignments),
        Outcome::Text(text) => Err(Error::new(ErrorKind::Help, text)),
        Outcome::Usage(text) => Err(Error::new(ErrorKind::Usage, text)),
    }
}
