// SPDX-License-Identifier: GPL-2.0 OR MIT
// A map with many entries, for whoever reads them all. The program is never called.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual MIT/GPL";

struct value {
	__u64 count;
	__u64 bytes;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 100000);
	__type(key, __u64);
	__type(value, struct value);
} entries SEC(".maps");

SEC("raw_tp/task_rename")
int touch(void *ctx)
{
	__u64 key = 0;
	struct value *value = bpf_map_lookup_elem(&entries, &key);

	if (value)
		value->count++;
	return 0;
}
