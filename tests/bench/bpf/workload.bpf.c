// SPDX-License-Identifier: GPL-2.0 OR MIT
// Events on demand: a thread that names itself with an order gets as many events as the order says.
//
// task_rename fires for nobody who does not rename himself, so neither the consumer nor the rest of the machine pays
// for the program being attached, and a producer needs one cheap system call for each order.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "workload.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024);
} events SEC(".maps");

/* Keeps the type in the object's BTF. */
const struct event *__dummy_event __attribute__((unused));

__u64 produced;
__u64 lost;
/* Bytes in the ring when it was last asked for, and how often that was. */
__u64 unread;
__u64 answers;

static const char names[16][COMM_LEN] = {
	"bash", "cargo", "rustc", "git", "systemd", "sshd", "cc1plus", "kworker/u8:2",
	"python3", "make", "ld.lld", "sed", "containerd-shim", "node", "sh", "postgres",
};

static const char paths[16][FILENAME_LEN] = {
	"/usr/bin/bash", "/opt/cargo/bin/cargo", "/usr/local/bin/rustc", "/usr/bin/git",
	"/lib/systemd/systemd", "/usr/sbin/sshd", "/usr/libexec/gcc/12/cc1plus", "/proc/self/exe",
	"/usr/bin/python3", "/usr/bin/make", "/usr/bin/ld.lld", "/bin/sed",
	"/usr/bin/containerd-shim-runc-v", "/opt/node/bin/node", "/bin/sh", "/usr/lib/postgresql/bin/postgre",
};

static void produce(void)
{
	__u32 sequence = __sync_fetch_and_add(&produced, 1);
	__u32 hash = sequence * 2654435761U;
	struct event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);

	if (!event) {
		__sync_fetch_and_add(&lost, 1);
		return;
	}
	event->duration_ns = sequence & 1 ? (__u64)hash * 20 : 0;
	event->pid = (hash >> 10) + 1;
	event->ppid = (hash >> 18) + 1;
	event->uid = sequence % 3 ? 0 : 1000;
	event->exit_code = hash & 7 ? 0 : -(int)(sequence & 255);
	event->sequence = sequence;
	event->exit_event = sequence & 1;
	event->monotonic_time_ns = bpf_ktime_get_ns();
	__builtin_memcpy(event->comm, names[hash >> 28], COMM_LEN);
	__builtin_memcpy(event->filename, paths[hash >> 28], FILENAME_LEN);
	bpf_ringbuf_submit(event, 0);
}

SEC("raw_tp/task_rename")
int on_rename(struct bpf_raw_tracepoint_args *ctx)
{
	char order[ORDER_LEN + 1];
	__u32 count;

	if (bpf_probe_read_kernel(order, sizeof(order), (void *)ctx->args[1]))
		return 0;
	if (__builtin_memcmp(order, ORDER, ORDER_LEN))
		return 0;
	count = (__u8)order[ORDER_LEN] - '0';
	if (count == 0) {
		unread = bpf_ringbuf_query(&events, BPF_RB_AVAIL_DATA);
		__sync_fetch_and_add(&answers, 1);
	}
	for (__u32 i = 0; i < MOST_EVENTS && i < count; i++)
		produce();
	return 0;
}
