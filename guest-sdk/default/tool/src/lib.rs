//! The tool that runs any skeleton: sets its variables from the command line, loads it, attaches it, prints its events.
//!
//! It is a guest like any other. The argument parser and the printer are components of their own, which the user may
//! replace. It does without `std`, whose `main` would be two fifths of it: a start links what it imports, and reads its code.

#![cfg(target_family = "wasm")]
#![no_std]

extern crate alloc;

mod command;
mod tool;
