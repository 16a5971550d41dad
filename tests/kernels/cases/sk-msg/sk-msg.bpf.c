#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>

char LICENSE[] SEC("license") = "GPL";

struct event {
	u32 length;
	char start[8];
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
	__type(value, struct event);
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_SOCKHASH);
	__uint(max_entries, 16);
	__type(key, u32);
	__type(value, u64);
} sockets SEC(".maps");

/* Takes the group's connections into the map: by the port on this side. */
SEC("sockops")
int handle_operation(struct bpf_sock_ops *operation)
{
	u32 port = operation->local_port;

	if (operation->op == BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB || operation->op == BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB)
		bpf_sock_hash_update(operation, &sockets, &port, BPF_ANY);
	return 1;
}

SEC("sk_msg")
int handle_message(struct sk_msg_md *message)
{
	struct event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	char *data, *end;

	if (!event)
		return SK_PASS;
	bpf_msg_pull_data(message, 0, 5, 0);
	data = message->data;
	end = message->data_end;
	event->length = message->size;
	__builtin_memset(event->start, 0, sizeof(event->start));
	if (data + 5 <= end)
		__builtin_memcpy(event->start, data, 5);
	bpf_ringbuf_submit(event, 0);
	return SK_PASS;
}
