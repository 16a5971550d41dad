// SPDX-License-Identifier: MIT OR BSD-2-Clause
/**
 * @brief Count the system calls of processes with certain names.
 * @details The names are the keys of the map `counts`, which user space fills: no other process costs more than a look into it.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "calls.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* The list, and how many system calls each CPU has seen. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 256);
	__type(key, struct name);
	__type(value, u64);
} counts SEC(".maps");

SEC("tp/raw_syscalls/sys_enter")
int called(void *ctx)
{
	struct name name = {};
	u64 *count;

	bpf_get_current_comm(&name.text, sizeof(name.text));
	count = bpf_map_lookup_elem(&counts, &name);
	/* Nobody else writes this CPU's number. */
	if (count)
		(*count)++;
	return 0;
}
