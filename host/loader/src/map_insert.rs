//! Maps in maps, and programs in them: entries that are descriptors, which the caller names by what it has.

use std::os::fd::AsRawFd;

use crate::error::{Error, Kind, Result};
use crate::map::{Map, kind_name};
use crate::map_key::pointer;
use crate::program::Program;

impl Map {
    /// Puts a map into an array or hash table of maps, in place of what is there. The kernel keeps it as long as it is in it.
    ///
    /// [`Kind::KernelLacks`] if this is no map of maps, or if `inner` has another kind or other sizes or flags than the definition
    /// says.
    pub fn insert_map(&self, key: &[u8], inner: &Self) -> Result<()> {
        let kinds = [
            libbpf_sys::BPF_MAP_TYPE_ARRAY_OF_MAPS,
            libbpf_sys::BPF_MAP_TYPE_HASH_OF_MAPS,
        ];
        let mismatch = || {
            format!(
                "map {} does not go into map {}: kind, sizes and flags must be those of its definition, and in an array also the number of entries",
                inner.name(),
                self.name()
            )
        };
        self.insert(key, &kinds, "maps", inner.raw_fd(), &mismatch)
    }

    /// `descriptor` is open.
    fn insert(
        &self,
        key: &[u8],
        kinds: &[u32],
        what: &str,
        descriptor: i32,
        mismatch: &dyn Fn() -> String,
    ) -> Result<()> {
        let info = self.info();
        if !kinds.contains(&info.kind) {
            return Err(Error::new(
                Kind::KernelLacks,
                format!("map {}, a {}, holds no {what}", info.name, kind_name(info.kind)),
            ));
        }
        self.check_key(key)?;
        let value = descriptor.to_ne_bytes();
        // SAFETY: the kernel reads a key of the size that was just checked, and as the value of maps of these kinds a descriptor.
        let code = unsafe {
            libbpf_sys::bpf_map_update_elem(self.raw_fd(), pointer(key), pointer(&value), libbpf_sys::BPF_ANY.into())
        };
        match -code {
            ..=0 => Ok(()),
            libc::EINVAL | libc::EOPNOTSUPP | crate::error::ENOTSUPP => Err(Error::new(Kind::KernelLacks, mismatch())),
            _ => Err(self.refused(Error::from_errno(code), code, "write")),
        }
    }
}

impl Program {
    /// Puts the program into a program array, where `bpf_tail_call` finds it.
    ///
    /// [`Kind::KernelLacks`] if the map is no program array, or if its programs are of another type.
    pub fn insert(&self, map: &Map, key: &[u8]) -> Result<()> {
        let descriptor = self.loaded()?.as_raw_fd();
        let mismatch = || {
            format!(
                "program {} does not go into map {}: all programs of a program array are of one type, that of those that call them",
                self.name(),
                map.name()
            )
        };
        let kinds = [libbpf_sys::BPF_MAP_TYPE_PROG_ARRAY];
        map.insert(key, &kinds, "programs", descriptor, &mismatch)
    }
}
