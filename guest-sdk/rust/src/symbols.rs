//! Names of addresses in stack traces.
//!
//! The user allows it to a component of one's own with `ecli run --allow-symbols`.

use alloc::vec::Vec;

use crate::error::Error;

pub use crate::bindings::symbols::{Error as SymbolsError, Space, Symbol};

/// How many addresses one call of the contract takes.
const AT_ONCE: usize = 4096;

/// The names of addresses, in their order; none where there is no name, which is so for all of a process that has ended.
///
/// All addresses of a stack but the innermost are where a call returns to: the name of the caller is that of one byte before.
///
/// # Errors
/// It was not allowed, or what holds the names cannot be read.
pub fn resolve(space: Space, addresses: &[u64]) -> Result<Vec<Option<Symbol>>, Error> {
    look_up(space, addresses, false)
}

/// As [`resolve`], with source files and lines where debug information is at hand: reading that can take seconds for a large program.
///
/// # Errors
/// As [`resolve`].
pub fn resolve_lines(space: Space, addresses: &[u64]) -> Result<Vec<Option<Symbol>>, Error> {
    look_up(space, addresses, true)
}

fn look_up(space: Space, addresses: &[u64], lines: bool) -> Result<Vec<Option<Symbol>>, Error> {
    let mut found = Vec::with_capacity(addresses.len());
    for addresses in addresses.chunks(AT_ONCE) {
        found.extend(crate::bindings::symbols::resolve(space, addresses, lines)?);
    }
    Ok(found)
}
