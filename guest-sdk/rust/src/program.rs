//! Loaded BPF programs, and where they are attached.
//!
//! A program is attached to what its section names, or to a [`Target`] that is chosen now:
//!
//! ```no_run
//! use eunomia::program::Target;
//! # fn main() -> Result<(), eunomia::Error> {
//! # let object = eunomia::Skeleton::embedded("x")?.open()?.load()?;
//! let exec = object.program("handle_exec")?.attach_to(&Target::named_tracepoint("sched", "sched_process_exec"))?;
//! let raw = object.program("handle_raw")?.attach_to(&Target::RawTracepoint("sched_switch".into()))?;
//! # Ok(())
//! # }
//! ```

use alloc::borrow::ToOwned;

pub use crate::bindings::program::*;

impl Target<'_> {
    /// `tracepoint/CATEGORY/NAME`.
    pub fn named_tracepoint(category: &str, name: &str) -> Self {
        Self::Tracepoint(TracepointTarget {
            category: category.to_owned(),
            name: name.to_owned(),
        })
    }
}
