//! From a compiled BPF object to a running one, and from the kernel's buffers to batches of records.
//!
//! Phases are types: [`OpenObject`] takes variables and sizes, [`Object`] is loaded, a [`Link`] is attached and detaches when dropped.
//! [`EventSource`] reads ring and perf buffers in whole batches. All of the project's use of libbpf, and nearly all of its `unsafe`, is here.

mod arena;
mod attach;
mod batch;
mod buffer;
mod cut;
mod error;
mod events;
mod explain;
mod format;
mod headers;
mod input;
mod kernel;
mod link;
mod log;
mod lost;
mod map;
mod map_batch;
mod map_fill;
mod map_info;
mod map_insert;
mod map_key;
mod mapping;
pub mod names;
mod object;
mod open;
mod pace;
mod perf;
mod perf_open;
pub mod preflight;
mod program;
mod raw;
mod reader;
mod refused_kinds;
mod reopen;
mod ring;
mod sampled;
pub mod sections;
mod stand_in;
mod stop;
mod target;
mod user_ring;
mod vmlinux;
mod watcher;

pub use arena::ArenaMemory;
pub use attach::MapTarget;
pub use batch::{Batch, CPU_UNKNOWN, Record};
pub use error::{Error, Kind, Result};
pub use events::{EventSource, Next, Totals};
pub use headers::{HEADERS_LICENSE, headers};
pub use input::{EventOptions, Input};
pub use kernel::{packed_btf, running_kernel};
pub use link::{Link, detach_all};
pub use log::{Level, LogSink, set_log_sink};
pub use map::{Map, UpdateMode};
pub use map_batch::Entries;
pub use map_info::MapInfo;
pub use object::Object;
pub use open::{OpenObject, OpenOptions};
pub use program::{Program, RunResult};
pub use sampled::Sampling;
pub use stop::Stop;
pub use vmlinux::{small_vmlinux_header, small_vmlinux_header_for, vmlinux_header, vmlinux_header_for};
pub use watcher::{WATCHER, enable_watcher, watch};
