// SPDX-License-Identifier: MIT OR BSD-2-Clause
/**
 * @brief Trace programs that are executed under certain names.
 * @details The names are the keys of the map `watched`, which user space fills: without that nothing is shown.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "starts.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* The list. Its values have no meaning. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__type(key, struct name);
	__type(value, u8);
} watched SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024);
} starts SEC(".maps");

SEC("tp/sched/sched_process_exec")
int started(struct trace_event_raw_sched_process_exec *ctx)
{
	struct name name = {};
	struct start *start;
	unsigned int offset;

	/* The new name: the old one is gone before the tracepoint. */
	bpf_get_current_comm(&name.text, sizeof(name.text));
	if (!bpf_map_lookup_elem(&watched, &name))
		return 0;
	start = bpf_ringbuf_reserve(&starts, sizeof(*start), 0);
	if (!start)
		return 0;
	start->pid = bpf_get_current_pid_tgid() >> 32;
	start->name = name;
	/* The record ends in the path; the lower half of __data_loc is its offset. */
	offset = ctx->__data_loc_filename & 0xffff;
	__builtin_memset(start->path, 0, sizeof(start->path));
	bpf_probe_read_kernel_str(start->path, sizeof(start->path), (void *)ctx + offset);
	bpf_ringbuf_submit(start, 0);
	return 0;
}
