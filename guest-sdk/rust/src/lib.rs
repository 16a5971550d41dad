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
//! # Components without `std`
//!
//! A component that reads command lines may ask for nothing, and one that prints may ask for [`output`] alone. Both are
//! written without `std`, against [`args_component`] and [`printer_component`], with [`no_std_runtime!`] at their root.

#![no_std]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;
// The macros that export an interface name this crate, from within as from outside.
extern crate self as eunomia;

mod batch;
pub mod bindings;
mod error;
pub mod events;
pub mod object;
pub mod output;
mod runtime;
pub mod session;
mod value;

/// What a component implements that reads command lines: [`Guest`](args_component::Guest), handed to
/// [`export!`](args_component::export).
pub mod args_component {
    pub use crate::bindings::args_component::export_args as export;
    pub use crate::bindings::args_component::exports::eunomia::bpf::args::{Assignment, Guest, Outcome};
}

/// What a component implements that prints events: [`Guest`](printer_component::Guest) and
/// [`GuestPrinter`](printer_component::GuestPrinter), handed to [`export!`](printer_component::export).
pub mod printer_component {
    pub use crate::bindings::printer_component::export_printer as export;
    pub use crate::bindings::printer_component::exports::eunomia::bpf::printer::{Error, Guest, GuestPrinter, Printer};
}

pub use batch::{Record, Records};
pub use bindings::{args, map, poll, printer, program, types};
pub use bytemuck;
pub use error::{Error, ErrorKind};
pub use object::{Object, OpenObject, Skeleton};
pub use output::Output;
pub use runtime::Malloc;
pub use value::Value;
#[doc(hidden)]
pub use wit_bindgen;
