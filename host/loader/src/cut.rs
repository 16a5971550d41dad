//! Relocating an object against a small BTF that was made for it: reading the kernel's own is most of what loading costs.
//!
//! The small one is an advice. If loading fails with it, the object is opened again as it was and loaded with the kernel's own.

use std::io::Write;
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::PathBuf;

use rustix::fs::{MemfdFlags, memfd_create};

use crate::error::Result;

/// Holds a small BTF where libbpf can open it by name.
#[derive(Debug)]
pub(crate) struct Cut(OwnedFd);

impl Cut {
    pub(crate) fn new(btf: &[u8]) -> Result<Self> {
        let mut file = std::fs::File::from(memfd_create("btf", MemfdFlags::CLOEXEC)?);
        file.write_all(btf)?;
        Ok(Self(file.into()))
    }

    /// Where libbpf finds the BTF while this lives.
    pub(crate) fn path(&self) -> PathBuf {
        format!("/proc/self/fd/{}", self.0.as_raw_fd()).into()
    }
}
