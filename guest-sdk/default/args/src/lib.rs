//! The component that reads a tool's command line: from the skeleton's variables to options, from arguments to values.
//!
//! One option a variable. A variable's type says what its option takes, its `argument` how it is spelled, and its
//! default where a run starts from. The component asks the host for nothing, and is therefore built without `std`.
//!
//! `command` decides what options there are, `parse` reads the arguments, `value` turns text into JSON by type, `help`
//! writes the help. They are plain functions of the description, and tested on any machine.

#![cfg_attr(target_family = "wasm", no_std)]

extern crate alloc;

mod command;
#[cfg(target_family = "wasm")]
mod component;
mod default;
mod help;
mod json;
mod nearest;
mod number;
mod parse;
mod shape;
#[cfg(test)]
mod tests;
mod value;

pub use parse::parse;
