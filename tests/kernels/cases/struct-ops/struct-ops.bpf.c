#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";

/* A way to control congestion that does nothing: that it can be chosen is what is asked. */
SEC("struct_ops")
void BPF_PROG(start, struct sock *socket)
{
}

SEC("struct_ops")
u32 BPF_PROG(threshold, struct sock *socket)
{
	return 10;
}

SEC("struct_ops")
void BPF_PROG(avoid, struct sock *socket, u32 ack, u32 acked)
{
}

SEC("struct_ops")
u32 BPF_PROG(undo, struct sock *socket)
{
	return 10;
}

SEC(".struct_ops")
struct tcp_congestion_ops matrix = {
	.init = (void *)start,
	.ssthresh = (void *)threshold,
	.cong_avoid = (void *)avoid,
	.undo_cwnd = (void *)undo,
	.name = "matrix",
};
