//! The name under which a run's code is kept.

use std::hash::{Hash, Hasher};

use crate::assemble::Replacements;
use crate::cache::Fed;
use crate::defaults;

/// A name for all that the code is made of, and all that the compiler was told.
pub(crate) fn name(tool: &[u8], replacements: &Replacements, engine: impl Hash) -> String {
    let mut digest = Fed::new();
    // Part of the name because the defaults and the way to compose them change with it.
    digest.bytes(env!("CARGO_PKG_VERSION").as_bytes());
    digest.bytes(defaults::DIGEST);
    engine.hash(&mut Hashed(&mut digest));
    digest.bytes(tool);
    for part in [&replacements.args, &replacements.printer] {
        match part {
            Some(part) => {
                digest.bytes(b"replaced");
                digest.bytes(&part.bytes);
            }
            None => digest.bytes(b"default"),
        }
    }
    digest.name("cwasm")
}

/// Gives a digest what `Hash` gives.
struct Hashed<'digest>(&'digest mut Fed);

impl Hasher for Hashed<'_> {
    fn write(&mut self, bytes: &[u8]) {
        self.0.raw(bytes);
    }

    /// Never asked for: the digest is read instead.
    fn finish(&self) -> u64 {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assemble::Replacement;

    #[test]
    fn another_printer_is_another_name() {
        let own = |bytes: &[u8]| Replacements {
            printer: Some(Replacement {
                name: "p".into(),
                bytes: bytes.to_vec(),
            }),
            ..Replacements::default()
        };
        let names = [
            name(b"tool", &Replacements::default(), 1_u8),
            name(b"tool", &Replacements::default(), 2_u8),
            name(b"tool", &own(b"one"), 1_u8),
            name(b"tool", &own(b"two"), 1_u8),
            name(b"lo", &own(b"to"), 1_u8),
        ];
        let different: std::collections::BTreeSet<&String> = names.iter().collect();
        assert_eq!(different.len(), names.len());
        assert_eq!(names[0], name(b"tool", &Replacements::default(), 1_u8));
    }
}
