// SPDX-License-Identifier: MIT OR BSD-2-Clause
/**
 * @brief Trace standard and real-time signals.
 * @details A signal that kill, tkill or tgkill send is shown when the call returns, with what it returned: failed calls and
 * tests with signal 0 too. Every other signal is shown when the kernel generates it.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "sigsnoop.h"

/* Of include/trace/events/signal.h and include/uapi/asm-generic/errno-base.h, which vmlinux.h may lack. */
#define SIGNAL_OVERFLOW_FAIL 3
#define EAGAIN 11

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/// @cmdarg {"short": "x", "long": "failed"}
/// @description failed signals only
const volatile bool failed_only = false;
/// @cmdarg {"short": "k", "long": "killed"}
/// @description kill only
const volatile bool kill_only = false;
/// @cmdarg {"short": "p", "long": "pid"}
/// @description target pid
const volatile pid_t filtered_pid = 0;
/// @cmdarg {"short": "s", "long": "signal"}
/// @description target signal
const volatile int target_signal = 0;

struct call {
	int tpid;
	int sig;
};

/* The call that each thread is in. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 10240);
	__type(key, u32);
	__type(value, struct call);
} calls SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, sizeof(u32));
	__uint(value_size, sizeof(u32));
} events SEC(".maps");

static __always_inline void show(void *ctx, int tpid, int sig, int ret)
{
	struct event event = {
		.pid = bpf_get_current_pid_tgid() >> 32,
		.tpid = tpid,
		.sig = sig,
		.ret = ret,
	};

	if (failed_only && ret >= 0)
		return;
	if (filtered_pid && event.pid != filtered_pid)
		return;
	if (target_signal && sig != target_signal)
		return;
	bpf_get_current_comm(&event.comm, sizeof(event.comm));
	bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, &event, sizeof(event));
}

static __always_inline int enter(int tpid, int sig)
{
	struct call call = { .tpid = tpid, .sig = sig };
	u32 tid = bpf_get_current_pid_tgid();

	bpf_map_update_elem(&calls, &tid, &call, BPF_ANY);
	return 0;
}

static __always_inline int leave(struct trace_event_raw_sys_exit *ctx)
{
	u32 tid = bpf_get_current_pid_tgid();
	struct call *call = bpf_map_lookup_elem(&calls, &tid);

	if (!call)
		return 0;
	show(ctx, call->tpid, call->sig, ctx->ret);
	bpf_map_delete_elem(&calls, &tid);
	return 0;
}

SEC("tp/syscalls/sys_enter_kill")
int enter_kill(struct trace_event_raw_sys_enter *ctx)
{
	return enter(ctx->args[0], ctx->args[1]);
}

SEC("tp/syscalls/sys_exit_kill")
int exit_kill(struct trace_event_raw_sys_exit *ctx)
{
	return leave(ctx);
}

SEC("tp/syscalls/sys_enter_tkill")
int enter_tkill(struct trace_event_raw_sys_enter *ctx)
{
	return enter(ctx->args[0], ctx->args[1]);
}

SEC("tp/syscalls/sys_exit_tkill")
int exit_tkill(struct trace_event_raw_sys_exit *ctx)
{
	return leave(ctx);
}

SEC("tp/syscalls/sys_enter_tgkill")
int enter_tgkill(struct trace_event_raw_sys_enter *ctx)
{
	/* The thread group comes first, then the thread. */
	return enter(ctx->args[1], ctx->args[2]);
}

SEC("tp/syscalls/sys_exit_tgkill")
int exit_tgkill(struct trace_event_raw_sys_exit *ctx)
{
	return leave(ctx);
}

SEC("tp/signal/signal_generate")
int generate(struct trace_event_raw_signal_generate *ctx)
{
	u32 tid = bpf_get_current_pid_tgid();

	/* What a traced call sends is shown when the call returns. */
	if (kill_only || bpf_map_lookup_elem(&calls, &tid))
		return 0;
	show(ctx, ctx->pid, ctx->sig, ctx->result == SIGNAL_OVERFLOW_FAIL ? -EAGAIN : 0);
	return 0;
}
