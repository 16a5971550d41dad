// SPDX-License-Identifier: MIT OR BSD-2-Clause
/* A struct with every sort of member, filled with the same values at each exec. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "layouts.h"

char LICENSE[] SEC("license") = "GPL";

/// @description a value of each sort
const volatile struct inner start = { 'a', 1 };
const volatile char label[8] = "label";
const volatile enum level level = MIDDLE;
unsigned long long seen = 0;

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 2);
	__type(key, u32);
	__type(value, struct inner);
} counts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_QUEUE);
	__uint(max_entries, 2);
	__type(value, u32);
} waiting SEC(".maps");

SEC("tp/sched/sched_process_exec")
int fill(void *ctx)
{
	struct layouts *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);

	if (!event)
		return 0;
	__builtin_memset(event, 0, sizeof(*event));
	event->yes = true;
	event->text[0] = 'h';
	event->text[1] = 'i';
	event->level = level == MIDDLE ? LOW : HIGH;
	event->low = 5;
	event->minus = -7;
	event->rest = 0xfffff;
	event->wide = 0x8123456789;
	event->pair[1].tag = start.tag;
	event->pair[1].number = -2;
	event->value.whole = 0x04030201;
	event->one = -1;
	event->two = 255;
	event->tight.byte = label[0];
	event->tight.word = 0xdeadbeef;
	event->tight.double_word = ~0ULL;
	event->grid[1][2] = 12;
	event->pointer = (void *)0x1000;
	event->type = 3;
	event->last = -9;
	__sync_fetch_and_add(&seen, 1);
	bpf_ringbuf_submit(event, 0);
	return 0;
}
