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

/* Nobody of the group opens /dev/zero (1:5). */
SEC("cgroup/dev")
int handle_device(struct bpf_cgroup_dev_ctx *context)
{
	struct event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);

	if (event) {
		event->one = context->major;
		event->other = context->minor;
		bpf_ringbuf_submit(event, 0);
	}
	return !(context->major == 1 && context->minor == 5);
}
