//! Memory that the kernel shares, unmapped when dropped.

use std::os::fd::BorrowedFd;
use std::ptr::{self, NonNull};

use rustix::mm::{MapFlags, ProtFlags, mmap, munmap};

use crate::error::{Error, Result};

/// A shared mapping of a file descriptor.
#[derive(Debug)]
pub(crate) struct Mapping {
    base: NonNull<u8>,
    length: usize,
}

// SAFETY: a mapping belongs to the process, not to a thread; whoever reads or writes through it says why that is sound.
unsafe impl Send for Mapping {}
// SAFETY: as above; the type itself never reads or writes.
unsafe impl Sync for Mapping {}

impl Mapping {
    /// Maps `length` bytes from `offset` on, to read, or to read and write.
    pub(crate) fn new(fd: BorrowedFd<'_>, offset: u64, length: usize, protection: ProtFlags) -> Result<Self> {
        // SAFETY: no address is asked for, so nothing that exists is replaced.
        let base = unsafe { mmap(ptr::null_mut(), length, protection, MapFlags::SHARED, fd, offset) }?;
        let base = NonNull::new(base.cast()).ok_or_else(|| Error::from_errno(libc::ENOMEM))?;
        Ok(Self { base, length })
    }

    /// Its first byte. Page-aligned, and valid until the mapping is dropped.
    pub(crate) fn base(&self) -> NonNull<u8> {
        self.base
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: exactly what was mapped, once; those who use the address hold the mapping.
        let _ = unsafe { munmap(self.base.as_ptr().cast(), self.length) };
    }
}
