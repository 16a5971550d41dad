// One ring buffer, and every way to put a record into it that programs use.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

struct event {
	__u64 sequence;
	char filler[48];
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");

__u64 produced;
__u64 refused;

/* The helper as a value: its type, and a pointer to it that nobody calls. */
typedef typeof(bpf_ringbuf_reserve) reserve_fn;
typeof(&bpf_ringbuf_output) unused_output;

#define RESERVE(ring, type) ((type *)bpf_ringbuf_reserve((ring), sizeof(type), 0))

static __always_inline void *reserve_through(void *ring, __u64 size)
{
	return bpf_ringbuf_reserve(ring, size, 0);
}

static __noinline int in_a_subprogram(__u64 sequence)
{
	struct event *event = RESERVE(&events, struct event);

	if (!event)
		return 1;
	event->sequence = sequence;
	bpf_ringbuf_discard(event, 0);
	return 0;
}

__noinline int in_a_global_function(__u64 sequence)
{
	return bpf_ringbuf_output(&events, &(struct event){ .sequence = sequence, .filler = { 1, 2 } }, sizeof(struct event), 0);
}

SEC("syscall")
int reserve(void *ctx)
{
	struct event *event;

	__sync_fetch_and_add(&produced, 1);
	if (!(event = bpf_ringbuf_reserve(&events, sizeof(*event), 0))) {
		__sync_fetch_and_add(&refused, 1);
		return 0;
	}
	event->sequence = produced;
	bpf_ringbuf_submit(event, 0);
	return 0;
}

SEC("syscall")
int reserve_in_a_function(void *ctx)
{
	struct event *event = reserve_through(&events, sizeof(*event));

	__sync_fetch_and_add(&produced, 1);
	if (event)
		bpf_ringbuf_submit(event, BPF_RB_NO_WAKEUP);
	else
		__sync_fetch_and_add(&refused, 1);
	return 0;
}

SEC("syscall")
int output_and_ignore(void *ctx)
{
	struct event event = {};

	__sync_fetch_and_add(&produced, 1);
	bpf_ringbuf_output(&events, &event, sizeof(event), 0);
	return 0;
}

SEC("syscall")
int output_in_a_subprogram(void *ctx)
{
	long error;

	__sync_fetch_and_add(&produced, 1);
	error = in_a_global_function(3);
	if (error)
		__sync_fetch_and_add(&refused, 1);
	/* What the helper answers is what the program gets. */
	return error == 0 || error == -11 ? 0 : 100;
}

/* A record that is taken back is neither produced nor lost; one that there is no room for is lost. */
SEC("syscall")
int discard_in_a_subprogram(void *ctx)
{
	if (in_a_subprogram(4)) {
		__sync_fetch_and_add(&produced, 1);
		__sync_fetch_and_add(&refused, 1);
	}
	return 0;
}

static long one(__u64 index, void *context)
{
	struct event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);

	__sync_fetch_and_add(&produced, 1);
	if (event)
		bpf_ringbuf_submit(event, 0);
	else
		__sync_fetch_and_add(&refused, 1);
	return 0;
}

SEC("syscall")
int in_a_callback(void *ctx)
{
	bpf_loop(50, one, NULL, 0);
	return 0;
}

SEC("syscall")
int dynamic(void *ctx)
{
	struct bpf_dynptr record;

	__sync_fetch_and_add(&produced, 1);
	if (bpf_ringbuf_reserve_dynptr(&events, sizeof(struct event), 0, &record)) {
		__sync_fetch_and_add(&refused, 1);
		bpf_ringbuf_discard_dynptr(&record, 0);
		return 0;
	}
	bpf_ringbuf_submit_dynptr(&record, 0);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
