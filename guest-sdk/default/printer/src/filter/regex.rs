//! Regular expressions over the bytes of a text.

use crate::text::label;
use crate::usage::Refusal;
use alloc::format;
use alloc::string::{String, ToString};
use core::fmt;
use regex_automata::nfa::thompson::pikevm::{Cache, PikeVM};
use regex_automata::nfa::thompson::{Compiler, Config, WhichCaptures};
use regex_syntax::ParserBuilder;

/// The memory of a compiled expression, in bytes. A search takes as many steps a byte as it has states, of some 24 bytes.
const LARGEST: usize = 64 << 10;
/// Groups within each other.
const DEEPEST: u32 = 32;

/// A compiled expression, with all the memory that a search needs.
pub(super) struct Regex {
    machine: PikeVM,
    cache: Cache,
}

impl Regex {
    /// # Errors
    ///
    /// What is wrong with the expression, or that it would be too large.
    pub(super) fn new(text: &str) -> Result<Self, Refusal> {
        let parsed = ParserBuilder::new()
            .unicode(false)
            .utf8(false)
            .nest_limit(DEEPEST)
            .build()
            .parse(text)
            .map_err(|error| refusal(text, &reason(&error)))?;
        let config = Config::new()
            .utf8(false)
            .which_captures(WhichCaptures::None)
            .nfa_size_limit(Some(LARGEST));
        let machine = Compiler::new()
            .configure(config)
            .build_from_hir(&parsed)
            .and_then(PikeVM::new_from_nfa);
        let too_large = |_| refusal(text, &format!("compiled, it is larger than {LARGEST} bytes"));
        let machine = machine.map_err(too_large)?;
        let cache = machine.create_cache();
        Ok(Self { machine, cache })
    }

    /// Whether some part of a text is matched.
    pub(super) fn is_found_in(&mut self, text: &[u8]) -> bool {
        self.machine.is_match(&mut self.cache, text)
    }
}

impl fmt::Debug for Regex {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Regex")
    }
}

fn refusal(text: &str, why: &str) -> Refusal {
    Refusal::new(format!("{} is no regular expression: {why}", label(text)))
}

/// What is wrong, without the picture of it: the whole filter is shown anyway.
fn reason(error: &regex_syntax::Error) -> String {
    match error {
        regex_syntax::Error::Parse(error) => error.kind().to_string(),
        regex_syntax::Error::Translate(error) => error.kind().to_string(),
        _ => "it cannot be read".to_string(),
    }
}
