// SPDX-License-Identifier: MIT OR BSD-2-Clause
/**
 * @brief Say hello for each process that executes a program.
 * @details The words go to the kernel's trace log: sudo cat /sys/kernel/tracing/trace_pipe
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

/* bpf_printk is for programs under the GPL only. */
char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("tp/sched/sched_process_exec")
int hello(void *ctx)
{
	pid_t pid = bpf_get_current_pid_tgid() >> 32;

	bpf_printk("hello from process %d", pid);
	return 0;
}
