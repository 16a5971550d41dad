#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

char LICENSE[] SEC("license") = "GPL";

struct event {
	u32 one;
	u32 other;
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
	__type(value, struct event);
} events SEC(".maps");

SEC("cgroup/connect4")
int handle_connect(struct bpf_sock_addr *address)
{
	struct event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);

	if (event) {
		event->one = bpf_ntohl(address->user_ip4);
		event->other = bpf_ntohs(address->user_port);
		bpf_ringbuf_submit(event, 0);
	}
	return 1;
}
