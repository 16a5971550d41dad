#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

char LICENSE[] SEC("license") = "GPL";

struct event {
	u16 protocol;
	u16 offset;
};
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
	__type(value, struct event);
} events SEC(".maps");

SEC("flow_dissector")
int handle_flow(struct __sk_buff *packet)
{
	struct bpf_flow_keys *keys = (void *)(long)packet->flow_keys;
	struct event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);

	if (!event)
		return BPF_DROP;
	event->protocol = bpf_ntohs(keys->n_proto);
	event->offset = keys->nhoff;
	bpf_ringbuf_submit(event, 0);
	return BPF_DROP;
}
