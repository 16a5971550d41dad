//! bindings
#![no_std]

extern crate alloc;
// The macros that export an interface speak of this crate by its name, from here as from outside.
extern crate self as eunomia;

pub mod bindings;
mod runtime;

pub use runtime::Malloc;
#[doc(hidden)]
pub use wit_bindgen;
