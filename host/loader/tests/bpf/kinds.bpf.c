// A map of each kind, and programs that use what user space has put into them.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#define __arena __attribute__((address_space(1)))
extern void __arena *bpf_arena_alloc_pages(void *map, void __arena *addr, __u32 page_cnt, int node_id, __u64 flags) __ksym;

#define MAP(NAME, KIND, ENTRIES, KEY, VALUE)                                                                       \
	struct {                                                                                                   \
		__uint(type, BPF_MAP_TYPE_##KIND);                                                                 \
		__uint(max_entries, ENTRIES);                                                                      \
		__type(key, KEY);                                                                                  \
		__type(value, VALUE);                                                                              \
	} NAME SEC(".maps")

#define MAP_WITHOUT_KEY(NAME, KIND, ENTRIES)                                                                       \
	struct {                                                                                                   \
		__uint(type, BPF_MAP_TYPE_##KIND);                                                                 \
		__uint(max_entries, ENTRIES);                                                                      \
		__type(value, __u32);                                                                              \
	} NAME SEC(".maps")

#define STORAGE(NAME, KIND)                                                                                        \
	struct {                                                                                                   \
		__uint(type, BPF_MAP_TYPE_##KIND);                                                                 \
		__uint(map_flags, BPF_F_NO_PREALLOC);                                                              \
		__type(key, int);                                                                                  \
		__type(value, __u64);                                                                              \
	} NAME SEC(".maps")

struct large {
	__u32 number;
	__u8 rest[12284];
};

struct prefix {
	__u32 prefixlen;
	__u8 address[4];
};

MAP(hash, HASH, 1000, __u32, __u64);
MAP(array, ARRAY, 100, __u32, __u64);
MAP(lru, LRU_HASH, 1000, __u32, __u64);
MAP(large_hash, HASH, 100, __u32, struct large);
MAP(large_array, ARRAY, 100, __u32, struct large);
MAP(percpu_hash, PERCPU_HASH, 1000, __u32, __u32);
MAP(percpu_array, PERCPU_ARRAY, 100, __u32, __u32);
MAP(percpu_lru, LRU_PERCPU_HASH, 1000, __u32, __u32);
MAP(percpu_lists, PERCPU_ARRAY, 2, __u32, __u32[3]);
MAP_WITHOUT_KEY(queue, QUEUE, 100);
MAP_WITHOUT_KEY(stack, STACK, 100);
MAP_WITHOUT_KEY(bloom, BLOOM_FILTER, 100);
MAP(stacks, STACK_TRACE, 64, __u32, __u64[32]);
STORAGE(task_storage, TASK_STORAGE);
STORAGE(cgroup_storage, CGRP_STORAGE);
STORAGE(socket_storage, SK_STORAGE);
MAP(interfaces, DEVMAP, 4, __u32, struct bpf_devmap_val);
MAP(cpus, CPUMAP, 4, __u32, __u32);
MAP(sockets, SOCKMAP, 4, __u32, __u64);
MAP(perf, PERF_EVENT_ARRAY, 0, __u32, __u32);

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 100);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct prefix);
	__type(value, __u32);
} trie SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_USER_RINGBUF);
	__uint(max_entries, 4096);
} commands SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARENA);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 8);
	// The address is the host's business: nothing of it may be mapped over.
	__ulong(map_extra, 0x1ull << 44);
} arena SEC(".maps");

struct inner {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 10);
	__type(key, __u32);
	__type(value, __u64);
} first SEC(".maps"), second SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 100);
	__type(key, __u32);
	__array(values, struct inner);
} array_of_maps SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);
	__uint(max_entries, 100);
	__type(key, __u64);
	__array(values, struct inner);
} hash_of_maps SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 100);
	__type(key, __u32);
	__type(value, __u32);
} programs SEC(".maps");

__u64 sum;
__u64 records;
__u64 found;
__u64 made_at;
__u32 task;
// Not on the stack: newer kernels think that peeking only writes there.
__u32 popped;

// What tail calls reach.
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

SEC("syscall")
int other_kind(void *context)
{
	return 0;
}

static long add(struct bpf_dynptr *record, void *context)
{
	__u64 number = 0;

	bpf_dynptr_read(&number, sizeof(number), record, 0, 0);
	sum += number;
	records++;
	return 0;
}

SEC("syscall")
int drain(void *context)
{
	return bpf_user_ringbuf_drain(&commands, add, NULL, 0);
}

SEC("syscall")
int count_in_inner(void *context)
{
	__u32 place = 2, key = 5;
	__u64 *count;
	void *inner = bpf_map_lookup_elem(&array_of_maps, &place);

	if (!inner)
		return 1;
	count = bpf_map_lookup_elem(inner, &key);
	if (!count)
		return 2;
	(*count)++;
	return 0;
}

SEC("syscall")
int read_task_storage(void *context)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u64 *value = bpf_task_storage_get(&task_storage, task, NULL, 0);

	if (!value)
		return 1;
	found = *value;
	*value += 1;
	return 0;
}

SEC("raw_tp/sys_exit")
int read_cgroup_storage(void *context)
{
	struct task_struct *task = bpf_get_current_task_btf();
	__u64 *value = bpf_cgrp_storage_get(&cgroup_storage, task->cgroups->dfl_cgrp, NULL, 0);

	if (!value)
		return 1;
	found = *value;
	*value += 1;
	return 0;
}

SEC("syscall")
int who(void *context)
{
	found = bpf_get_current_cgroup_id();
	task = bpf_get_current_pid_tgid();
	return 0;
}

SEC("raw_tp/sys_enter")
int take_stack(void *context)
{
	return bpf_get_stackid(context, &stacks, 0);
}

SEC("syscall")
int fill_arena(void *context)
{
	char __arena *page = bpf_arena_alloc_pages(&arena, NULL, 1, -1, 0);

	if (!page)
		return 1;
	page[16] = 'h';
	page[17] = 'i';
	made_at = (__u64)page;
	return 0;
}

SEC("raw_tp/sys_enter")
int pop(void *context)
{
	if (bpf_map_pop_elem(&queue, &popped))
		return -1;
	if (bpf_map_peek_elem(&bloom, &popped))
		return -2;
	return popped;
}

char LICENSE[] SEC("license") = "GPL";
