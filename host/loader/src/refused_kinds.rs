//! Kinds of maps whose entries are not bytes: they stand for things of the host, and the caller has none of these.

use crate::error::{Error, Kind, Result};
use crate::map_info::{MapInfo, kind_name};

/// What a caller wants of a map's entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// By key.
    Read,
    /// From one key to the next.
    Walk,
    Update,
    Delete,
}

/// Refuses what would make the kernel take a caller's number for a descriptor of this process, or attach something, and what kinds
/// of maps do not do that have another way. The text says which.
pub(crate) fn check(info: &MapInfo, access: Access) -> Result<()> {
    use Access::{Delete, Read, Update, Walk};
    let (kind, reason) = match (info.kind, access) {
        (libbpf_sys::BPF_MAP_TYPE_SK_STORAGE, _) => (
            Kind::Unsupported,
            "its keys are descriptors of sockets, and a tool has none: a BPF iterator can read it, or a program copy into a hash map",
        ),
        (libbpf_sys::BPF_MAP_TYPE_INODE_STORAGE, _) => (
            Kind::Unsupported,
            "its keys are descriptors of files, and a tool has none: let a program copy what is wanted into a hash map",
        ),
        (libbpf_sys::BPF_MAP_TYPE_TASK_STORAGE | libbpf_sys::BPF_MAP_TYPE_CGRP_STORAGE, Walk) => (
            Kind::KernelLacks,
            "it has no list of its keys: read it by key, or let a BPF iterator over tasks or control groups read it",
        ),
        (libbpf_sys::BPF_MAP_TYPE_PROG_ARRAY, Update) => (
            Kind::Unsupported,
            "an entry would be a descriptor of the host: insert one of the object's programs",
        ),
        (libbpf_sys::BPF_MAP_TYPE_ARRAY_OF_MAPS | libbpf_sys::BPF_MAP_TYPE_HASH_OF_MAPS, Update) => (
            Kind::Unsupported,
            "an entry would be a descriptor of the host: insert one of the object's maps",
        ),
        (libbpf_sys::BPF_MAP_TYPE_PERF_EVENT_ARRAY, _) | (libbpf_sys::BPF_MAP_TYPE_RINGBUF, _) => (
            Kind::KernelLacks,
            "it has no entries: an event source gives its records",
        ),
        (libbpf_sys::BPF_MAP_TYPE_USER_RINGBUF, _) => (
            Kind::KernelLacks,
            "it has no entries: records are submitted, and BPF programs take them",
        ),
        (libbpf_sys::BPF_MAP_TYPE_ARENA, _) => (
            Kind::KernelLacks,
            "it has no entries: its memory is read and written at offsets",
        ),
        (
            libbpf_sys::BPF_MAP_TYPE_CGROUP_ARRAY
            | libbpf_sys::BPF_MAP_TYPE_SOCKMAP
            | libbpf_sys::BPF_MAP_TYPE_SOCKHASH
            | libbpf_sys::BPF_MAP_TYPE_REUSEPORT_SOCKARRAY
            | libbpf_sys::BPF_MAP_TYPE_XSKMAP,
            Update | Delete,
        ) => (Kind::Unsupported, "an entry would hold a descriptor of the host"),
        (libbpf_sys::BPF_MAP_TYPE_STRUCT_OPS, Update | Delete) => (
            Kind::Unsupported,
            "an entry would hold a descriptor of the host, and writing it attaches programs",
        ),
        (libbpf_sys::BPF_MAP_TYPE_BLOOM_FILTER, Walk) => {
            (Kind::KernelLacks, "it does not know its elements: ask for each by key")
        }
        (libbpf_sys::BPF_MAP_TYPE_BLOOM_FILTER, Delete) => {
            (Kind::KernelLacks, "nothing can be taken out of a bloom filter")
        }
        (libbpf_sys::BPF_MAP_TYPE_QUEUE | libbpf_sys::BPF_MAP_TYPE_STACK, Walk) => (
            Kind::KernelLacks,
            "only the next value can be looked at: with an empty key, or by taking values out",
        ),
        _ => return Ok(()),
    };
    let doing = match access {
        Read => "read",
        Walk => "listed",
        Update | Delete => "changed",
    };
    Err(refusal(info, kind, doing, reason))
}

/// Refuses a value that holds a descriptor: maps of devices and CPUs may have a program's behind the first 4 bytes (`struct
/// bpf_devmap_val` and `struct bpf_cpumap_val` of `include/uapi/linux/bpf.h`).
pub(crate) fn check_value(info: &MapInfo, value: &[u8]) -> Result<()> {
    let has_program = matches!(
        info.kind,
        libbpf_sys::BPF_MAP_TYPE_DEVMAP | libbpf_sys::BPF_MAP_TYPE_DEVMAP_HASH | libbpf_sys::BPF_MAP_TYPE_CPUMAP
    ) && value
        .get(4..)
        .is_some_and(|program| program.iter().any(|byte| *byte != 0));
    if has_program {
        let reason = "the second number of a value would be a program's descriptor of the host: it must be 0";
        return Err(refusal(info, Kind::Unsupported, "changed", reason));
    }
    Ok(())
}

fn refusal(info: &MapInfo, kind: Kind, doing: &str, reason: &str) -> Error {
    let message = format!(
        "map {}, a {}, cannot be {doing} from here: {reason}",
        info.name,
        kind_name(info.kind)
    );
    Error::new(kind, message)
}
