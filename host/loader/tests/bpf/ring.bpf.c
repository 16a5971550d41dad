// A driver: each run sends `count` records of a sequence, and counts what it could not send.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

enum mode { FIXED, VARIED, DISCARD };

struct driver_input {
	__u64 first;
	__u64 count;
	__u64 mode;
};

struct event {
	__u64 sequence;
	__u64 time;
	char filler[72];
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 16384);
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} lost_by_cpu SEC(".maps");

__u64 lost;
__u64 produced;
char bytes[256];

static void count_loss(void)
{
	__u32 zero = 0;
	__u64 *counter = bpf_map_lookup_elem(&lost_by_cpu, &zero);

	if (counter)
		*counter += 1;
	__sync_fetch_and_add(&lost, 1);
}

static long one(__u64 index, struct driver_input *input)
{
	__u64 sequence = input->first + index;

	__sync_fetch_and_add(&produced, 1);
	if (input->mode == VARIED) {
		__u32 length = 8 + (sequence & 127);

		__builtin_memcpy(bytes, &sequence, sizeof(sequence));
		if (bpf_ringbuf_output(&events, bytes, length, 0))
			count_loss();
		return 0;
	}
	struct event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);

	if (!event) {
		count_loss();
		return 0;
	}
	event->sequence = sequence;
	event->time = bpf_ktime_get_ns();
	__builtin_memset(event->filler, 'x', sizeof(event->filler));
	if (input->mode == DISCARD && sequence % 3 == 0) {
		__sync_fetch_and_sub(&produced, 1);
		bpf_ringbuf_discard(event, 0);
	} else {
		bpf_ringbuf_submit(event, 0);
	}
	return 0;
}

SEC("syscall")
int produce(struct driver_input *context)
{
	struct driver_input input = *context;

	bpf_loop(input.count, one, &input, 0);
	return 0;
}

struct event unused_event;
char LICENSE[] SEC("license") = "GPL";
