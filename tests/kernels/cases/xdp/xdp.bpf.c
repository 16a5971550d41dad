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

/// @ifname v1
SEC("xdp")
int handle_packet(struct xdp_md *context)
{
	struct event *event;
	/* An ARP request behind the Ethernet header: the address that is asked for lies at 24. */
	u8 *packet = (void *)(long)context->data, *end = (void *)(long)context->data_end;

	if (packet + 42 > end || packet[12] != 0x08 || packet[13] != 0x06)
		return XDP_PASS;
	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event)
		return XDP_PASS;
	event->length = end - packet;
	event->protocol = 0x0806;
	for (int i = 0; i < 4; i++)
		event->target[i] = packet[38 + i];
	bpf_ringbuf_submit(event, 0);
	return XDP_PASS;
}
