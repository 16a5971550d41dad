// SPDX-License-Identifier: MIT OR BSD-2-Clause
/* Names that C takes, and that a file made of them could trip over; filled with the same values at each exec. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "program.h"

char LICENSE[] SEC("license") = "GPL";

const volatile enum self self = bytes;
int count = 0;

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} object SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct core);
} loaded SEC(".maps");

SEC("tp/sched/sched_process_exec")
int open(void *ctx)
{
	struct event event = { .type = self == bytes ? value : bytes };

	event.whole = 0x75;
	event.first = 9;
	event.second = 0x8123456789;
	event.virtual = -2;
	event.core.fn = 'f';
	event.core.virtual = 7;
	count++;
	bpf_ringbuf_output(&object, &event, sizeof(event), 0);
	return 0;
}
