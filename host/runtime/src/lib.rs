//! Runs guests: WebAssembly components whose only way to the kernel is the contract `eunomia:bpf` under `wit/`.
//!
//! An [`Engine`] makes a [`Tool`] from a component, or takes the one that ships with the host, and the tool runs a
//! [`Session`]. The session says all that the guest gets; what it does not say is closed.
//!
//! With the feature `compiler` any component can be run, and be compiled for later; without it only what was compiled before: what ships
//! with the host, or what a [`Payload`] has put behind the program.
//!
//! So a tool runs inside another program, which receives its events:
//!
//! ```no_run
//! use runtime::{Engine, OutputFormat, Replacements, Session, Stop, Stream};
//!
//! # struct Events;
//! # impl std::io::Write for Events {
//! #     fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> { Ok(bytes.len()) }
//! #     fn flush(&mut self) -> std::io::Result<()> { Ok(()) }
//! # }
//! # fn main() -> anyhow::Result<()> {
//! let engine = Engine::new();
//! let (tool, skeleton) = engine.load(&std::fs::read("package.json")?, &Replacements::default())?;
//! let mut session = Session::new("opensnoop", Stop::new()?);
//! session.skeleton = skeleton;
//! session.output.format = OutputFormat::Json;
//! session.count = Some(100);
//! session.stdout = Stream::new(Events); // Whole lines, a batch a call of `write`.
//! let outcome = tool.run(session);
//! # Ok(())
//! # }
//! ```
//!
//! `host/embed` is the same for C, and `examples/embed-rust` and `examples/embed-c` are whole programs.

#[cfg(feature = "compiler")]
mod assemble;
mod cache;
#[cfg(feature = "compiler")]
mod code_name;
#[cfg(feature = "compiler")]
mod compose;
mod config;
mod cuts;
mod defaults;
mod embedded;
mod engine;
mod host;
#[cfg(feature = "compiler")]
mod interfaces;
mod limits;
mod payload;
mod poll;
mod precompiled;
mod privileges;
mod second;
mod session;
mod state;
mod stream;
mod tool;
mod wasi;
mod watchdog;

#[cfg(feature = "compiler")]
pub use assemble::{Replacement, Replacements, UnfitReplacement};
pub use embedded::Embedded;
pub use engine::Engine;
pub use host::Skeleton;
#[cfg(feature = "compiler")]
pub use interfaces::{Interfaces, Role};
pub use limits::Limits;
/// What the kernel's numbers are called.
pub use loader::names;
/// What this system lacks for running tools.
pub use loader::preflight;
pub use loader::{Stop, Totals};
/// Where the user wants programs: in sessions, from command lines.
pub use package::{Interface, Places, Target};
pub use payload::{Own, Payload};
pub use privileges::{Kept, give_up_all};
pub use second::serves_another;
pub use session::{Exit, Outcome, OutputFormat, OutputOptions, Session, View};
pub use stream::Stream;
pub use tool::Tool;
