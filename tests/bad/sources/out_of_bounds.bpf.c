/* Reads an array at an index that nobody checked: the verifier refuses it. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64[4]);
} slots SEC(".maps");

SEC("tp/sched/sched_process_exec")
int read_any_slot(void *ctx)
{
	__u32 zero = 0;
	__u64 *slot = bpf_map_lookup_elem(&slots, &zero);

	return slot ? slot[bpf_get_prandom_u32()] : 0;
}
