// Programs that cannot be loaded or attached, each for another reason. A test picks one.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(key_size, 4);
	__uint(value_size, 4);
	__uint(max_entries, 2);
} jumps SEC(".maps");

struct task_struct___other {
	int no_such_member;
} __attribute__((preserve_access_index));

SEC("?raw_tp/sys_enter")
int reads_anywhere(__u64 *context)
{
	return *(int *)context[0];
}

SEC("?raw_tp/sys_enter")
int needs_member(void *context)
{
	struct task_struct___other *task = (void *)bpf_get_current_task();

	return BPF_CORE_READ(task, no_such_member);
}

SEC("?tp/sched/no_such_tracepoint")
int no_tracepoint(void *context)
{
	return 0;
}

SEC("?tp/no_such_category/x")
int no_category(void *context)
{
	return 0;
}

SEC("?raw_tp/no_such_tracepoint")
int no_raw_tracepoint(void *context)
{
	return 0;
}

SEC("?tp_btf/no_such_tracepoint")
int no_btf_tracepoint(void *context)
{
	return 0;
}

SEC("?kprobe/no_such_function")
int no_function(void *context)
{
	return 0;
}

SEC("?uprobe")
int no_target(void *context)
{
	return 0;
}

SEC("?raw_tp/sys_enter")
int fine(void *context)
{
	return 0;
}

char LICENSE[] SEC("license") = "GPL";

SEC("?of_no_kind")
int odd_section(void *ctx)
{
	return 0;
}
