// SPDX-License-Identifier: MIT OR BSD-2-Clause
/**
 * @brief Trace the unlinking of files: at the entry of the kernel's function, and at its exit.
 * @details What the kernel refuses before it comes to that function, such as names that do not exist, is not seen.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include "fentry-link.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/// @cmdarg {"short": "p", "long": "pid"}
/// @description only this process
const volatile pid_t pid_target = 0;

extern int LINUX_KERNEL_VERSION __kconfig;

/* When each thread has entered the function, in nanoseconds. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 10240);
	__type(key, u32);
	__type(value, u64);
} entered SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024);
} events SEC(".maps");

SEC("fentry/vfs_unlink")
int enter(unsigned long long *ctx)
{
	u64 id = bpf_get_current_pid_tgid(), now = bpf_ktime_get_ns();
	u32 tid = id;

	if (!pid_target || pid_target == (pid_t)(id >> 32))
		bpf_map_update_elem(&entered, &tid, &now, BPF_ANY);
	return 0;
}

/*
 * The arguments are the folder, the entry and one more before Linux 5.12; since then, the user namespace or the mount's ID map
 * stands before them. After the arguments comes what the function returns.
 */
SEC("fexit/vfs_unlink")
int leave(unsigned long long *ctx)
{
	u64 id = bpf_get_current_pid_tgid();
	struct dentry *entry;
	struct event *event;
	u32 tid = id;
	u64 *since = bpf_map_lookup_elem(&entered, &tid);
	int ret;

	if (LINUX_KERNEL_VERSION >= KERNEL_VERSION(5, 12, 0)) {
		entry = (void *)ctx[2];
		ret = ctx[4];
		/* Keeps the compiler from choosing between places of the context: the verifier wants them constant. */
		barrier();
	} else {
		entry = (void *)ctx[1];
		ret = ctx[3];
	}
	if (!since)
		return 0;
	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (event) {
		event->pid = id >> 32;
		event->ret = ret;
		event->duration_ns = bpf_ktime_get_ns() - *since;
		bpf_get_current_comm(&event->comm, sizeof(event->comm));
		bpf_probe_read_kernel_str(event->name, sizeof(event->name), BPF_CORE_READ(entry, d_name.name));
		bpf_ringbuf_submit(event, 0);
	}
	bpf_map_delete_elem(&entered, &tid);
	return 0;
}
