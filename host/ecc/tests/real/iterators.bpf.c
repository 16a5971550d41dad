// loads
/*
 * SPDX-License-Identifier: GPL-2.0
 * Iterators, local storage, timers, dynptrs, kernel symbols and open-coded loops: what newer sources use.
 */
#include <vmlinux.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

struct elem {
	struct bpf_timer timer;
	int runs;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, int);
	__type(value, struct elem);
} timers SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, long);
} storage SEC(".maps");

extern const int bpf_prog_active __ksym;
extern const void bpf_link_fops __ksym __weak;
extern void bpf_rcu_read_lock(void) __ksym __weak;
extern void bpf_rcu_read_unlock(void) __ksym __weak;

SEC("iter/task")
int dump_task(struct bpf_iter__task *ctx)
{
	struct seq_file *seq = ctx->meta->seq;
	struct task_struct *task = ctx->task;

	if (!task) {
		BPF_SEQ_PRINTF(seq, "=== END ===\n");
		return 0;
	}
	if (ctx->meta->seq_num == 0)
		BPF_SEQ_PRINTF(seq, "    tgid      gid\n");
	BPF_SEQ_PRINTF(seq, "%8d %8d\n", task->tgid, task->pid);
	return 0;
}

static int fire(void *map, int *key, struct elem *value)
{
	value->runs++;
	bpf_timer_start(&value->timer, 1000000, 0);
	return 0;
}

SEC("syscall")
int arm(void *ctx)
{
	int key = 0, i, sum = 0;
	char text[64];
	struct elem *value = bpf_map_lookup_elem(&timers, &key);

	if (!value)
		return 1;
	bpf_timer_init(&value->timer, &timers, 1);
	bpf_timer_set_callback(&value->timer, fire);
	bpf_for(i, 0, 10)
		sum += i;
	bpf_repeat(3)
		sum++;
	BPF_SNPRINTF(text, sizeof(text), "%d %s", sum, "sum");
	bpf_rcu_read_lock();
	bpf_rcu_read_unlock();
	return &bpf_link_fops == NULL;
}

char LICENSE[] SEC("license") = "GPL";
