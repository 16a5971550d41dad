//! The printer that ships with the host: records of eBPF programs as lines for people and programs.
//!
//! A layout is turned into a flat list of steps once, when a printer is opened; a record then costs a walk along that
//! list. Neither `core::fmt` nor a copy of run-time length is on that way: both cost most of an event in WebAssembly.
//!
//! The formatter knows nothing of the contract's bindings, so that it is tested and measured natively too; `component`
//! makes it the component.

#![cfg_attr(target_family = "wasm", no_std)]

extern crate alloc;

mod entry;
mod filter;
mod fold;
mod form;
mod gathered;
mod histogram;
mod json;
mod layout;
mod names;
mod nearest;
mod number;
mod op;
mod order;
mod plain;
mod plan;
mod printer;
mod selection;
mod source;
mod stack;
mod symbols;
mod table;
mod text;
mod time;
mod usage;
mod views;
mod write;

#[cfg(target_family = "wasm")]
mod component;

pub use layout::{
    EntryType, Enumerator, Format, HistogramType, Kind, Member, Options, Source, SourceKind, StackType, Type,
};
pub use printer::{Error, Printer};
pub use symbols::{Nameless, Space, Symbol, Symbols};
