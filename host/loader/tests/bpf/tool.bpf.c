// Variables of each section, maps of several kinds, and programs that are attached.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

const volatile int wanted = 1;
const volatile char word[8] = "hey";
int level = 7;
__u64 seen;
__u64 switches;
__u64 tuned SEC(".data.tuned") = 3;
const volatile __u64 fixed SEC(".rodata.fixed") = 4;

struct pair {
	__u32 a;
	__u32 b;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1000);
	__type(key, __u32);
	__type(value, struct pair);
} pairs SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 8);
	__type(key, __u32);
	__type(value, __u32);
} by_cpu SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_QUEUE);
	__uint(max_entries, 4);
	__type(value, __u32);
} queue SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");

struct event {
	__u32 pid;
	char comm[16];
};

SEC("tp/sched/sched_process_exec")
int handle_exec(void *context)
{
	struct event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);

	if (!event)
		return 0;
	event->pid = bpf_get_current_pid_tgid() >> 32;
	bpf_get_current_comm(event->comm, sizeof(event->comm));
	bpf_ringbuf_submit(event, 0);
	return 0;
}

SEC("raw_tp/sched_switch")
int handle_switch(void *context)
{
	__sync_fetch_and_add(&switches, 1);
	return 0;
}

SEC("syscall")
int look(void *context)
{
	seen = (__u64)wanted << 32 | level << 8 | word[0];
	return wanted;
}

struct event unused_event;
char LICENSE[] SEC("license") = "GPL";
