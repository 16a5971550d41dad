// SPDX-License-Identifier: MIT OR BSD-2-Clause
/* What most tools read of the kernel's structs. */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("tp/sched/sched_process_exec")
int tool(struct trace_event_raw_sched_process_exec *record)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	return BPF_CORE_READ(task, real_parent, tgid) + BPF_CORE_READ(task, exit_code) + (record->__data_loc_filename & 0xffff);
}
