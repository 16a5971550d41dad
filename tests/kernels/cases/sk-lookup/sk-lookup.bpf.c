#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

char LICENSE[] SEC("license") = "GPL";

struct event {
	u32 port;
	u32 protocol;
};
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
	__type(value, struct event);
} events SEC(".maps");

SEC("sk_lookup")
int handle_lookup(struct bpf_sk_lookup *context)
{
	struct event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);

	if (!event)
		return SK_PASS;
	event->port = context->local_port;
	event->protocol = context->protocol;
	bpf_ringbuf_submit(event, 0);
	return SK_PASS;
}
