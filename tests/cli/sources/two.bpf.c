// SPDX-License-Identifier: MIT OR BSD-2-Clause
/* Two buffers with a type of event each: what starts in a ring buffer, what ends in a perf buffer. */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include "two.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
	__type(value, struct started);
} starts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, sizeof(u32));
	__type(value, struct ended);
} ends SEC(".maps");

SEC("tp/sched/sched_process_exec")
int started(void *ctx)
{
	struct started event = { .pid = bpf_get_current_pid_tgid() >> 32 };

	bpf_get_current_comm(&event.comm, sizeof(event.comm));
	bpf_ringbuf_output(&starts, &event, sizeof(event), 0);
	return 0;
}

SEC("tp/sched/sched_process_exit")
int ended(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct ended event = { .pid = bpf_get_current_pid_tgid() >> 32 };

	event.code = BPF_CORE_READ(task, exit_code) >> 8;
	bpf_perf_event_output(ctx, &ends, BPF_F_CURRENT_CPU, &event, sizeof(event));
	return 0;
}
