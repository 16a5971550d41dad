// SPDX-License-Identifier: MIT OR BSD-2-Clause
/* Sends far more at once than its buffer holds, and counts what did not fit. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "overflow.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

__u64 lost;

/// @lost lost
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");

SEC("tp/sched/sched_process_exec")
int handle_exec(void *ctx)
{
	for (unsigned int i = 0; i < 200; i++) {
		struct event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);

		if (!event) {
			__sync_fetch_and_add(&lost, 1);
			continue;
		}
		__builtin_memset(event, 0, sizeof(*event));
		event->number = i;
		bpf_ringbuf_submit(event, 0);
	}
	return 0;
}
