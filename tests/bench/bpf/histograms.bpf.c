// SPDX-License-Identifier: GPL-2.0 OR MIT
// Histograms by key, for whoever samples them. The program is never called.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual MIT/GPL";

struct hist {
	__u32 slots[27];
};

/// @sample {"interval": 1000, "type": "log2_hist", "unit": "usecs"}
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1000);
	__type(key, __u32);
	__type(value, struct hist);
} hists SEC(".maps");

SEC("raw_tp/task_rename")
int touch(void *ctx)
{
	__u32 key = 0;
	struct hist *hist = bpf_map_lookup_elem(&hists, &key);

	if (hist)
		hist->slots[0]++;
	return 0;
}
