//! How much of the kernel's memory maps take, from what they are created with.

use crate::description::{Description, Map};

/// Bytes beside the key and the value of an element: `struct htab_elem` and its allocation (`kernel/bpf/hashtab.c`).
const HASH_ELEMENT: u64 = 64;
/// Bytes of an empty bucket of a hash.
const BUCKET: u64 = 16;
/// Bytes beside the prefix and the value of a node: `struct lpm_trie_node` (`kernel/bpf/lpm_trie.c`).
const TRIE_NODE: u64 = 40;
/// `BPF_F_NO_PREALLOC`.
const NO_PREALLOC: u32 = 1;

/// The numbers of `enum bpf_map_type` whose memory is not that of an array.
mod kind {
    pub(super) const ARRAY: u32 = 2;
    pub(super) const SOCKHASH: u32 = 18;
    pub(super) const HASHES: [u32; 4] = [1, 13, 9, SOCKHASH];
    pub(super) const QUEUES: [u32; 2] = [22, 23];
    pub(super) const PER_CPU_HASHES: [u32; 2] = [5, 10];
    pub(super) const PER_CPU_ARRAY: u32 = 6;
    pub(super) const PERF_EVENT_ARRAY: u32 = 4;
    pub(super) const LPM_TRIE: u32 = 11;
    pub(super) const STACK_TRACE: u32 = 7;
    pub(super) const RINGBUFS: [u32; 2] = [27, 31];
    pub(super) const ARENA: u32 = 33;
    /// What is kept with sockets, inodes, tasks and control groups, and grows with these.
    pub(super) const STORAGES: [u32; 6] = [19, 21, 24, 28, 29, 32];
}

impl Description {
    /// About how many bytes of the kernel's memory its maps take, the buffers of perf events included; see [`Map::memory`].
    pub fn memory(&self, cpus: u64, page: u64) -> u64 {
        let buffers = self
            .maps
            .iter()
            .filter(|map| map.kind == kind::PERF_EVENT_ARRAY)
            .count() as u64;
        let perf = buffers
            .saturating_mul(cpus)
            .saturating_mul(u64::from(self.perf_buffer_pages) + 1)
            .saturating_mul(page);
        self.maps
            .iter()
            .map(|map| map.memory(map.max_entries, cpus, page))
            .fold(perf, u64::saturating_add)
    }
}

impl Map {
    /// About how many bytes of the kernel's memory it takes when it is created with so many entries, or when it is full if it grows:
    /// entries with what the kernel keeps beside them. `cpus` are those that the machine may have, `page` is the size of a page.
    pub fn memory(&self, entries: u32, cpus: u64, page: u64) -> u64 {
        let aligned = |size: u32| u64::from(size).next_multiple_of(8);
        let (key, value, entries) = (aligned(self.key_size), aligned(self.value_size), u64::from(entries));
        let times = |entry: u64| entries.saturating_mul(entry);
        let buckets = entries.next_power_of_two().saturating_mul(BUCKET);
        match self.kind {
            kind if kind::HASHES.contains(&kind) => times(key + value + HASH_ELEMENT).saturating_add(buckets),
            kind if kind::PER_CPU_HASHES.contains(&kind) => {
                times((key + HASH_ELEMENT).saturating_add(value.saturating_mul(cpus))).saturating_add(buckets)
            }
            kind::PER_CPU_ARRAY => times(value.saturating_mul(cpus).saturating_add(8)),
            // One for each CPU where the loader decides.
            kind::PERF_EVENT_ARRAY => entries.max(cpus) * 8,
            kind::LPM_TRIE => times(key + value + TRIE_NODE),
            kind::STACK_TRACE => times(value + HASH_ELEMENT).saturating_add(buckets),
            // The data, and the pages of both positions.
            kind if kind::RINGBUFS.contains(&kind) => entries.saturating_add(3 * page),
            kind::ARENA => times(page),
            kind if kind::STORAGES.contains(&kind) => 0,
            _ => times(value.max(8)),
        }
    }

