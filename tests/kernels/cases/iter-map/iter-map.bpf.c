#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 3);
	__type(key, u32);
	__type(value, u64);
} numbers SEC(".maps");

/// @map numbers
SEC("iter/bpf_map_elem")
int walk_map(struct bpf_iter__bpf_map_elem *context)
{
	u32 *key = context->key;
	u64 *value = context->value;

	if (!key || !value)
		return 0;
	BPF_SEQ_PRINTF(context->meta->seq, "entry %u is %llu\n", *key, *value);
	return 0;
}
