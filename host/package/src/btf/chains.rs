//! Typedefs, qualifiers and tags, and what is behind them.

use super::Btf;
use crate::error::Error;
use crate::limits;

impl Btf<'_> {
    /// Follows typedefs, qualifiers and tags to the type behind them.
    pub(crate) fn peel(&self, mut id: u32) -> Result<u32, Error> {
        for _ in 0..limits::TYPE_DEPTH {
            let raw = self.raw(id)?;
            if !raw.kind.is_transparent() {
                return Ok(id);
            }
            id = raw.size_or_type;
        }
        Err(too_long(id))
    }

    /// Refuses typedefs and qualifiers that lead back to themselves: libbpf follows them without counting.
    pub(crate) fn check_chains(&self) -> Result<(), Error> {
        // How many more follow from each on; 0 where nobody has looked.
        let mut lengths = vec![0_u8; self.starts.len() + 1];
        let mut chain = Vec::new();
        for (first, _) in self.all().filter(|(_, ty)| ty.kind.is_transparent()) {
            let mut id = first;
            let mut length = loop {
                match lengths.get(id as usize) {
                    Some(0) if chain.len() <= limits::TYPE_DEPTH => {}
                    Some(0) => return Err(too_long(first)),
                    known => break known.copied().unwrap_or(0),
                }
                let ty = self.raw(id)?;
                if !ty.kind.is_transparent() {
                    break 0;
                }
                chain.push(id);
                id = ty.size_or_type;
            };
            while let Some(id) = chain.pop() {
                length += 1;
                if usize::from(length) > limits::TYPE_DEPTH {
                    return Err(too_long(id));
                }
                if let Some(known) = lengths.get_mut(id as usize) {
                    *known = length;
                }
            }
        }
        Ok(())
    }
}

fn too_long(id: u32) -> Error {
    Error::btf(format!(
        "BTF type {id} hides behind more than {} typedefs, or refers to itself",
        limits::TYPE_DEPTH
    ))
}
