//! The packages that a component's file carries.

use std::fmt;

#[cfg(feature = "compiler")]
use anyhow::{Context, Result, bail};
#[cfg(feature = "compiler")]
use wasmparser::{Parser, Payload};

/// What the name of a custom section with a package begins with; the package's own name follows.
#[cfg(feature = "compiler")]
const SECTION: &str = "eunomia:bpf/skeleton:";

/// A package that a component carries in a custom section: what it declares that it may load.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Embedded {
    /// What the component calls it.
    pub name: String,
    /// The package, as it was written there.
    pub bytes: Vec<u8>,
}

#[cfg(feature = "compiler")]
impl Embedded {
    /// All packages of a component, in the order of the file. A linker leaves custom sections where they were, in the core module
    /// inside, so every level is looked at.
    ///
    /// # Errors
    /// The bytes are no valid WebAssembly, or a name is there twice: then nobody can tell which package was meant.
    pub fn all_of(component: &[u8]) -> Result<Vec<Self>> {
        let mut found: Vec<Self> = Vec::new();
        for payload in Parser::new(0).parse_all(component) {
            let Payload::CustomSection(section) = payload.context("the component cannot be read")? else {
                continue;
            };
            let Some(name) = section.name().strip_prefix(SECTION) else {
                continue;
            };
            if found.iter().any(|other| other.name == name) {
                bail!("the component carries two skeletons called {name:?}");
            }
            found.push(Self {
                name: name.to_owned(),
                bytes: section.data().to_vec(),
            });
        }
        Ok(found)
    }
}

/// The names, for a sentence.
pub(crate) struct Names<'a>(pub(crate) &'a [Embedded]);

impl fmt::Display for Names<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return formatter.write_str("none");
        }
        for (place, Embedded { name, .. }) in self.0.iter().enumerate() {
            let between = if place == 0 { "" } else { ", " };
            write!(formatter, "{between}{name}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A section: its number, its size in one byte, what is in it.
    fn section(number: u8, contents: &[u8]) -> Vec<u8> {
        [&[number, u8::try_from(contents.len()).unwrap()], contents].concat()
    }

    fn custom(name: &str, contents: &[u8]) -> Vec<u8> {
        let length = [u8::try_from(name.len()).unwrap()];
        section(0, &[&length, name.as_bytes(), contents].concat())
    }

    fn module(sections: &[u8]) -> Vec<u8> {
        [b"\0asm\x01\0\0\0", sections].concat()
    }

    fn component(sections: &[u8]) -> Vec<u8> {
        [b"\0asm\x0d\0\x01\0", sections].concat()
    }

    #[test]
    fn packages_are_found_at_every_level() {
        let inner = module(&custom("eunomia:bpf/skeleton:a", b"{}"));
        let outer = [
            section(1, &inner),
            custom("eunomia:bpf/skeleton:b", b"[]"),
            custom("name", b""),
        ];
        let found = Embedded::all_of(&component(&outer.concat())).unwrap();
        let found: Vec<(&str, &[u8])> = found.iter().map(|it| (it.name.as_str(), &*it.bytes)).collect();
        assert_eq!(found, [("a", &b"{}"[..]), ("b", &b"[]"[..])]);
    }

    #[test]
    fn a_name_that_is_there_twice_is_refused() {
        let twice = custom("eunomia:bpf/skeleton:a", b"{}").repeat(2);
        let refusal = Embedded::all_of(&component(&twice)).unwrap_err().to_string();
        assert_eq!(refusal, "the component carries two skeletons called \"a\"");
    }

    #[test]
    fn a_damaged_file_carries_nothing() {
        let whole = component(&section(1, &module(&custom("eunomia:bpf/skeleton:a", b"{}"))));
        for length in 9..whole.len() {
            let found = Embedded::all_of(&whole[..length]).unwrap_or_default();
            assert!(found.is_empty(), "{length} bytes");
        }
    }
}
