//! Runs guests: WebAssembly components whose only way to the kernel is the contract `eunomia:bpf` under `wit/`.
//!
//! An [`Engine`] makes a [`Tool`] from a component, or takes the one that ships with the host, and the tool runs a
//! [`Session`]. The session says all that the guest gets; what it does not say is closed.

mod assemble;
mod cache;
#[cfg_attr(not(feature = "compiler"), allow(dead_code))]
mod compose;
mod config;
mod cuts;
mod defaults;
mod embedded;
mod engine;
mod host;
mod interfaces;
mod limits;
mod poll;
mod precompiled;
mod session;
mod state;
mod stream;
mod tool;
mod wasi;
mod watchdog;

pub use assemble::{Replacement, Replacements};
pub use embedded::Embedded;
pub use engine::Engine;
pub use host::Skeleton;
pub use interfaces::{Interfaces, Role};
pub use limits::Limits;
/// What the kernel's numbers are called.
pub use loader::names;
pub use loader::{Stop, Totals};
pub use session::{Exit, Outcome, OutputFormat, OutputOptions, Session};
pub use stream::Stream;
pub use tool::Tool;
