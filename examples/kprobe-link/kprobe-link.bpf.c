// SPDX-License-Identifier: MIT OR BSD-2-Clause
/**
 * @brief Trace the unlinking of files, with probes at a function of the kernel and at its return.
 * @details What the kernel refuses before it comes to that function, such as names that do not exist, is not seen.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "kprobe-link.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/// @cmdarg {"short": "p", "long": "pid"}
/// @description only this process
const volatile pid_t pid_target = 0;

extern int LINUX_KERNEL_VERSION __kconfig;

struct call {
	struct dentry *entry;
	/* Nanoseconds since the machine started. */
	u64 since;
};

/* A probe at the return does not see the arguments: each thread's are kept from the entry. */
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

SEC("kprobe/vfs_unlink")
int enter(struct pt_regs *ctx)
{
	/* The user namespace or the mount's ID map stands first since Linux 5.12, then the folder and the entry. */
	bool is_third = LINUX_KERNEL_VERSION >= KERNEL_VERSION(5, 12, 0);
	struct dentry *entry = (void *)(is_third ? PT_REGS_PARM3_CORE(ctx) : PT_REGS_PARM2_CORE(ctx));
	struct call call = { .entry = entry, .since = bpf_ktime_get_ns() };
	u64 id = bpf_get_current_pid_tgid();
	u32 tid = id;

	if (!pid_target || pid_target == (pid_t)(id >> 32))
		bpf_map_update_elem(&calls, &tid, &call, BPF_ANY);
	return 0;
}

SEC("kretprobe/vfs_unlink")
int BPF_KRETPROBE(leave, int ret)
{
	u64 id = bpf_get_current_pid_tgid();
	struct dentry *entry;
	struct event *event;
	u32 tid = id;
	struct call *call = bpf_map_lookup_elem(&calls, &tid);

	if (!call)
		return 0;
	entry = call->entry;
	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (event) {
		event->pid = id >> 32;
		event->ret = ret;
		event->duration_ns = bpf_ktime_get_ns() - call->since;
		bpf_get_current_comm(&event->comm, sizeof(event->comm));
		bpf_probe_read_kernel_str(event->name, sizeof(event->name), BPF_CORE_READ(entry, d_name.name));
		bpf_ringbuf_submit(event, 0);
	}
	bpf_map_delete_elem(&calls, &tid);
	return 0;
}
