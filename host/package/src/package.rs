use crate::{Description, Error};

/// A package: the document's tree and the inflated BPF object.
#[derive(Debug, Clone)]
pub struct Package {
    object: Vec<u8>,
}

impl Package {
    /// Reads a package.
    pub fn parse(_bytes: &[u8]) -> Result<Self, Error> {
        Err(Error::field("not yet"))
    }
    /// Derives a package from a BPF ELF.
    pub fn from_object(_elf: Vec<u8>, _name: &str, _export: &[String]) -> Result<Self, Error> {
        Err(Error::field("not yet"))
    }
    /// Writes it.
    pub fn to_json(&self) -> Result<Vec<u8>, Error> {
        Err(Error::field("not yet"))
    }
    /// The ELF.
    pub fn object(&self) -> &[u8] {
        &self.object
    }
    /// All.
    pub fn describe(&self) -> Result<Description, Error> {
        Err(Error::field("not yet"))
    }
}
