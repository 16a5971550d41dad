// SPDX-License-Identifier: MIT OR BSD-2-Clause
/**
 * @brief Trace the start and the end of processes.
 * @details A start is seen when a process executes a program, an end when its first thread ends. With --min-duration-ns only
 * ends are shown, of processes that lived at least that long and whose start was seen.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "bootstrap.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/// @cmdarg {"short": "d", "long": "min-duration-ns"}
/// @description Show only processes that lived at least this many nanoseconds
const volatile unsigned long long min_duration_ns = 0;

/* Events that found the buffer full. A ring buffer does not count them itself. */
__u64 lost;

/* When each running process was first seen to execute a program. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8192);
	__type(key, pid_t);
	__type(value, u64);
} exec_start SEC(".maps");

/// @lost lost
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024);
} events SEC(".maps");

/* Room for an event with what both kinds have in common, or NULL if the buffer is full. */
static __always_inline struct event *reserve_event(pid_t pid, struct task_struct *task)
{
	struct event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);

	if (!event) {
		__sync_fetch_and_add(&lost, 1);
		return NULL;
	}
	event->pid = pid;
	event->ppid = BPF_CORE_READ(task, real_parent, tgid);
	bpf_get_current_comm(&event->comm, sizeof(event->comm));
	return event;
}

SEC("tp/sched/sched_process_exec")
int handle_exec(struct trace_event_raw_sched_process_exec *ctx)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	pid_t pid = bpf_get_current_pid_tgid() >> 32;
	u64 now = bpf_ktime_get_ns();
	struct event *event;
	unsigned int offset;

	/* A process that executes one program after another started with the first. */
	bpf_map_update_elem(&exec_start, &pid, &now, BPF_NOEXIST);
	if (min_duration_ns)
		return 0;

	event = reserve_event(pid, task);
	if (!event)
		return 0;
	event->exit_event = false;
	event->exit_code = 0;
	event->duration_ns = 0;
	/* The record ends in the path; the lower half of __data_loc is its offset. */
	offset = ctx->__data_loc_filename & 0xffff;
	__builtin_memset(event->filename, 0, sizeof(event->filename));
	bpf_probe_read_kernel_str(event->filename, sizeof(event->filename), (void *)ctx + offset);
	bpf_ringbuf_submit(event, 0);
	return 0;
}

SEC("tp/sched/sched_process_exit")
int handle_exit(void *ctx)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	u64 id = bpf_get_current_pid_tgid();
	pid_t pid = id >> 32;
	u64 duration_ns = 0;
	struct event *event;
	u64 *start;
	int code;

	/* Of a process with several threads, the first one's end counts. */
	if (pid != (pid_t)id)
		return 0;

	start = bpf_map_lookup_elem(&exec_start, &pid);
	if (start) {
		duration_ns = bpf_ktime_get_ns() - *start;
		bpf_map_delete_elem(&exec_start, &pid);
	}
	if (min_duration_ns && (!start || duration_ns < min_duration_ns))
		return 0;

	event = reserve_event(pid, task);
	if (!event)
		return 0;
	code = BPF_CORE_READ(task, exit_code);
	event->exit_event = true;
	/* The wait status: a signal's number in the low 7 bits, or the code above them. */
	event->exit_code = code & 0x7f ? 128 + (code & 0x7f) : (code >> 8) & 0xff;
	event->duration_ns = duration_ns;
	__builtin_memset(event->filename, 0, sizeof(event->filename));
	bpf_ringbuf_submit(event, 0);
	return 0;
}
