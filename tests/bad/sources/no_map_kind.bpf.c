/* A map of a kind that no kernel has. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
	__uint(type, 4000);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} crystal_ball SEC(".maps");

SEC("tp/sched/sched_process_exec")
int look(void *ctx)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&crystal_ball, &zero) != 0;
}
