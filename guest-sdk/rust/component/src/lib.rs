//! Write components that tools import: readers of command lines, and printers.
//!
//! Such a component may ask for nothing; a printer, for the output and for names of addresses. It is a `cdylib` without `std`, which would bring
//! imports of its own: [`no_std_runtime!`] gives it what it needs instead. Build it with
//! `cargo build --release --target wasm32-wasip2`, and name the file to `ecli run` with `--args` or `--printer`.
//!
//! ```
//! #![cfg_attr(target_family = "wasm", no_std)]
//! extern crate alloc;
//!
//! use alloc::string::String;
//! use alloc::vec::Vec;
//! use eunomia_component::args::{Guest, Outcome};
//! use eunomia_component::types::Description;
//!
//! struct Component;
//!
//! impl Guest for Component {
//!     fn parse(description: Description, arguments: Vec<String>) -> Outcome {
//!         match arguments.is_empty() {
//!             true => Outcome::Run(Vec::new()),
//!             false => Outcome::Usage(description.name + " takes no arguments"),
//!         }
//!     }
//! }
//!
//! eunomia_component::no_std_runtime!();
//! eunomia_component::export_args!(Component);
//! # fn main() {}
//! ```
//!
//! It is a crate of its own, beside `eunomia` for tools, because the two speak of one interface from both sides: a
//! component that exports `printer` and is linked with a description of the import would ask for it as well.

#![no_std]

extern crate alloc;

mod batch;
pub mod bindings;
pub mod digits;
mod runtime;
pub mod text;
mod value;

/// What a reader of command lines implements: [`Guest`](args::Guest), handed to [`export_args!`].
pub mod args {
    pub use crate::bindings::args_component::exports::eunomia::bpf::args::{Assignment, Guest, Outcome};
}

/// What a printer implements: [`Guest`](printer::Guest) and [`GuestPrinter`](printer::GuestPrinter), handed to
/// [`export_printer!`].
pub mod printer {
    pub use crate::bindings::printer_component::exports::eunomia::bpf::printer::{Error, Guest, GuestPrinter, Printer};
}

pub use batch::{Record, Records, TooShort};
pub use bindings::{output, symbols, types};
pub use bytemuck;
pub use runtime::Malloc;
pub use value::Value;
#[doc(hidden)]
pub use wit_bindgen;
