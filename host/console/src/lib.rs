//! A run as somebody at a console sees it, for the programs that run tools: `ecli`, and the one inside every standalone tool.
//!
//! [`Options`] say how to run, [`run`] runs and reports, a [`Printer`] has the words, a [`Failure`] is why nothing ran and an [`Exit`] is
//! what scripts see. What a tool is and where it comes from is the caller's business.

mod exit;
mod failure;
mod options;
mod printer;
mod run;
mod signals;
mod totals;
mod words;

pub use exit::Exit;
pub use failure::Failure;
pub use options::{FORMATS, Options, Verbosity};
pub use printer::Printer;
pub use run::{Run, arguments, asks_for_help, run};
pub use runtime::serves_another;
pub use words::{KNOWN, Known, nearest};
