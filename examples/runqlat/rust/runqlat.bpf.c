// SPDX-License-Identifier: MIT OR BSD-2-Clause
/**
 * @brief Show how long tasks wait for a CPU, as a histogram.
 * @details A task waits from the moment it could run, because it was woken or because another took its place, until it does.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "../log2.h"
#include "runqlat.h"

/* Of include/linux/sched.h: vmlinux.h has no macros. */
#define TASK_RUNNING 0

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/// @cmdarg {"short": "p", "long": "pid"}
/// @description only this process
const volatile pid_t pid_target = 0;
/// @cmdarg {"short": "P", "long": "pids"}
/// @description a histogram for each process
const volatile bool per_process = false;
/// @cmdarg {"short": "L", "long": "tids"}
/// @description a histogram for each thread
const volatile bool per_thread = false;

/* Since when each thread that could run has waited, in nanoseconds. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 10240);
	__type(key, u32);
	__type(value, u64);
} waiting SEC(".maps");

/* By process or thread; all tasks are 0. */
/// @sample {"interval": 1000, "type": "log2_hist", "unit": "usecs", "clear_map": true}
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 10240);
	__type(key, u32);
	__type(value, struct hist);
} hists SEC(".maps");

static struct hist no_waits;

/* The field was `state` before Linux 5.14. */
struct task_struct___before_5_14 {
	long state;
} __attribute__((preserve_access_index));

static __always_inline long state_of(struct task_struct *task)
{
	struct task_struct___before_5_14 *old = (void *)task;

	if (bpf_core_field_exists(task->__state))
		return BPF_CORE_READ(task, __state);
	return BPF_CORE_READ(old, state);
}

static __always_inline int starts_to_wait(struct task_struct *task)
{
	u32 tid = BPF_CORE_READ(task, pid);
	u64 now = bpf_ktime_get_ns();

	/* Thread 0 is what runs when nothing else can. */
	if (!tid || (pid_target && BPF_CORE_READ(task, tgid) != pid_target))
		return 0;
	bpf_map_update_elem(&waiting, &tid, &now, BPF_ANY);
	return 0;
}

static __always_inline struct hist *hist_of(struct task_struct *task)
{
	u32 key = per_thread ? BPF_CORE_READ(task, pid) : per_process ? BPF_CORE_READ(task, tgid) : 0;
	struct hist *hist = bpf_map_lookup_elem(&hists, &key);

	if (hist)
		return hist;
	bpf_map_update_elem(&hists, &key, &no_waits, BPF_NOEXIST);
	hist = bpf_map_lookup_elem(&hists, &key);
	if (hist && key)
		BPF_CORE_READ_STR_INTO(&hist->comm, task, comm);
	return hist;
}

SEC("tp_btf/sched_wakeup")
int BPF_PROG(woken, struct task_struct *task)
{
	return starts_to_wait(task);
}

SEC("tp_btf/sched_wakeup_new")
int BPF_PROG(woken_first, struct task_struct *task)
{
	return starts_to_wait(task);
}

SEC("tp_btf/sched_switch")
int BPF_PROG(switched, bool preempt, struct task_struct *prev, struct task_struct *next)
{
	u32 tid = BPF_CORE_READ(next, pid);
	struct hist *hist;
	u64 *since, slot;

	/* What could go on running waits for its next turn. */
	if (preempt || state_of(prev) == TASK_RUNNING)
		starts_to_wait(prev);

	since = bpf_map_lookup_elem(&waiting, &tid);
	if (!since)
		return 0;
	slot = log2_u64((bpf_ktime_get_ns() - *since) / 1000);
	bpf_map_delete_elem(&waiting, &tid);
	hist = hist_of(next);
	if (!hist)
		return 0;
	if (slot > MAX_SLOTS - 1)
		slot = MAX_SLOTS - 1;
	__sync_fetch_and_add(&hist->slots[slot], 1);
	return 0;
}
