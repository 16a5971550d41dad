//! Records for BPF programs: the other direction of a ring buffer, from Linux 6.1.

use std::ptr::NonNull;
use std::sync::PoisonError;

use libbpf_sys::user_ring_buffer;

use crate::error::{Error, Kind, Result};
use crate::map::{Map, kind_name};
use crate::raw;

/// The one who writes to a user ring buffer: libbpf's part of the protocol is for one at a time.
#[derive(Debug)]
pub(crate) struct Producer(NonNull<user_ring_buffer>);

// SAFETY: it is bound to no thread; who calls it has it alone, for it is behind a lock.
unsafe impl Send for Producer {}

impl Map {
    /// Puts a record into a user ring buffer, for programs that call `bpf_user_ringbuf_drain`. It is there at once, whole.
    ///
    /// [`Kind::Full`] if there is no room until a program has taken some; [`Kind::InvalidInput`] for a record that can never fit, which
    /// needs 8 bytes more than it has, rounded up to a multiple of 8; [`Kind::KernelLacks`] for other kinds of maps.
    pub fn submit(&self, record: &[u8]) -> Result<()> {
        let info = self.info();
        if info.kind != libbpf_sys::BPF_MAP_TYPE_USER_RINGBUF {
            return Err(Error::new(
                Kind::KernelLacks,
                format!(
                    "map {}, a {}, takes no records: only user ring buffers do",
                    info.name,
                    kind_name(info.kind)
                ),
            ));
        }
        let producers = &self.object().0.producers;
        let mut producers = producers.lock().unwrap_or_else(PoisonError::into_inner);
        let producer = match producers.entry(info.id) {
            std::collections::btree_map::Entry::Occupied(entry) => entry.into_mut(),
            std::collections::btree_map::Entry::Vacant(entry) => {
                let opened = Producer::open(self.raw_fd());
                entry.insert(opened.map_err(|error| error.context(format!("map {} cannot be written", info.name)))?)
            }
        };
        producer.submit(record).map_err(|errno| match errno {
            libc::ENOSPC => Error::new(
                Kind::Full,
                format!("map {} has no room until a program takes records", info.name),
            ),
            libc::E2BIG => Error::invalid(format!(
                "a record of {} bytes never fits into map {}, which has {} with 8 for each record's header",
                record.len(),
                info.name,
                info.max_entries
            )),
            errno => Error::from_errno(errno).context(format!("map {} takes no record", info.name)),
        })
    }
}

impl Producer {
    /// Maps the buffer. The descriptor is a user ring buffer's.
    fn open(fd: i32) -> Result<Self> {
        // SAFETY: no options; what comes back is owned from here on, and knows the size of what it maps from the kernel.
        let raw = unsafe { libbpf_sys::user_ring_buffer__new(fd, std::ptr::null()) };
        NonNull::new(raw).map(Self).ok_or_else(raw::last_error)
    }

    /// The error is a number of the system's.
    fn submit(&mut self, record: &[u8]) -> std::result::Result<(), i32> {
        let size = u32::try_from(record.len()).map_err(|_| libc::E2BIG)?;
        // SAFETY: the ring is mapped as long as `self`, which is borrowed alone.
        let room = unsafe { libbpf_sys::user_ring_buffer__reserve(self.0.as_ptr(), size) };
        let room = NonNull::new(room).ok_or_else(raw::last_errno)?;
        // SAFETY: so many bytes were reserved, in the data that is mapped twice in a row, and are committed once.
        unsafe {
            std::ptr::copy_nonoverlapping(record.as_ptr(), room.as_ptr().cast(), record.len());
            libbpf_sys::user_ring_buffer__submit(self.0.as_ptr(), room.as_ptr());
        }
        Ok(())
    }
}

impl Drop for Producer {
    fn drop(&mut self) {
        // SAFETY: it was made by `open`, and is freed once.
        unsafe { libbpf_sys::user_ring_buffer__free(self.0.as_ptr()) };
    }
}
