//! Write eBPF tools as sandboxed WebAssembly components, as an ordinary `fn main()`.
//!
//! A tool talks to the kernel only through the contract `eunomia:bpf`, which the host implements. This crate has the
//! contract's functions and types under their own names, one module an interface, with errors that read well and a few
//! comforts. Build with `cargo build --release --target wasm32-wasip2`; what comes out is a component.
//!
//! ```no_run
//! use eunomia::events::{EventSource, Input};
//! use eunomia::{Error, Output, program, session};
//! use std::fmt::Write;
//!
//! fn main() -> Result<(), Error> {
//!     let skeleton = session::skeleton().ok_or_else(|| Error::other("this tool needs a package"))?;
//!     let object = skeleton.open()?.set("pid_target", 42)?.load()?;
//!     let ring = object.map("events")?;
//!     // The reader comes first, so that nothing is lost between the two.
//!     let source = EventSource::open(&[Input::buffer(&ring)])?;
//!     let links = object.attach()?;
//!
//!     let mut output = Output::new();
//!     for batch in source.batches() {
//!         for record in &batch? {
//!             let _ = writeln!(output, "{} bytes on CPU {:?}", record.data.len(), record.cpu);
//!         }
//!         output.flush()?;
//!     }
//!     program::detach(links)?;
//!     Ok(())
//! }
//! ```
//!
//! # What a component asks for
//!
//! A component imports the functions that its code reaches, and no others: a tool that never touches [`args`] or
//! [`printer`] does not ask for them. `std` adds what it needs of WASI where it is used.
//!
//! Components that tools import, printers and readers of command lines, are written against the crate
//! `eunomia-component` instead.

#![no_std]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

pub mod args;
pub mod bindings;
pub mod bytes;
mod error;
pub mod events;
pub mod map;
pub mod object;
pub mod output;
pub mod program;
#[cfg(feature = "std")]
mod run;
pub mod session;
pub mod symbols;

pub use bindings::{poll, printer, types};
pub use bytes::{Bool, Text};
pub use error::{Error, ErrorKind};
pub use eunomia_component::{Record, Records, TooShort, Value, bytemuck};
pub use object::{Object, OpenObject, Skeleton};
pub use output::Output;
#[cfg(feature = "std")]
pub use run::run;
#[doc(hidden)]
pub use wit_bindgen;

#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
