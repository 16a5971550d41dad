//! No more than one reader for a buffer: two would move one position.

use std::sync::PoisonError;

use crate::error::{Error, Result};
use crate::map::Map;

/// The right to read a buffer, given back when dropped.
#[derive(Debug)]
pub(crate) struct Reader(Map);

impl Reader {
    /// Takes the right for a map that nobody reads.
    pub(crate) fn of(map: &Map) -> Result<Self> {
        let mut read = map.object().0.read.lock().unwrap_or_else(PoisonError::into_inner);
        if read.insert(map.info().id) {
            Ok(Self(map.clone()))
        } else {
            Err(Error::invalid(format!("map {} has a reader already", map.name())))
        }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let Self(map) = self;
        map.object()
            .0
            .read
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&map.info().id);
    }
}
