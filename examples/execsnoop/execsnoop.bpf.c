// SPDX-License-Identifier: MIT OR BSD-2-Clause
/**
 * @brief Trace which programs are executed, with their arguments.
 * @details With --failed, calls that fail are shown too. A shell that looks for a command along its PATH fails often.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include "execsnoop.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/// @cmdarg {"short": "x", "long": "failed"}
/// @description also calls that fail
const volatile bool with_failed = false;
/// @cmdarg {"short": "u", "long": "uid"}
/// @description only processes of this user, -1 for all
const volatile long long uid_target = -1;

/*
 * The path that each thread has asked for, in its memory. A thread that succeeds may have another number afterwards, that of its
 * process, and never comes back for its entry: the map forgets the oldest.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 10240);
	__type(key, u32);
	__type(value, u64);
} calls SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024);
} events SEC(".maps");

/* Room for an event, with what successes and failures have in common, or NULL. */
static __always_inline struct event *reserve_event(int ret)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	u32 uid = bpf_get_current_uid_gid();
	struct event *event;

	if (uid_target >= 0 && uid_target != uid)
		return NULL;
	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event)
		return NULL;
	event->pid = bpf_get_current_pid_tgid() >> 32;
	event->ppid = BPF_CORE_READ(task, real_parent, tgid);
	event->uid = uid;
	event->ret = ret;
	bpf_get_current_comm(&event->comm, sizeof(event->comm));
	__builtin_memset(event->path, 0, sizeof(event->path));
	__builtin_memset(event->args, 0, sizeof(event->args));
	return event;
}

/* The kernel has just put the arguments into the new program's memory, one after the other, each with a NUL. */
static __always_inline void read_args(struct event *event)
{
	struct task_struct *task = (struct task_struct *)bpf_get_current_task();
	struct mm_struct *mm = BPF_CORE_READ(task, mm);
	unsigned long start = BPF_CORE_READ(mm, arg_start);
	unsigned long length = BPF_CORE_READ(mm, arg_end) - start;

	if (length > ARGS_LEN - 1)
		length = ARGS_LEN - 1;
	if (bpf_probe_read_user(event->args, length, (void *)start))
		return;
	for (unsigned int at = 0; at < ARGS_LEN - 1; at++) {
		/* The last NUL ends the text. */
		if (at + 1 >= length)
			break;
		if (!event->args[at])
			event->args[at] = ' ';
	}
}

SEC("tp/sched/sched_process_exec")
int executed(struct trace_event_raw_sched_process_exec *ctx)
{
	struct event *event = reserve_event(0);

	if (!event)
		return 0;
	/* The record ends in the path; the lower half of __data_loc is its offset. */
	bpf_probe_read_kernel_str(event->path, sizeof(event->path), (void *)ctx + (ctx->__data_loc_filename & 0xffff));
	read_args(event);
	bpf_ringbuf_submit(event, 0);
	return 0;
}

static __always_inline int enter(u64 path)
{
	u32 tid = bpf_get_current_pid_tgid();

	if (with_failed)
		bpf_map_update_elem(&calls, &tid, &path, BPF_ANY);
	return 0;
}

static __always_inline int leave(long ret)
{
	u32 tid = bpf_get_current_pid_tgid();
	struct event *event;
	u64 *path;

	if (!with_failed)
		return 0;
	path = bpf_map_lookup_elem(&calls, &tid);
	if (!path)
		return 0;
	/* What succeeded has been shown, and its memory is no longer the caller's. */
	event = ret < 0 ? reserve_event(ret) : NULL;
	if (event) {
		bpf_probe_read_user_str(event->path, sizeof(event->path), (void *)*path);
		bpf_ringbuf_submit(event, 0);
	}
	bpf_map_delete_elem(&calls, &tid);
	return 0;
}

SEC("tp/syscalls/sys_enter_execve")
int enter_execve(struct trace_event_raw_sys_enter *ctx)
{
	return enter(ctx->args[0]);
}

SEC("tp/syscalls/sys_exit_execve")
int exit_execve(struct trace_event_raw_sys_exit *ctx)
{
	return leave(ctx->ret);
}

SEC("tp/syscalls/sys_enter_execveat")
int enter_execveat(struct trace_event_raw_sys_enter *ctx)
{
	return enter(ctx->args[1]);
}

SEC("tp/syscalls/sys_exit_execveat")
int exit_execveat(struct trace_event_raw_sys_exit *ctx)
{
	return leave(ctx->ret);
}
