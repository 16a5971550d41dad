//! Arenas: memory that BPF programs and user space share, from Linux 6.9.

use std::ptr::NonNull;

use crate::error::{Error, Kind, Result};
use crate::map::{Map, kind_name};
use crate::open::image;

/// Where an arena is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ArenaMemory {
    /// What pointers in the arena count from: the offset of what they point to is the difference.
    pub address: u64,
    /// Bytes, of which not all need to exist.
    pub size: u64,
}

impl Map {
    /// Where an arena is. [`Kind::KernelLacks`] for other kinds of maps.
    pub fn memory(&self) -> Result<ArenaMemory> {
        let (base, size) = self.arena()?;
        Ok(ArenaMemory {
            address: base.as_ptr() as u64,
            size,
        })
    }

    /// Reads an arena's memory. The caller bounds `length`.
    ///
    /// A page that does not exist is made, of zeros, as when a program of the system touches it; where the map's flags have
    /// `BPF_F_SEGV_ON_FAULT` it is [`Kind::Other`]. [`Kind::InvalidInput`] beyond the end.
    pub fn read_memory(&self, offset: u64, length: usize) -> Result<Vec<u8>> {
        let place = self.place(offset, length)?;
        let mut bytes = vec![0; length];
        let local = libc::iovec {
            iov_base: bytes.as_mut_ptr().cast(),
            iov_len: length,
        };
        self.copy(offset, length, |done| {
            let (mine, arena) = (forward(local, done), forward(place, done));
            // SAFETY: the kernel writes to a buffer of that length. It reads this process's memory as another's: what is not there is
            // an error, and no signal.
            unsafe { libc::process_vm_readv(libc::getpid(), &raw const mine, 1, &raw const arena, 1, 0) }
        })?;
        Ok(bytes)
    }

    /// Writes an arena's memory, where [`Map::read_memory`] would read. A program that looks meanwhile may see a part.
    pub fn write_memory(&self, offset: u64, bytes: &[u8]) -> Result<()> {
        let place = self.place(offset, bytes.len())?;
        let local = libc::iovec {
            iov_base: bytes.as_ptr().cast_mut().cast(),
            iov_len: bytes.len(),
        };
        self.copy(offset, bytes.len(), |done| {
            let (mine, arena) = (forward(local, done), forward(place, done));
            // SAFETY: the kernel reads a buffer of that length and writes into the arena, which is mapped as long as the object and to
            // which nobody has references. What is not there is an error, and no signal.
            unsafe { libc::process_vm_writev(libc::getpid(), &raw const mine, 1, &raw const arena, 1, 0) }
        })
    }

    /// Calls until all is copied: the kernel ends early where something is in the way, and says why when it begins there.
    fn copy(&self, offset: u64, length: usize, mut call: impl FnMut(usize) -> isize) -> Result<()> {
        let mut done = 0;
        while done < length {
            match usize::try_from(call(done)) {
                Ok(copied @ 1..) => done = done.saturating_add(copied).min(length),
                Ok(0) => return Err(self.no_page(offset, done)),
                Err(_) => {
                    let error = std::io::Error::last_os_error();
                    return Err(match error.raw_os_error() {
                        Some(libc::EFAULT) => self.no_page(offset, done),
                        _ => Error::from(error).context(format!("the memory of map {} cannot be reached", self.name())),
                    });
                }
            }
        }
        Ok(())
    }

    fn no_page(&self, offset: u64, done: usize) -> Error {
        let message = format!(
            "map {} has no page at offset {}: its flags leave it to BPF programs to make pages, or there is no memory left",
            self.name(),
            offset.saturating_add(done as u64)
        );
        Error::new(Kind::Other, message)
    }

    /// Where so many bytes from an offset on are.
    fn place(&self, offset: u64, length: usize) -> Result<libc::iovec> {
        let (base, size) = self.arena()?;
        let end = offset.checked_add(length as u64).filter(|end| *end <= size);
        if end.is_none() {
            return Err(Error::invalid(format!(
                "{length} bytes at offset {offset} are not in map {}, which has {size}",
                self.name()
            )));
        }
        Ok(libc::iovec {
            iov_base: base.as_ptr().wrapping_add(offset as usize).cast(),
            iov_len: length,
        })
    }

    /// Its first byte, and how many there are.
    fn arena(&self) -> Result<(NonNull<u8>, u64)> {
        let info = self.info();
        if info.kind != libbpf_sys::BPF_MAP_TYPE_ARENA {
            return Err(Error::new(
                Kind::KernelLacks,
                format!(
                    "map {}, a {}, has no memory of its own: only arenas do",
                    info.name,
                    kind_name(info.kind)
                ),
            ));
        }
        let (base, _) = image(self.object().0.raw.map(self.name())?)
            .ok_or_else(|| Error::new(Kind::KernelLacks, format!("map {} is not mapped", info.name)))?;
        let page = rustix::param::page_size() as u64;
        Ok((base, u64::from(info.max_entries).saturating_mul(page)))
    }
}

/// What is left of a buffer.
fn forward(buffer: libc::iovec, done: usize) -> libc::iovec {
    libc::iovec {
        iov_base: buffer.iov_base.wrapping_byte_add(done),
        iov_len: buffer.iov_len.saturating_sub(done),
    }
}
