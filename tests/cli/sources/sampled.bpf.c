// SPDX-License-Identifier: MIT OR BSD-2-Clause
// Maps to be sampled. Tests put the entries into the package; the program is never called.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

enum traffic_state { IDLE, BUSY = 5 };

struct traffic_key {
	u32 pid;
	char comm[16];
};

struct value {
	u64 bytes;
	s32 delta;
	enum traffic_state state;
};

struct hist {
	u32 slots[8];
	char comm[16];
};

/// @sample {"interval": 3600000, "type": "default_kv"}
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, struct traffic_key);
	__type(value, struct value);
} traffic SEC(".maps");

/// @sample {"interval": 3600000, "type": "log2_hist", "unit": "usecs"}
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8);
	__type(key, u32);
	__type(value, struct hist);
} waits SEC(".maps");

/// @sample {"interval": 3600000, "type": "linear_hist", "unit": "depth", "base": 10, "step": 5}
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8);
	__type(key, u32);
	__type(value, struct hist);
} depths SEC(".maps");

/// @sample {"interval": 3600000}
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 8);
	__type(key, u32);
	__type(value, u64);
} by_cpu SEC(".maps");

SEC("raw_tp/task_rename")
int touch(void *ctx)
{
	struct traffic_key key = {};
	struct hist *hist;
	u32 number = 0;

	bpf_map_lookup_elem(&traffic, &key);
	bpf_map_lookup_elem(&by_cpu, &number);
	bpf_map_lookup_elem(&depths, &number);
	hist = bpf_map_lookup_elem(&waits, &number);
	return hist != 0;
}
