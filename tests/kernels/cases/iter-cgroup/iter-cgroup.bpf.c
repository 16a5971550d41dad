#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";

SEC("iter/cgroup")
int walk_groups(struct bpf_iter__cgroup *context)
{
	struct cgroup *group = context->cgroup;
	char name[64] = {};

	if (!group)
		return 0;
	bpf_probe_read_kernel_str(name, sizeof(name), BPF_CORE_READ(group, kn, name));
	BPF_SEQ_PRINTF(context->meta->seq, "group %s\n", name);
	return 0;
}
