// Programs whose hooks no kernel has, and what stands in for them.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

__u64 seen;


SEC("tp_btf/nobody_has_this")
int not_loaded(void *context)
{
	__sync_fetch_and_add(&seen, 1);
	return 0;
}

SEC("raw_tp/nobody_has_this")
int not_attached(void *context)
{
	__sync_fetch_and_add(&seen, 1);
	return 0;
}

SEC("raw_tp/sys_enter")
int substitute(void *context)
{
	__sync_fetch_and_add(&seen, 1 << 20);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
