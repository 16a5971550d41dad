// Kinds of maps that kernels from 5.10 on have, and programs that use what user space has put into them.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#define MAP(NAME, KIND, ENTRIES, KEY, VALUE)                                                                       \
	struct {                                                                                                   \
		__uint(type, BPF_MAP_TYPE_##KIND);                                                                 \
		__uint(max_entries, ENTRIES);                                                                      \
		__type(key, KEY);                                                                                  \
		__type(value, VALUE);                                                                              \
	} NAME SEC(".maps")

#define MAP_WITHOUT_KEY(NAME, KIND)                                                                                \
	struct {                                                                                                   \
		__uint(type, BPF_MAP_TYPE_##KIND);                                                                 \
		__uint(max_entries, 10);                                                                           \
		__type(value, u32);                                                                                \
	} NAME SEC(".maps")

struct large {
	u32 number;
	u8 rest[8188];
};

struct prefix {
	u32 prefixlen;
	u8 address[4];
};

// Larger than what is put in: a kernel that is low on room throws entries out.
MAP(lru, LRU_HASH, 4096, u32, u32);
MAP(hash, HASH, 1000, u32, u32);
MAP(large, HASH, 100, u32, struct large);
MAP(percpu, PERCPU_HASH, 1000, u32, u32);
MAP(array, ARRAY, 100, u32, u32);
MAP(percpu_array, PERCPU_ARRAY, 100, u32, u32);
MAP(stacks, STACK_TRACE, 64, u32, u64[32]);
MAP_WITHOUT_KEY(queue, QUEUE);
MAP_WITHOUT_KEY(stack, STACK);

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 100);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct prefix);
	__type(value, u32);
} trie SEC(".maps");

struct inner {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 10);
	__type(key, u32);
	__type(value, u64);
} first SEC(".maps"), second SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 100);
	__type(key, u32);
	__array(values, struct inner);
} array_of_maps SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);
	__uint(max_entries, 100);
	__type(key, u32);
	__array(values, struct inner);
} hash_of_maps SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 100);
	__type(key, u32);
	__type(value, u32);
} programs SEC(".maps");

SEC("raw_tp/sys_enter")
int seven(void *context)
{
	return 7;
}

SEC("raw_tp/sys_enter")
int call(void *context)
{
	bpf_tail_call(context, &programs, 3);
	return 1;
}

SEC("raw_tp/sys_enter")
int count(void *context)
{
	u32 place = 90, key = 5;
	u64 *counted;
	void *inner = bpf_map_lookup_elem(&array_of_maps, &place);

	if (!inner)
		return 1;
	counted = bpf_map_lookup_elem(inner, &key);
	if (!counted)
		return 2;
	(*counted)++;
	return 0;
}

SEC("raw_tp/sys_enter")
int take_stack(void *context)
{
	return bpf_get_stackid(context, &stacks, 0);
}

char LICENSE[] SEC("license") = "GPL";
