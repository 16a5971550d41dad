// SPDX-License-Identifier: MIT OR BSD-2-Clause
/**
 * @brief Trace flush requests to RAID devices (md).
 * @details A flush makes every disk of the array write its cache: it costs time, and many at once can be felt.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "mdflush.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

/* A request named its disk before Linux 5.12, and has named its block device since. */
struct bio___before_5_12 {
	struct gendisk *bi_disk;
} __attribute__((preserve_access_index));

static __always_inline struct gendisk *disk_of(struct bio *bio)
{
	struct bio___before_5_12 *old = (void *)bio;

	if (bpf_core_field_exists(old->bi_disk))
		return BPF_CORE_READ(old, bi_disk);
	return BPF_CORE_READ(bio, bi_bdev, bd_disk);
}

SEC("kprobe/md_flush_request")
int BPF_KPROBE(flush, void *mddev, struct bio *bio)
{
	struct gendisk *disk = disk_of(bio);
	struct event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);

	if (!event)
		return 0;
	event->pid = bpf_get_current_pid_tgid() >> 32;
	bpf_get_current_comm(&event->comm, sizeof(event->comm));
	BPF_CORE_READ_STR_INTO(&event->disk, disk, disk_name);
	bpf_ringbuf_submit(event, 0);
	return 0;
}
