//! Kinds of maps whose entries are not bytes: they stand for things of the host, and the caller has none of these.

use crate::error::{Error, Kind, Result};
use crate::map::{MapInfo, kind_name};

/// What a caller wants of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    Read,
    /// Writing and deleting: what is deleted was the host's to put there.
    Change,
}

/// Refuses what would make the kernel take a caller's number for a descriptor of this process, or attach something.
pub(crate) fn check(info: &MapInfo, access: Access) -> Result<()> {
    let reason = match (info.kind, access) {
        (
            libbpf_sys::BPF_MAP_TYPE_SK_STORAGE
            | libbpf_sys::BPF_MAP_TYPE_TASK_STORAGE
            | libbpf_sys::BPF_MAP_TYPE_INODE_STORAGE
            | libbpf_sys::BPF_MAP_TYPE_CGRP_STORAGE,
            _,
        ) => "the key of an entry would be a descriptor of the host",
        (
            libbpf_sys::BPF_MAP_TYPE_PROG_ARRAY
            | libbpf_sys::BPF_MAP_TYPE_PERF_EVENT_ARRAY
            | libbpf_sys::BPF_MAP_TYPE_ARRAY_OF_MAPS
            | libbpf_sys::BPF_MAP_TYPE_HASH_OF_MAPS
            | libbpf_sys::BPF_MAP_TYPE_CGROUP_ARRAY
            | libbpf_sys::BPF_MAP_TYPE_SOCKMAP
            | libbpf_sys::BPF_MAP_TYPE_SOCKHASH
            | libbpf_sys::BPF_MAP_TYPE_REUSEPORT_SOCKARRAY
            | libbpf_sys::BPF_MAP_TYPE_XSKMAP
            | libbpf_sys::BPF_MAP_TYPE_DEVMAP
            | libbpf_sys::BPF_MAP_TYPE_DEVMAP_HASH
            | libbpf_sys::BPF_MAP_TYPE_CPUMAP,
            Access::Change,
        ) => "an entry would hold a descriptor of the host",
        (libbpf_sys::BPF_MAP_TYPE_STRUCT_OPS, Access::Change) => {
            "an entry would hold a descriptor of the host, and writing it attaches programs"
        }
        _ => return Ok(()),
    };
    let doing = match access {
        Access::Read => "read",
        Access::Change => "changed",
    };
    Err(Error::new(
        Kind::Unsupported,
        format!(
            "map {}, a {}, cannot be {doing} from here: {reason}",
            info.name,
            kind_name(info.kind)
        ),
    ))
}
