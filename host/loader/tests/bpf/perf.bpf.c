// The same for a perf buffer: a raw_tp program that is run by hand, on a CPU of the caller's choice.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

struct event {
	__u64 sequence;
	char filler[80];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, 4);
	__uint(value_size, 4);
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, 4);
	__uint(value_size, 4);
} more_events SEC(".maps");

__u64 produced;
__u64 failed;

SEC("raw_tp/sys_enter")
int produce(struct bpf_raw_tracepoint_args *context)
{
	__u32 count = context->args[0];
	struct event event = {};

	for (__u32 index = 0; index < 1000 && index < count; index++) {
		event.sequence = produced++;
		if (bpf_perf_event_output(context, &events, BPF_F_CURRENT_CPU, &event, sizeof(event)))
			failed++;
	}
	return 0;
}

struct event unused_event;
char LICENSE[] SEC("license") = "GPL";
