//! From a name to bytes: standard input, a file, an `http://` or `https://` address.
//!
//! Nothing is parsed here. [`fetch`] reads at most [`Limits::bytes`], whatever a header or a file's size claims, and hashes
//! what came over a network before anybody sees it. All of the project's network code is in this crate.
//!
//! ```no_run
//! use registry::{Limits, Name, fetch};
//!
//! let name = Name::parse("https://example.com/package.json".as_ref())?;
//! let fetched = fetch(&name, &Limits::default())?;
//! # let _ = fetched;
//! # Ok::<(), registry::Error>(())
//! ```

mod digest;
mod error;
mod local;
mod name;
mod remote;

use std::fmt;
use std::time::Duration;

pub use digest::Digest;
pub use error::{Error, Kind, Result};
pub use name::{Name, Url};

/// Bytes and where they are from.
#[derive(Clone, PartialEq, Eq)]
pub struct Fetched {
    /// All of them.
    pub bytes: Vec<u8>,
    /// Of the bytes, if they came over a network; none for what the user has on this machine.
    pub digest: Option<Digest>,
}

impl fmt::Debug for Fetched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fetched")
            .field("bytes", &self.bytes.len())
            .field("digest", &self.digest)
            .finish()
    }
}

/// How much is read and how long it may take. The defaults are right for packages and components.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Limits {
    /// More is an error. 64 MiB: the largest components are a few MiB, and all of it is held in memory.
    pub bytes: u64,
    /// Redirects followed before giving up. 5: a link shortener, a release page and its storage need three.
    pub redirects: u32,
    /// For a connection to be made, TLS included. 15 s.
    pub connect: Duration,
    /// Between two pieces of an answer. 30 s: a server that builds on demand may think that long.
    pub silence: Duration,
    /// For everything together. 10 minutes: the largest file over 1 Mbit/s.
    pub total: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 64 << 20,
            redirects: 5,
            connect: Duration::from_secs(15),
            silence: Duration::from_secs(30),
            total: Duration::from_secs(600),
        }
    }
}

/// Reads what `name` stands for.
///
/// # Errors
/// [`Kind::NotFound`] for a file that does not exist, [`Kind::Http`] for an answer other than 200, [`Kind::TooLarge`] past
/// the limit, [`Kind::Network`] for everything between here and the server, [`Kind::Io`] for the rest.
pub fn fetch(name: &Name, limits: &Limits) -> Result<Fetched> {
    match name {
        Name::Stdin => local::stdin(limits),
        Name::File(path) => local::file(path, limits),
        Name::Url(url) => remote::get(url, limits),
    }
}
