/* Attaches to a tracepoint that no kernel has. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("tp/sched/sched_process_dream")
int on_dream(void *ctx)
{
	return 0;
}
