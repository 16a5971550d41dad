// SPDX-License-Identifier: MIT OR BSD-2-Clause
/**
 * @brief Show what the CPUs are doing: the stacks of what runs, many times a second.
 * @details CPUs that have nothing to do are left out.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "profile.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/// @cmdarg {"short": "p", "long": "pid"}
/// @description only this process
const volatile pid_t pid_target = 0;
/// @cmdarg {"short": "U", "long": "user-stacks-only"}
/// @description only what programs do, not the kernel for them
const volatile bool user_only = false;
/// @cmdarg {"short": "K", "long": "kernel-stacks-only"}
/// @description only what the kernel does
const volatile bool kernel_only = false;

/// @intepreter {"stack_trace": {"field_map": {"pid": "pid", "cpu_id": "cpu_id", "comm": "comm", "kstack_sz": "kstack_sz",
///     "ustack_sz": "ustack_sz", "kstack": "kstack", "ustack": "ustack"}, "with_symbols": true}}
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4 * 1024 * 1024);
} events SEC(".maps");

SEC("perf_event")
int sample(struct bpf_perf_event_data *ctx)
{
	pid_t pid = bpf_get_current_pid_tgid() >> 32;
	struct event *event;

	/* Process 0 is what runs when nothing else can. */
	if (!pid || (pid_target && pid_target != pid))
		return 0;
	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event)
		return 0;
	event->pid = pid;
	event->cpu_id = bpf_get_smp_processor_id();
	bpf_get_current_comm(&event->comm, sizeof(event->comm));
	event->kstack_sz = user_only ? 0 : bpf_get_stack(ctx, event->kstack, sizeof(event->kstack), 0);
	event->ustack_sz = kernel_only ? 0 : bpf_get_stack(ctx, event->ustack, sizeof(event->ustack), BPF_F_USER_STACK);
	bpf_ringbuf_submit(event, 0);
	return 0;
}
