//! What a package carries for kernels that show no BTF: the field `kernel_btfs`.
//!
//! ```json
//! "kernel_btfs": {
//!   "btfs": "eNp…",
//!   "sizes": [235, 243],
//!   "kernels": {
//!     "ubuntu/20.04/x86_64": {"5.4.0-1009-aws": 0, "5.4.0-1011-aws": 0},
//!     "debian/10/arm64": {"4.19.0-17-arm64": 1}
//!   }
//! }
//! ```
//! `btfs` is base64 of a zlib stream of all BTFs, one after the other, each cut down for the package's object ([`cut_btf`](crate::cut_btf));
//! `sizes` says how many bytes each has. `kernels` says which one a kernel takes: by distribution, version and architecture as the
//! BTFHub archive names its folders, `*` for what is not known, then by release (`uname -r`). Kernels whose types are alike in all that
//! the object looks at share one: thousands of kernels take some tens of BTFs.

mod read;

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use serde_json::{Map, Value, json};

use crate::error::Error;
use crate::limits;
use crate::packed::pack;

pub(crate) use read::Packed;

/// The field's name.
pub(crate) const KERNEL_BTFS: &str = "kernel_btfs";

/// What is not known of a kernel.
const ANY: &str = "*";

/// A kernel, by what its host or an archive's folders say of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Kernel {
    /// `uname -r`, such as `5.4.0-1009-aws`.
    pub release: String,
    /// `x86_64`, `arm64`, …; `aarch64` is `arm64`.
    pub architecture: Option<String>,
    /// `ID` of `os-release`, such as `ubuntu`.
    pub distribution: Option<String>,
    /// `VERSION_ID` of `os-release`, such as `20.04`.
    pub version: Option<String>,
}

impl Kernel {
    /// The key under which its release is listed.
    fn place(&self) -> String {
        let part = |part: &Option<String>| part.clone().unwrap_or_else(|| ANY.to_owned());
        let architecture = self.architecture.as_deref().map(architecture);
        format!(
            "{}/{}/{}",
            part(&self.distribution),
            part(&self.version),
            architecture.unwrap_or(ANY)
        )
    }
}

impl fmt::Display for Kernel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.release)?;
        for part in [&self.architecture, &self.distribution, &self.version]
            .into_iter()
            .flatten()
        {
            write!(f, " {part}")?;
        }
        Ok(())
    }
}

/// An architecture by the name that archives have for it.
fn architecture(machine: &str) -> &str {
    match machine {
        "aarch64" => "arm64",
        "amd64" => "x86_64",
        machine => machine,
    }
}

/// Cut BTFs by kernel, to be put into a package.
#[derive(Debug, Clone, Default)]
pub struct KernelBtfs {
    btfs: Vec<Vec<u8>>,
    known: HashMap<Vec<u8>, usize>,
    kernels: BTreeMap<String, BTreeMap<String, usize>>,
}

impl KernelBtfs {
    /// Adds the cut for a kernel. Says whether it was new: of a kernel that was added before, the first cut stays.
    pub fn add(&mut self, kernel: &Kernel, cut: Vec<u8>) -> bool {
        let releases = self.kernels.entry(kernel.place()).or_default();
        if releases.contains_key(&kernel.release) {
            return false;
        }
        let index = *self.known.entry(cut).or_insert_with_key(|cut| {
            self.btfs.push(cut.clone());
            self.btfs.len() - 1
        });
        releases.insert(kernel.release.clone(), index);
        true
    }

    /// How many kernels there are cuts for.
    pub fn kernels(&self) -> usize {
        self.kernels.values().map(BTreeMap::len).sum()
    }

    /// How many different cuts that takes.
    pub fn different(&self) -> usize {
        self.btfs.len()
    }

    /// The field's value.
    pub(crate) fn to_value(&self) -> Result<Value, Error> {
        let all = self.btfs.concat();
        if all.len() > limits::KERNEL_BTF_BYTES {
            return Err(too_large(all.len()));
        }
        let sizes: Vec<usize> = self.btfs.iter().map(Vec::len).collect();
        let kernels: Map<String, Value> = self
            .kernels
            .iter()
            .map(|(place, releases)| (place.clone(), json!(releases)))
            .collect();
        Ok(json!({"btfs": pack(&all)?, "sizes": sizes, "kernels": kernels}))
    }
}

fn too_large(found: usize) -> Error {
    Error::limit(format!(
        "the BTFs for kernels without one take {found} bytes, at most {} are read",
        limits::KERNEL_BTF_BYTES
    ))
}
