// loads
// SPDX-License-Identifier: GPL-2.0
// Maps in maps, tail calls, callbacks, subprograms of every kind, data sections with names, spin locks, types that may not exist.
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

enum { FIRST, SECOND, LAST };

struct counter {
	struct bpf_spin_lock lock;
	__u64 count;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 16);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, __u64);
} shared SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct { __u32 saddr; __u16 port; } __attribute__((packed)));
	__type(value, struct counter);
} locked SEC(".maps");

struct inner_map {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, int);
	__type(value, int);
} inner_one SEC(".maps"), inner_two SEC(".maps");

struct outer_map {
	__uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);
	__uint(max_entries, 4);
	__uint(key_size, sizeof(int));
	__array(values, struct inner_map);
} outer SEC(".maps") = {
	.values = {
		[1] = (void *)&inner_one,
		[3] = (void *)&inner_two,
	},
};

int handle_second(void *ctx);

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, LAST);
	__uint(key_size, sizeof(__u32));
	__array(values, int(void *));
} jumps SEC(".maps") = {
	.values = {
		[SECOND] = (void *)&handle_second,
	},
};

const char names[LAST][8] SEC(".rodata.names") = { "first", "second" };
__u64 seen[LAST] SEC(".data.seen") = { 1 };
static volatile int in_file;
int by_name __attribute__((section(".bss.more"), aligned(8)));
struct {
	int level;
	union {
		__u32 flags;
		struct {
			__u32 a : 3, b : 29;
		};
	};
	struct list { struct list *next; } *head;
	void (*callback)(int);
} state = { .level = 3 };

struct missing___never {
	int x;
} __attribute__((preserve_access_index));

__hidden int hidden_subprogram(int x)
{
	return x + in_file;
}

__weak int weak_subprogram(struct __sk_buff *skb)
{
	return skb->len > 64;
}

__noinline int global_subprogram(int x)
{
	return hidden_subprogram(x) * 2;
}

static long each(struct bpf_map *map, const void *key, void *value, void *context)
{
	*(__u64 *)context += *(__u64 *)value;
	return 0;
}

static int step(__u32 index, void *context)
{
	__u64 *sum = context;

	*sum += index;
	return *sum > 100;
}

SEC("tc")
int handle_second(void *ctx)
{
	__sync_fetch_and_add(&seen[SECOND], 1);
	return 0;
}

SEC("tc")
int handle_first(struct __sk_buff *skb)
{
	struct { __u32 saddr; __u16 port; } __attribute__((packed)) key = {};
	void *end = (void *)(long)skb->data_end;
	struct ethhdr *eth = (void *)(long)skb->data;
	struct counter *counter;
	__u64 sum = 0;
	int one = 1, *value;
	void *inner;

	if ((void *)(eth + 1) > end || eth->h_proto != bpf_htons(0x0800))
		return weak_subprogram(skb);
	key.port = bpf_ntohs(eth->h_proto);
	counter = bpf_map_lookup_elem(&locked, &key);
	if (counter) {
		bpf_spin_lock(&counter->lock);
		counter->count++;
		bpf_spin_unlock(&counter->lock);
	}
	inner = bpf_map_lookup_elem(&outer, &one);
	if (inner && (value = bpf_map_lookup_elem(inner, &(int){ 0 })))
		by_name += *value;
	bpf_for_each_map_elem(&shared, each, &sum, 0);
	bpf_loop(10, step, &sum, 0);
	if (bpf_core_type_exists(struct missing___never) || bpf_core_type_size(struct task_struct) == 0)
		return -1;
	if (bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_loop))
		sum += bpf_core_enum_value(enum bpf_func_id, BPF_FUNC_loop);
	sum += bpf_core_type_id_local(struct counter) + bpf_core_field_offset(struct task_struct, pid);
	state.level = global_subprogram(sum) + names[FIRST][0];
	bpf_tail_call(skb, &jumps, SECOND);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
