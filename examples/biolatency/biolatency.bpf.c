// SPDX-License-Identifier: MIT OR BSD-2-Clause
/**
 * @brief Show how long disks take for requests, as a histogram.
 * @details The time from handing a request to the disk's driver until it is done; with --queued, the time in the queue too.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "../log2.h"
#include "biolatency.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/// @cmdarg {"short": "Q", "long": "queued"}
/// @description include the time in the queue
const volatile bool with_queue = false;
/// @cmdarg {"short": "D", "long": "disks"}
/// @description a histogram for each disk
const volatile bool per_disk = false;

/* When each request started, in nanoseconds. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 10240);
	__type(key, const struct request *);
	__type(value, u64);
} started SEC(".maps");

/// @sample {"interval": 1000, "type": "log2_hist", "unit": "usecs", "clear_map": true}
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__type(key, struct hist_key);
	__type(value, struct hist);
} hists SEC(".maps");

static struct hist no_requests;

/* The disk was a field of the request before Linux 5.17, and has been one of the queue since 5.15. */
struct request___before_5_17 {
	struct gendisk *rq_disk;
} __attribute__((preserve_access_index));

static __always_inline struct gendisk *disk_of(const struct request *request)
{
	const struct request___before_5_17 *old = (const void *)request;

	if (bpf_core_field_exists(old->rq_disk))
		return BPF_CORE_READ(old, rq_disk);
	return BPF_CORE_READ(request, q, disk);
}

/*
 * Before Linux 5.11 the request's queue came first in both tracepoints, and later releases of 5.10 do without it too: their own
 * types tell.
 */
typedef void (*btf_trace_block_rq_issue___with_queue)(void *, struct request_queue *, struct request *);

static __always_inline const struct request *request_in(unsigned long long *ctx)
{
	u64 request;

	if (bpf_core_type_matches(btf_trace_block_rq_issue___with_queue)) {
		request = ctx[1];
		/* Keeps the compiler from choosing between places of the context: the verifier wants them constant. */
		barrier();
	} else {
		request = ctx[0];
	}
	return (const void *)request;
}

static __always_inline int start(const struct request *request)
{
	u64 now = bpf_ktime_get_ns();

	bpf_map_update_elem(&started, &request, &now, BPF_ANY);
	return 0;
}

SEC("tp_btf/block_rq_insert")
int inserted(unsigned long long *ctx)
{
	return with_queue ? start(request_in(ctx)) : 0;
}

SEC("tp_btf/block_rq_issue")
int issued(unsigned long long *ctx)
{
	const struct request *request = request_in(ctx);

	/* A request that goes straight to the driver has never been in the queue. */
	if (with_queue && bpf_map_lookup_elem(&started, &request))
		return 0;
	return start(request);
}

SEC("tp_btf/block_rq_complete")
int BPF_PROG(completed, const struct request *request)
{
	struct hist_key key = {};
	struct hist *hist;
	u64 *since, slot;

	since = bpf_map_lookup_elem(&started, &request);
	if (!since)
		return 0;
	slot = log2_u64((bpf_ktime_get_ns() - *since) / 1000);
	bpf_map_delete_elem(&started, &request);

	if (per_disk)
		bpf_probe_read_kernel_str(key.disk, sizeof(key.disk), disk_of(request)->disk_name);
	hist = bpf_map_lookup_elem(&hists, &key);
	if (!hist) {
		bpf_map_update_elem(&hists, &key, &no_requests, BPF_NOEXIST);
		hist = bpf_map_lookup_elem(&hists, &key);
		if (!hist)
			return 0;
	}
	if (slot > MAX_SLOTS - 1)
		slot = MAX_SLOTS - 1;
	__sync_fetch_and_add(&hist->slots[slot], 1);
	return 0;
}
