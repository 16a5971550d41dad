//! From a compiled BPF object to a running one, and from the kernel's buffers to batches of records.
//!
//! Phases are types: [`OpenObject`] takes variables and sizes, [`Object`] is loaded, a [`Link`] is attached and detaches when dropped.
//! [`EventSource`] reads ring and perf buffers in whole batches. All of the project's use of libbpf, and nearly all of its `unsafe`, is here.

mod error;
mod format;
mod headers;
mod log;
mod vmlinux;

pub use error::{Error, Kind, Result};
pub use headers::{HEADERS, HEADERS_LICENSE, headers};
pub use log::{Level, set_log_sink};
pub use vmlinux::vmlinux_header;
