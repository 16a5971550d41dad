#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

enum way {
	WAY_FENTRY = 1,
	WAY_KPROBE,
	WAY_TRACEPOINT,
};

struct event {
	enum way way;
	char comm[16];
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
	__type(value, struct event);
} events SEC(".maps");

static int send(enum way way)
{
	struct event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);

	if (!event)
		return 0;
	event->way = way;
	bpf_get_current_comm(event->comm, sizeof(event->comm));
	bpf_ringbuf_submit(event, 0);
	return 0;
}

/// @fallback ["by_kprobe", "by_tracepoint"]
SEC("fentry/vfs_unlink")
int BPF_PROG(by_fentry)
{
	return send(WAY_FENTRY);
}

SEC("kprobe/vfs_unlink")
int by_kprobe(struct pt_regs *context)
{
	return send(WAY_KPROBE);
}

SEC("tp/sched/sched_process_exec")
int by_tracepoint(void *context)
{
	return send(WAY_TRACEPOINT);
}

/// @optional
SEC("tp/nobody/has_this")
int not_needed(void *context)
{
	return send(0);
}
