// loads
// A ring buffer where the kernel has one, else a perf buffer: the way of tools that run on old kernels.
#include <vmlinux.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>
#include "compat.bpf.h"

typedef struct {
	__u64 ts;
	int pid;
	char comm[16];
} event_t;

const volatile static int in_this_file = 1;
static const volatile pid_t hidden_from_users SEC(".rodata") = 0;

SEC("tracepoint/sched/sched_process_exit")
int on_exit(void *ctx)
{
	event_t *e;

	if (!(e = reserve_buf(sizeof(*e))) || in_this_file == 2 || hidden_from_users)
		return 0;
	e->ts = bpf_ktime_get_ns();
	e->pid = bpf_get_current_pid_tgid() >> 32;
	bpf_get_current_comm(e->comm, sizeof(e->comm));
	submit_buf(ctx, e, sizeof(*e));
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
