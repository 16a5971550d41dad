#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

/* What another program takes the place of. */
__attribute__((noinline)) int verdict(struct xdp_md *packet)
{
	volatile int pass = XDP_PASS;

	return packet ? pass : XDP_ABORTED;
}

SEC("xdp")
int judge(struct xdp_md *packet)
{
	return verdict(packet);
}
