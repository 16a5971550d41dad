#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("freplace/verdict")
int refuse(struct xdp_md *packet)
{
	return XDP_DROP;
}
