#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

char LICENSE[] SEC("license") = "GPL";

struct event {
	u32 length;
	u32 protocol;
};
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
	__type(value, struct event);
} events SEC(".maps");

/// @ifname lo
SEC("socket")
int handle_packet(struct __sk_buff *packet)
{
	struct event *event;
	u8 protocol = 0;

	/* IPv4, behind the Ethernet header. */
	bpf_skb_load_bytes(packet, 14 + 9, &protocol, 1);
	if (packet->protocol != bpf_htons(0x0800) || protocol != IPPROTO_ICMP)
		return 0;
	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event)
		return 0;
	event->length = packet->len;
	event->protocol = protocol;
	bpf_ringbuf_submit(event, 0);
	return 0;
}
