// An arena whose pages only programs make.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_ARENA);
	__uint(map_flags, BPF_F_MMAPABLE | BPF_F_SEGV_ON_FAULT);
	__uint(max_entries, 4);
} arena SEC(".maps");

SEC("syscall")
int uses_arena(void *context)
{
	return &arena == context;
}

char LICENSE[] SEC("license") = "GPL";
