// A call that no header can see: nobody may say that all losses are counted.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");

static void *(*const take_room)(void *, __u64, __u64) = (void *)131;

SEC("syscall")
int flood(void *ctx)
{
	__u64 *value = take_room(&events, sizeof(*value), 0);

	if (value)
		bpf_ringbuf_submit(value, 0);
	value = bpf_ringbuf_reserve(&events, sizeof(*value), 0);
	if (value)
		bpf_ringbuf_submit(value, 0);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
