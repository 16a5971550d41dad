#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct sum {
	u32 one;
	u32 other;
	u32 both;
};

SEC("syscall")
int add(struct sum *sum)
{
	sum->both = sum->one + sum->other;
	return 7;
}
