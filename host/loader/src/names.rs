//! What the kernel's numbers are called, as libbpf and the kernel's headers have it. Nothing here asks the kernel.

use libbpf_sys as sys;

use crate::raw::text;

/// By number; empty where there is none.
static HELPERS: &[&str] = &include!(concat!(env!("OUT_DIR"), "/helpers.rs"));

/// Flags of `BPF_MAP_CREATE`.
const MAP_FLAGS: [(u32, &str); 20] = [
    (sys::BPF_F_NO_PREALLOC, "no_prealloc"),
    (sys::BPF_F_NO_COMMON_LRU, "no_common_lru"),
    (sys::BPF_F_NUMA_NODE, "numa_node"),
    (sys::BPF_F_RDONLY, "rdonly"),
    (sys::BPF_F_WRONLY, "wronly"),
    (sys::BPF_F_STACK_BUILD_ID, "stack_build_id"),
    (sys::BPF_F_ZERO_SEED, "zero_seed"),
    (sys::BPF_F_RDONLY_PROG, "rdonly_prog"),
    (sys::BPF_F_WRONLY_PROG, "wronly_prog"),
    (sys::BPF_F_CLONE, "clone"),
    (sys::BPF_F_MMAPABLE, "mmapable"),
    (sys::BPF_F_PRESERVE_ELEMS, "preserve_elems"),
    (sys::BPF_F_INNER_MAP, "inner_map"),
    (sys::BPF_F_LINK, "link"),
    (sys::BPF_F_PATH_FD, "path_fd"),
    (sys::BPF_F_VTYPE_BTF_OBJ_FD, "vtype_btf_obj_fd"),
    (sys::BPF_F_TOKEN_FD, "token_fd"),
    (sys::BPF_F_SEGV_ON_FAULT, "segv_on_fault"),
    (sys::BPF_F_NO_USER_CONV, "no_user_conv"),
    (sys::BPF_F_RB_OVERWRITE, "rb_overwrite"),
];

/// The helper of this number (`BPF_FUNC_*`), without `bpf_`: `map_lookup_elem`. None for those that libbpf's header does not know.
pub fn helper(number: u32) -> Option<&'static str> {
    let name = HELPERS.get(usize::try_from(number).ok()?)?;
    (!name.is_empty()).then_some(*name)
}

/// The kind of a map (`BPF_MAP_TYPE_*`) as libbpf calls it: `percpu_hash`.
pub fn map_kind(number: u32) -> Option<String> {
    // SAFETY: libbpf answers a string of its own, or null for kinds that it does not know.
    let name = text(unsafe { sys::libbpf_bpf_map_type_str(number) });
    (!name.is_empty()).then_some(name)
}

/// The flags that a map is created with, without `BPF_F_`. Bits without a name are one entry, in hexadecimal.
pub fn map_flags(flags: u32) -> Vec<String> {
    let known = MAP_FLAGS.iter().filter(|(bit, _)| flags & bit != 0);
    let mut names: Vec<String> = known.map(|(_, name)| (*name).to_owned()).collect();
    let rest = MAP_FLAGS.iter().fold(flags, |rest, (bit, _)| rest & !bit);
    if rest != 0 {
        names.push(format!("{rest:#x}"));
    }
    names
}

/// The type of the programs in a section of this name, as libbpf calls it: `kprobe`, `tracepoint`. None for a section that it does not know.
pub fn program_type(section: &str) -> Option<String> {
    let (kind, _) = crate::sections::types(section)?;
    // SAFETY: libbpf answers a string of its own, or null for types that it does not know.
    let name = text(unsafe { sys::libbpf_bpf_prog_type_str(kind) });
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn helpers_have_the_numbers_that_programs_call_them_by() {
        assert_eq!(helper(0), None);
        assert_eq!(helper(sys::BPF_FUNC_map_lookup_elem), Some("map_lookup_elem"));
        assert_eq!(helper(sys::BPF_FUNC_ringbuf_output), Some("ringbuf_output"));
        assert_eq!(helper(sys::BPF_FUNC_cgrp_storage_delete), Some("cgrp_storage_delete"));
        assert_eq!(helper(u32::MAX), None);
    }

    #[test]
    fn maps_and_programs_are_called_as_libbpf_does() {
        assert_eq!(map_kind(sys::BPF_MAP_TYPE_RINGBUF).as_deref(), Some("ringbuf"));
        assert_eq!(map_kind(4000), None);
        assert_eq!(program_type("kprobe/do_exit").as_deref(), Some("kprobe"));
        assert_eq!(program_type("lsm/file_open").as_deref(), Some("lsm"));
        assert_eq!(program_type("my own"), None);
        assert_eq!(program_type("with a \0"), None);
    }

    #[test]
    fn bits_without_a_name_are_said_too() {
        assert_eq!(map_flags(0), [""; 0]);
        assert_eq!(
            map_flags(1 | 1 << 10 | 1 << 31),
            ["no_prealloc", "mmapable", "0x80000000"]
        );
    }
}
