//! The objects of a package: `bpf_object`, and `bpf_objects` where one cannot serve all architectures.

use serde_json::{Map, Value};

use crate::document::A_PACKAGE;
use crate::error::{At, Error, ErrorKind};
use crate::fields::{Fields, kind_of};
use crate::packed::{pack, too_large, unpack};
use crate::{architecture, limits};

const FIRST: &str = "bpf_object";
const FIRST_SIZE: &str = "bpf_object_size";
const OBJECTS: &str = "bpf_objects";

/// ELFs, inflated.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Objects {
    /// The one that the metadata was made from, and that loaders take which know of no others.
    first: Vec<u8>,
    /// By architecture; empty where the first serves all of them. One of these is the first.
    by_architecture: Vec<(String, Vec<u8>)>,
}

impl Objects {
    pub(crate) fn single(object: Vec<u8>) -> Self {
        Self {
            first: object,
            by_architecture: Vec::new(),
        }
    }

    /// Objects by libbpf's names of their architectures, the first of them for older loaders. `None` if there are none.
    pub(crate) fn per_architecture(objects: Vec<(String, Vec<u8>)>) -> Option<Self> {
        let (_, first) = objects.first()?;
        Some(Self {
            first: first.clone(),
            by_architecture: objects,
        })
    }

    /// Takes the objects out of a document. Together they may have [`limits::OBJECT_BYTES`].
    pub(crate) fn take_from(document: &mut Map<String, Value>) -> Result<Self, Error> {
        let size = Fields(document).number(FIRST_SIZE, limits::OBJECT_BYTES as u64)?;
        document.shift_remove(FIRST_SIZE);
        let first = document.shift_remove(FIRST).filter(|value| !value.is_null());
        let others = document.shift_remove(OBJECTS).filter(|value| !value.is_null());
        let encoded = first.as_ref().map(|value| text(value).at(|| FIRST)).transpose()?;
        let first = encoded.map(|text| unpack(text, size).at(|| FIRST)).transpose()?;
        let mut room = limits::OBJECT_BYTES.saturating_sub(first.as_ref().map_or(0, Vec::len));
        let mut by_architecture = Vec::new();
        for (name, value) in entries(others.as_ref())? {
            let inflate = || -> Result<Vec<u8>, Error> {
                let text = text(value)?;
                match &first {
                    Some(first) if encoded == Some(text) => Ok(first.clone()),
                    _ => unpack(text, None),
                }
            };
            let object = inflate().at(|| format!("{OBJECTS}.{name}"))?;
            room = room.checked_sub(object.len()).ok_or_else(|| too_large().at(OBJECTS))?;
            let known = architecture::named(name).unwrap_or(name);
            by_architecture.push((known.to_owned(), object));
        }
        match (first, by_architecture.first()) {
            (Some(first), _) => Ok(Self { first, by_architecture }),
            (None, Some((_, object))) => Ok(Self {
                first: object.clone(),
                by_architecture,
            }),
            (None, None) => {
                let error = Error::field("this field is missing, a string in base64 is expected");
                Err(error.at(FIRST).with_hint(A_PACKAGE))
            }
        }
    }

    /// Puts them into a document.
    pub(crate) fn put_into(&self, document: &mut Map<String, Value>) -> Result<(), Error> {
        document.insert(FIRST.into(), pack(&self.first)?.into());
        document.insert(FIRST_SIZE.into(), self.first.len().into());
        if !self.by_architecture.is_empty() {
            let packed: Map<String, Value> = self
                .by_architecture
                .iter()
                .map(|(name, object)| Ok((name.clone(), pack(object)?.into())))
                .collect::<Result<_, Error>>()?;
            document.insert(OBJECTS.into(), packed.into());
        }
        Ok(())
    }

    pub(crate) fn first(&self) -> &[u8] {
        &self.first
    }

    /// The object for an architecture, by libbpf's name.
    ///
    /// # Errors
    /// There are objects by architecture, and none for this one.
    pub(crate) fn of(&self, architecture: Option<&str>) -> Result<&[u8], Error> {
        if self.by_architecture.is_empty() {
            return Ok(&self.first);
        }
        let found = self
            .by_architecture
            .iter()
            .rev()
            .find(|(name, _)| Some(name.as_str()) == architecture);
        found.map(|(_, object)| object.as_slice()).ok_or_else(|| {
            let here = architecture.unwrap_or(std::env::consts::ARCH);
            let all: Vec<&str> = self.architectures().collect();
            let message = format!("the package has no object for {here}, only for {}", all.join(", "));
            Error::new(ErrorKind::Unsupported, message)
                .at(OBJECTS)
                .with_hint(format!(
                    "make it again from its source with `ecc --target-arch {},{here}`",
                    all.join(",")
                ))
        })
    }

    pub(crate) fn architectures(&self) -> impl Iterator<Item = &str> {
        self.by_architecture.iter().map(|(name, _)| name.as_str())
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &[u8]> {
        let first = self.by_architecture.is_empty().then_some(self.first.as_slice());
        let others = self.by_architecture.iter().map(|(_, object)| object.as_slice());
        first.into_iter().chain(others)
    }
}

fn entries(value: Option<&Value>) -> Result<Vec<(&String, &Value)>, Error> {
    match value {
        None => Ok(Vec::new()),
        Some(Value::Object(entries)) if entries.len() > limits::ARCHITECTURES => Err(Error::limit(format!(
            "found {} objects, at most {} are read",
            entries.len(),
            limits::ARCHITECTURES
        ))
        .at(OBJECTS)),
        Some(Value::Object(entries)) => Ok(entries.iter().collect()),
        Some(other) => Err(Error::field(format!("found {}, expected an object", kind_of(other))).at(OBJECTS)),
    }
}

fn text(value: &Value) -> Result<&str, Error> {
    value
        .as_str()
        .ok_or_else(|| Error::field(format!("found {}, expected a string in base64", kind_of(value))))
}
