// SPDX-License-Identifier: MIT OR BSD-2-Clause
/**
 * @brief Trace which files processes open.
 * @details open, openat and openat2 are shown when they return, with the file descriptor or the error.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "opensnoop.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/// @cmdarg {"short": "p", "long": "pid"}
/// @description only this process
const volatile pid_t pid_target = 0;
/// @cmdarg {"short": "t", "long": "tid"}
/// @description only this thread
const volatile pid_t tid_target = 0;
/// @cmdarg {"short": "u", "long": "uid"}
/// @description only processes of this user, -1 for all
const volatile long long uid_target = -1;
/// @cmdarg {"short": "x", "long": "failed"}
/// @description only calls that failed
const volatile bool failed_only = false;

struct call {
	/* In the memory of the process. */
	const char *path;
	int flags;
};

/* The call that each thread is in. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 10240);
	__type(key, u32);
	__type(value, struct call);
} calls SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024);
} events SEC(".maps");

static __always_inline bool is_wanted(u64 id)
{
	if (pid_target && pid_target != (pid_t)(id >> 32))
		return false;
	if (tid_target && tid_target != (pid_t)id)
		return false;
	return uid_target < 0 || uid_target == (u32)bpf_get_current_uid_gid();
}

static __always_inline int enter(unsigned long path, int flags)
{
	struct call call = { .path = (const char *)path, .flags = flags };
	u64 id = bpf_get_current_pid_tgid();
	u32 tid = id;

	if (is_wanted(id))
		bpf_map_update_elem(&calls, &tid, &call, BPF_ANY);
	return 0;
}

static __always_inline int leave(long ret)
{
	u64 id = bpf_get_current_pid_tgid();
	u32 tid = id;
	struct call *call = bpf_map_lookup_elem(&calls, &tid);
	struct event *event;

	if (!call)
		return 0;
	if (failed_only && ret >= 0)
		goto done;
	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event)
		goto done;
	event->pid = id >> 32;
	event->uid = bpf_get_current_uid_gid();
	event->ret = ret;
	event->flags = call->flags;
	bpf_get_current_comm(&event->comm, sizeof(event->comm));
	/* Read now, not on entry: the call itself has brought the page of the path into memory. */
	if (bpf_probe_read_user_str(event->path, sizeof(event->path), call->path) < 0)
		event->path[0] = '\0';
	bpf_ringbuf_submit(event, 0);
done:
	bpf_map_delete_elem(&calls, &tid);
	return 0;
}

/* Newer architectures, such as arm64, have no call open. */
#ifdef __TARGET_ARCH_x86
SEC("tp/syscalls/sys_enter_open")
int enter_open(struct trace_event_raw_sys_enter *ctx)
{
	return enter(ctx->args[0], ctx->args[1]);
}

SEC("tp/syscalls/sys_exit_open")
int exit_open(struct trace_event_raw_sys_exit *ctx)
{
	return leave(ctx->ret);
}
#endif

SEC("tp/syscalls/sys_enter_openat")
int enter_openat(struct trace_event_raw_sys_enter *ctx)
{
	return enter(ctx->args[1], ctx->args[2]);
}

SEC("tp/syscalls/sys_exit_openat")
int exit_openat(struct trace_event_raw_sys_exit *ctx)
{
	return leave(ctx->ret);
}

SEC("tp/syscalls/sys_enter_openat2")
int enter_openat2(struct trace_event_raw_sys_enter *ctx)
{
	u64 flags = 0;

	/* The flags come first in the struct open_how that the third argument points to. */
	bpf_probe_read_user(&flags, sizeof(flags), (void *)ctx->args[2]);
	return enter(ctx->args[1], flags);
}

SEC("tp/syscalls/sys_exit_openat2")
int exit_openat2(struct trace_event_raw_sys_exit *ctx)
{
	return leave(ctx->ret);
}
