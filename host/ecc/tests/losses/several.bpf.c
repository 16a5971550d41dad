// Several ring buffers: which one a record was meant for is known when it is compiled, or only when it runs.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

/* No tool that reads sources could tell that this is a ring buffer. */
#define RING(name, bytes)                             \
	struct {                                      \
		__uint(type, BPF_MAP_TYPE_RINGBUF);   \
		__uint(max_entries, bytes);           \
	} name SEC(".maps")

RING(small, 4096);
RING(large, 8192);

__u64 own_lost;

/// @lost own_lost
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} counted SEC(".maps");

struct inner_ring {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} inner SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__type(key, __u32);
	__array(values, struct inner_ring);
} rings SEC(".maps") = {
	.values = { &inner },
};

__u64 produced_small;
__u64 produced_large;
__u64 produced_counted;
__u64 produced_inner;

static __noinline long put(void *ring, __u64 value)
{
	return bpf_ringbuf_output(ring, &value, sizeof(value), 0);
}

SEC("syscall")
int flood_small(void *ctx)
{
	__u64 *value = bpf_ringbuf_reserve(&small, sizeof(*value), 0);

	__sync_fetch_and_add(&produced_small, 1);
	if (!value)
		return 0;
	*value = 1;
	bpf_ringbuf_submit(value, 0);
	return 0;
}

SEC("syscall")
int flood_by_pointer(void *ctx)
{
	__sync_fetch_and_add(&produced_small, 1);
	put(&small, 2);
	__sync_fetch_and_add(&produced_large, 1);
	put(&large, 3);
	__sync_fetch_and_add(&produced_counted, 1);
	if (put(&counted, 4))
		__sync_fetch_and_add(&own_lost, 1);
	return 0;
}

SEC("syscall")
int flood_inner(void *ctx)
{
	__u32 zero = 0;
	void *ring = bpf_map_lookup_elem(&rings, &zero);

	if (!ring)
		return 0;
	__sync_fetch_and_add(&produced_inner, 1);
	put(ring, 5);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
