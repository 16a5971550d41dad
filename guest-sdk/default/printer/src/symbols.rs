//! Names of addresses: who is asked, and what was answered lately.

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BinaryHeap};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// The most addresses that are asked for at once, as the contract has it.
const MOST_ADDRESSES: usize = 4096;
/// How long names are believed, in nanoseconds. A process may start another program, or end and leave its id to a new one.
const PROCESS_AGE: u64 = 1_000_000_000;
/// The same of the kernel, whose modules come and go.
const KERNEL_AGE: u64 = 60_000_000_000;
/// What is remembered at most, in bytes; then all is forgotten.
const MOST_HELD: usize = 16 << 20;
/// What an address takes beside its names.
const ADDRESS: usize = 96;

/// Knows the names of addresses.
pub trait Symbols {
    /// What stands at these addresses, in their order; at most 4,096 are asked for.
    ///
    /// # Errors
    ///
    /// Why nothing was looked up.
    fn resolve(&mut self, space: Space, addresses: &[u64]) -> Result<Vec<Option<Symbol>>, Nameless>;
}

/// Where addresses are from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Space {
    /// The kernel and its modules.
    Kernel,
    /// A process, by its id.
    Process(u32),
}

/// What stands at an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symbol {
    /// The function.
    pub name: String,
    /// How far into it, in bytes.
    pub offset: u64,
    /// The source file.
    pub file: Option<String>,
    /// Its line.
    pub line: Option<u32>,
}

/// Why there are no names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Nameless {
    /// Nobody has allowed it, and nobody will: it is not asked for again.
    Denied(String),
    /// Anything else.
    Other(String),
}

/// Asks for names, and remembers them for a while.
#[derive(Default)]
pub(crate) struct Names {
    symbols: Option<Box<dyn Symbols>>,
    spaces: BTreeMap<Space, Known>,
    held: usize,
    /// What the user has not been told yet.
    note: Option<String>,
    is_told: bool,
}

/// The names of one space.
struct Known {
    /// The time of the batch when the first was asked for.
    since: u64,
    held: usize,
    names: BTreeMap<u64, Option<Symbol>>,
}

impl fmt::Debug for Names {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Names").finish_non_exhaustive()
    }
}

impl Names {
    pub(crate) fn new(symbols: Box<dyn Symbols>) -> Self {
        Self {
            symbols: Some(symbols),
            ..Self::default()
        }
    }

    /// Whether there is anybody to ask.
    pub(crate) fn are_known(&self) -> bool {
        self.symbols.is_some()
    }

    /// Ask for those of these addresses that are not known. `now` is the time of the batch.
    pub(crate) fn ask(&mut self, space: Space, addresses: &[u64], now: u64) {
        if self.symbols.is_none() {
            return;
        }
        self.forget_old(space, now);
        let known = self.spaces.get(&space);
        let is_new = |address: &u64| known.is_none_or(|known| !known.names.contains_key(address));
        let asked: BinaryHeap<u64> = addresses.iter().copied().filter(is_new).collect();
        let mut asked = asked.into_sorted_vec();
        asked.dedup();
        for asked in asked.chunks(MOST_ADDRESSES) {
            let Some(symbols) = &mut self.symbols else { return };
            let found = match symbols.resolve(space, asked) {
                Ok(found) => found,
                Err(why) => self.nothing_because(why),
            };
            self.remember(space, asked, found, now);
        }
    }

    /// The name of an address that was asked for.
    pub(crate) fn of(&self, space: Space, address: u64) -> Option<&Symbol> {
        self.spaces.get(&space)?.names.get(&address)?.as_ref()
    }

    /// What the user should be told, once.
    pub(crate) fn note(&mut self) -> Option<String> {
        self.note.take()
    }

    fn nothing_because(&mut self, why: Nameless) -> Vec<Option<Symbol>> {
        let (which, reason) = match &why {
            Nameless::Denied(reason) => ("", reason),
            // Those of one process, mostly.
            Nameless::Other(reason) => ("some ", reason),
        };
        if !self.is_told {
            self.is_told = true;
            self.note = Some(format!("stack traces show {which}addresses without names: {reason}"));
        }
        if let Nameless::Denied(_) = why {
            self.symbols = None;
        }
        Vec::new()
    }

    fn remember(&mut self, space: Space, asked: &[u64], found: Vec<Option<Symbol>>, now: u64) {
        let known = self.spaces.entry(space).or_insert_with(|| Known {
            since: now,
            held: 0,
            names: BTreeMap::new(),
        });
        // Where less was answered than asked, the rest has no names.
        let found = found.into_iter().chain(core::iter::repeat(None));
        for (address, symbol) in asked.iter().zip(found) {
            let text = symbol.as_ref().map_or(0, |symbol| {
                symbol.name.len() + symbol.file.as_ref().map_or(0, String::len)
            });
            known.held += ADDRESS + text;
            self.held += ADDRESS + text;
            known.names.insert(*address, symbol);
        }
    }

    /// Forget the names of a space if they are too old.
    fn forget_old(&mut self, space: Space, now: u64) {
        if let Some(known) = self.spaces.get(&space)
            && now.abs_diff(known.since) > age(space)
        {
            self.held = self.held.saturating_sub(known.held);
            self.spaces.remove(&space);
        }
    }

    /// Forget what is too much, before a record's names are asked for: all of these are needed at once.
    pub(crate) fn make_room(&mut self, now: u64) {
        if self.held > MOST_HELD {
            self.spaces
                .retain(|space, known| now.abs_diff(known.since) <= age(*space));
            self.held = self.spaces.values().map(|known| known.held).sum();
        }
        if self.held > MOST_HELD {
            self.spaces.clear();
            self.held = 0;
        }
    }
}

fn age(space: Space) -> u64 {
    match space {
        Space::Kernel => KERNEL_AGE,
        Space::Process(_) => PROCESS_AGE,
    }
}
