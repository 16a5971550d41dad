//! Relocating an object against a small BTF that was made for it: reading the kernel's own is most of what loading costs.
//!
//! The small one is an advice. If loading fails with it, the object is opened again as it was and loaded with the kernel's own.

use std::io::Write;
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::{MemfdFlags, memfd_create};

use crate::error::{Error, Result};
use crate::kernel::KERNEL_BTF;
use crate::open::{OpenObject, OpenOptions, image};
use crate::target;

/// A small BTF, and what opening the object again needs.
#[derive(Debug)]
pub(crate) struct Cut {
    /// Holds the BTF where libbpf can open it by name.
    file: OwnedFd,
    object: Vec<u8>,
    functions: Vec<(String, Option<OwnedFd>, String)>,
}

impl Cut {
    pub(crate) fn new(btf: &[u8], object: &[u8]) -> Result<Self> {
        let file = memfd_create("btf", MemfdFlags::CLOEXEC)?;
        let mut writer = std::fs::File::from(file);
        writer
            .write_all(btf)
            .map_err(|error| Error::from_errno(error.raw_os_error().unwrap_or(libc::EIO)))?;
        Ok(Self {
            file: writer.into(),
            object: object.to_vec(),
            functions: Vec::new(),
        })
    }

    /// Where libbpf finds the BTF while this lives.
    pub(crate) fn path(&self) -> PathBuf {
        format!("/proc/self/fd/{}", self.file.as_raw_fd()).into()
    }

    /// Remembers what libbpf cannot be asked for again.
    pub(crate) fn attach_function(&mut self, program: &str, function: &str) {
        self.functions.push((program.to_owned(), None, function.to_owned()));
    }

    /// The same for a function of another program.
    pub(crate) fn attach_program(&mut self, program: &str, other: OwnedFd, function: &str) {
        self.functions
            .push((program.to_owned(), Some(other), function.to_owned()));
    }

    /// The object of `failed`, open as that was, to be relocated against the kernel's own BTF. None if there is none.
    pub(crate) fn open_without(&self, failed: &OpenObject) -> Option<Result<OpenObject>> {
        Path::new(KERNEL_BTF).exists().then(|| self.reopen(failed))
    }

    fn reopen(&self, failed: &OpenObject) -> Result<OpenObject> {
        let options = OpenOptions {
            places: failed.places.clone(),
            ..OpenOptions::default()
        };
        let open = OpenObject::open(&self.object, Arc::clone(&failed.description), &options)?;
        for (program, other, function) in &self.functions {
            target::attach_target(open.raw.program(program)?, program, other.as_ref(), function)?;
        }
        for ((_, old), (_, new)) in failed.raw.programs().iter().zip(open.raw.programs()) {
            // SAFETY: both programs belong to objects that are open, and neither is loaded.
            unsafe {
                libbpf_sys::bpf_program__set_autoload(new.as_ptr(), libbpf_sys::bpf_program__autoload(old.as_ptr()))
            };
        }
        for (old, new) in failed.raw.maps().iter().zip(open.raw.maps()) {
            // SAFETY: as above; a data section has one entry and takes no other number.
            unsafe {
                if !libbpf_sys::bpf_map__is_internal(new.raw.as_ptr()) {
                    let entries = libbpf_sys::bpf_map__max_entries(old.raw.as_ptr());
                    libbpf_sys::bpf_map__set_max_entries(new.raw.as_ptr(), entries);
                }
            }
            if let (Some((from, size)), Some((to, room))) = (image(old), image(new))
                && size == room
            {
                // SAFETY: libbpf keeps so many bytes for each of the two sections, which are not the same; nobody else has
                // them, for both objects are borrowed here.
                unsafe { to.copy_from_nonoverlapping(from, size) };
            }
        }
        Ok(open)
    }
}
