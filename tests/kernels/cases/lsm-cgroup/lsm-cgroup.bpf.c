#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

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

SEC("lsm_cgroup/socket_create")
int BPF_PROG(handle_create, int family, int type, int protocol, int kern)
{
	struct event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);

	if (event) {
		event->one = family;
		event->other = type & 0xf;
		bpf_ringbuf_submit(event, 0);
	}
	return 1;
}