    /// How many bytes of the kernel's memory it takes at the least when it is created with so many entries: the entries themselves, where
    /// they are all made at once. `cpus` are those that the machine may have.
    pub fn memory_at_once(&self, entries: u32, cpus: u64) -> u64 {
        let (key, value) = (u64::from(self.key_size), u64::from(self.value_size));
        let entry = match self.kind {
            _ if self.grows() => 0,
            kind::ARRAY | kind::STACK_TRACE => value,
            kind::PER_CPU_ARRAY => value.saturating_mul(cpus),
            kind if kind::HASHES.contains(&kind) && kind != kind::SOCKHASH => key + value,
            kind if kind::PER_CPU_HASHES.contains(&kind) => value.saturating_mul(cpus),
            kind if kind::QUEUES.contains(&kind) => value,
            kind if kind::RINGBUFS.contains(&kind) => 1,
            _ => 0,
        };
        u64::from(entries).saturating_mul(entry)
    }

    /// Whether the kernel takes that memory only as the map fills.
    pub fn grows(&self) -> bool {
        self.flags & NO_PREALLOC != 0 || matches!(self.kind, kind::LPM_TRIE | kind::ARENA)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(kind: u32, key_size: u32, value_size: u32, max_entries: u32) -> Map {
        Map {
            name: "m".into(),
            kind,
            key_size,
            value_size,
            max_entries,
            flags: 0,
            pinned: false,
            key: None,
            value: None,
            record: None,
            sample: None,
            stack_trace: None,
            lost: None,
            data: Vec::new(),
            hidden: false,
        }
    }

    #[test]
    fn a_map_takes_its_entries_on_each_cpu_and_what_is_kept_beside_them() {
        assert_eq!(map(2, 4, 12, 1000).memory(1000, 4, 4096), 16_000, "an array");
        assert_eq!(
            map(6, 4, 8, 1000).memory(1000, 4, 4096),
            40_000,
            "one for each CPU, and a pointer"
        );
        assert_eq!(map(1, 4, 8, 1000).memory(1000, 4, 4096), 80_000 + 1024 * 16, "a hash");
        assert_eq!(
            map(27, 0, 0, 65_536).memory(65_536, 4, 4096),
            65_536 + 3 * 4096,
            "a ring buffer"
        );
        assert_eq!(
            map(4, 4, 4, 0).memory(0, 4, 4096),
            32,
            "a perf event array of one for each CPU"
        );
        assert_eq!(map(29, 4, 8, 0).memory(0, 4, 4096), 0, "what tasks keep");
    }

    #[test]
    fn what_is_made_at_once_is_never_more_than_what_is_there() {
        for kind in 0..40 {
            let map = map(kind, 8, 24, 1000);
            assert!(map.memory_at_once(1000, 4) <= map.memory(1000, 4, 4096), "{kind}");
        }
        assert_eq!(map(2, 4, 12, 1000).memory_at_once(10, 4), 120, "an array of fewer");
        assert_eq!(map(6, 4, 12, 1000).memory_at_once(1000, 4), 48_000, "one for each CPU");
        assert_eq!(map(1, 4, 12, 1000).memory_at_once(1000, 4), 16_000, "a hash");
        assert_eq!(map(18, 4, 4, 1000).memory_at_once(1000, 4), 0, "sockets come later");
        assert_eq!(
            map(30, 0, 16, 1000).memory_at_once(1000, 4),
            0,
            "a bloom filter has bits"
        );
        let grows = Map {
            flags: NO_PREALLOC,
            ..map(1, 4, 12, 1000)
        };
        assert_eq!(grows.memory_at_once(1000, 4), 0);
    }

    #[test]
    fn no_size_is_too_large() {
        for kind in 0..40 {
            let map = map(kind, u32::MAX, u32::MAX, u32::MAX);
            let _ = map.memory(u32::MAX, u64::from(u32::MAX), 65_536);
            let _ = map.memory_at_once(u32::MAX, u64::from(u32::MAX));
        }
    }
}
