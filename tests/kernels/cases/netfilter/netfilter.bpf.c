#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";

struct event {
	u32 length;
	u8 hook;
};
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
	__type(value, struct event);
} events SEC(".maps");

/// @netfilter {"hook": "local_in", "priority": -128}
SEC("netfilter")
int handle_packet(struct bpf_nf_ctx *context)
{
	struct event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);

	if (!event)
		return 1;
	event->length = context->skb->len;
	event->hook = context->state->hook;
	bpf_ringbuf_submit(event, 0);
	return 1;
}
