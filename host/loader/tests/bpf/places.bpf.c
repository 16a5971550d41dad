// Programs for places of the network, of control groups and of this process.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

__u64 seen;
__u64 cookie;


SEC("tc")
int on_packet(struct __sk_buff *packet)
{
	__sync_fetch_and_add(&seen, 1);
	return 0;
}

SEC("xdp")
int on_receive(struct xdp_md *packet)
{
	__sync_fetch_and_add(&seen, 1);
	return XDP_PASS;
}

SEC("cgroup/sock_create")
int on_socket(struct bpf_sock *socket)
{
	__sync_fetch_and_add(&seen, 1);
	return 1;
}

SEC("uprobe")
int on_call(struct pt_regs *context)
{
	cookie = bpf_get_attach_cookie(context);
	__sync_fetch_and_add(&seen, 1);
	return 0;
}

SEC("iter/task")
int walk(struct bpf_iter__task *context)
{
	struct task_struct *task = context->task;

	if (task)
		BPF_SEQ_PRINTF(context->meta->seq, "%d\n", task->tgid);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
