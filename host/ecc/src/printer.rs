//! The one place that writes to stdout and stderr.

use std::io::Write as _;

use crate::error::Error;

/// Words for the user. A closed pipe is no reason to fail: the package is what counts.
pub(crate) struct Printer {
    verbose: bool,
}

impl Printer {
    pub(crate) fn new() -> Self {
        Self { verbose: false }
    }

    /// Lets [`Printer::detail`] print.
    pub(crate) fn set_verbose(&mut self, verbose: bool) {
        self.verbose = verbose;
    }

    /// A step that starts, on stdout.
    pub(crate) fn step(&mut self, text: &str) {
        let mut out = std::io::stdout().lock();
        let _ = writeln!(out, "{text}");
        // clang writes to stderr next: keep the order.
        let _ = out.flush();
    }

    /// What only `--verbose` shows, on stderr.
    pub(crate) fn detail(&mut self, text: &str) {
        if self.verbose {
            let _ = writeln!(std::io::stderr().lock(), "{text}");
        }
    }

    /// What clang said, as it said it, on stderr.
    pub(crate) fn diagnostics(&mut self, bytes: &[u8]) {
        let _ = std::io::stderr().lock().write_all(bytes);
    }

    /// What the user should know and did not ask, on stderr.
    pub(crate) fn note(&mut self, text: &str) {
        let _ = writeln!(std::io::stderr().lock(), "note: {text}");
    }

    /// Why it failed, on stderr.
    pub(crate) fn error(&mut self, error: &Error) {
        let _ = writeln!(std::io::stderr().lock(), "{error}");
    }
}
