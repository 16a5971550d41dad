#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";

const volatile u32 only = 0;

/* A line for each thread, or for those of one process. */
SEC("iter/task")
int walk_tasks(struct bpf_iter__task *context)
{
	struct seq_file *out = context->meta->seq;
	struct task_struct *task = context->task;

	if (!task || (only && task->tgid != only))
		return 0;
	BPF_SEQ_PRINTF(out, "task %d %s\n", task->tgid, task->comm);
	return 0;
}
