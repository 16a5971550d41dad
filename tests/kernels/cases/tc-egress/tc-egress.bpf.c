#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

char LICENSE[] SEC("license") = "GPL";

struct event {
	u32 length;
	u16 protocol;
	u8 target[4];
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
	__type(value, struct event);
} events SEC(".maps");

/// @ifname v0
SEC("tc/egress")
int handle_packet(struct __sk_buff *packet)
{
	struct event *event;

	if (packet->protocol != bpf_htons(0x0806))
		return 0;
	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event)
		return 0;
	event->length = packet->len;
	event->protocol = 0x0806;
	/* An ARP request behind the Ethernet header: the address that is asked for lies at 24. */
	bpf_skb_load_bytes(packet, 38, event->target, sizeof(event->target));
	bpf_ringbuf_submit(event, 0);
	return 0;
}
