//! What is known of a map, in the sizes that a caller gives and gets.

use crate::error::{Error, Result};
use crate::raw;

/// What is known of a map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MapInfo {
    /// Its C identifier.
    pub name: String,
    /// The kernel's number of this map.
    pub id: u32,
    /// `enum bpf_map_type`.
    pub kind: u32,
    /// Bytes of a key as a caller gives it; 0 where the kind has none. See [`Map`](crate::Map) for the kinds where the kernel's are
    /// others.
    pub key_size: u32,
    /// Bytes of what one lookup gives: for a per-CPU map `cpus` times `value_stride`.
    pub value_size: u32,
    /// From one CPU's value to the next; 0 for a map that is not per CPU.
    pub value_stride: u32,
    /// How many values a per-CPU map has for a key; 0 for a map that is not per CPU.
    pub cpus: u32,
    /// The most entries it takes; for a ring buffer its bytes, for an arena its pages, for storage 0.
    pub max_entries: u32,
    /// `BPF_F_*`, as given at creation.
    pub flags: u32,
}

impl MapInfo {
    pub(crate) fn read(name: &str, fd: i32) -> Result<Self> {
        let mut info = libbpf_sys::bpf_map_info::default();
        let mut size = size_of::<libbpf_sys::bpf_map_info>() as u32;
        // SAFETY: the descriptor is open, and the kernel writes at most `size` bytes into `info`, which is plain data.
        let code = unsafe { libbpf_sys::bpf_map_get_info_by_fd(fd, &raw mut info, &raw mut size) };
        raw::check(code).map_err(|error| error.context(format!("the kernel does not describe map {name}")))?;
        let (cpus, stride) = if is_per_cpu(info.type_) {
            (possible_cpus()?, info.value_size.next_multiple_of(8))
        } else {
            (0, 0)
        };
        let (key_size, value_size) = match info.type_ {
            // A set: its elements are what is looked up. The kernel calls them values.
            libbpf_sys::BPF_MAP_TYPE_BLOOM_FILTER => (info.value_size, 0),
            // A group's number in place of the kernel's descriptor.
            libbpf_sys::BPF_MAP_TYPE_CGRP_STORAGE => (size_of::<u64>() as u32, info.value_size),
            _ if cpus > 0 => (info.key_size, cpus.saturating_mul(stride)),
            _ => (info.key_size, info.value_size),
        };
        Ok(Self {
            name: name.to_owned(),
            id: info.id,
            kind: info.type_,
            key_size,
            value_size,
            value_stride: stride,
            cpus,
            max_entries: info.max_entries,
            flags: info.map_flags,
        })
    }

    /// Whether values go in at one end and come out at one, without keys.
    pub(crate) fn is_queue(&self) -> bool {
        matches!(
            self.kind,
            libbpf_sys::BPF_MAP_TYPE_QUEUE | libbpf_sys::BPF_MAP_TYPE_STACK
        )
    }
}

fn is_per_cpu(kind: u32) -> bool {
    matches!(
        kind,
        libbpf_sys::BPF_MAP_TYPE_PERCPU_HASH
            | libbpf_sys::BPF_MAP_TYPE_PERCPU_ARRAY
            | libbpf_sys::BPF_MAP_TYPE_LRU_PERCPU_HASH
            | libbpf_sys::BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE
    )
}

/// How many CPUs the kernel counts in per-CPU maps.
fn possible_cpus() -> Result<u32> {
    // SAFETY: no arguments; it reads a file of the kernel's.
    let cpus = unsafe { libbpf_sys::libbpf_num_possible_cpus() };
    u32::try_from(cpus).map_err(|_| Error::from_errno(cpus).context("the number of CPUs cannot be read"))
}

/// The name of a kind of map, such as `ringbuf`.
pub(crate) fn kind_name(kind: u32) -> String {
    // SAFETY: libbpf answers a string of its own, or null for kinds that it does not know.
    let name = raw::text(unsafe { libbpf_sys::libbpf_bpf_map_type_str(kind) });
    if name.is_empty() {
        format!("map of kind {kind}")
    } else {
        format!("{name} map")
    }
}
