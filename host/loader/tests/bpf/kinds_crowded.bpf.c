// A hash table whose buckets are known beforehand: its hash begins with 0.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__uint(map_flags, BPF_F_ZERO_SEED);
	__type(key, __u32);
	__type(value, __u64);
} crowded SEC(".maps");

char LICENSE[] SEC("license") = "GPL";
