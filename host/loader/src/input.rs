//! What an event source is opened with.

use crate::map::Map;
use crate::sampled::Sampling;

/// One map to read from.
#[derive(Clone, Debug)]
pub struct Input {
    /// A ring buffer or a perf event array; with `sampling`, a map of another kind.
    pub map: Map,
    /// How it is sampled; `None` for a buffer.
    pub sampling: Option<Sampling>,
}

impl From<&Map> for Input {
    /// A buffer.
    fn from(map: &Map) -> Self {
        Self {
            map: map.clone(),
            sampling: None,
        }
    }
}

/// How an [`EventSource`] is opened.
#[derive(Clone, Copy, Debug)]
pub struct EventOptions {
    /// Pages of each CPU's perf buffer, a power of two.
    pub perf_pages: u32,
}

impl Default for EventOptions {
    fn default() -> Self {
        Self { perf_pages: 64 }
    }
}
