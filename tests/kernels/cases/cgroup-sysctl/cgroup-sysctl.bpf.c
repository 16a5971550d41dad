#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

char LICENSE[] SEC("license") = "GPL";

struct event {
	u32 write;
	char name[64];
};
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
	__type(value, struct event);
} events SEC(".maps");

/* Lets nobody of the group write this one. */
SEC("cgroup/sysctl")
int handle_sysctl(struct bpf_sysctl *context)
{
	struct event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);

	if (event) {
		event->write = context->write;
		bpf_sysctl_get_name(context, event->name, sizeof(event->name), 0);
		bpf_ringbuf_submit(event, 0);
	}
	return !context->write;
}
