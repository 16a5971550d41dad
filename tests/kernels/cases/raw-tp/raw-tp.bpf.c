// SPDX-License-Identifier: MIT OR BSD-2-Clause
/* A tracepoint as it is in the kernel, its arguments as numbers. */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "raw-tp.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

SEC("raw_tp/sched_process_exec")
int BPF_PROG(executes, struct task_struct *task, pid_t before, struct linux_binprm *binary)
{
	struct event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	const char *filename;

	if (!event)
		return 0;
	event->pid = BPF_CORE_READ(task, tgid);
	filename = BPF_CORE_READ(binary, filename);
	bpf_get_current_comm(&event->comm, sizeof(event->comm));
	bpf_probe_read_kernel_str(event->filename, sizeof(event->filename), filename);
	bpf_ringbuf_submit(event, 0);
	return 0;
}
