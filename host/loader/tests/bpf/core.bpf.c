// SPDX-License-Identifier: MIT OR BSD-2-Clause
/* Every kind of CO-RE relocation, on types of the kernel that it is built with, on others of the same name, and on none. */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

/* The same struct as an older or a newer kernel would have it. */
struct task_struct___flavor {
	int pid;
	unsigned long tgid;
	void *comm_that_never_was;
	struct {
		int prio;
	} anonymous;
} __attribute__((preserve_access_index));

struct task_struct___other_kinds {
	/* A number in the kernel. */
	void *pid;
	/* A pointer in the kernel. */
	int mm;
	/* An array in the kernel. */
	int comm;
	/* A struct in the kernel: a union is as good. */
	union {
		int x;
	} se;
} __attribute__((preserve_access_index));

struct nothing_of_this_name {
	int field;
} __attribute__((preserve_access_index));

enum zone_type___flavor {
	ZONE_NORMAL___flavor = 77,
	ZONE_NEVER___flavor = 78,
};

enum nothing_of_this_enum { NOTHING_OF_THIS_ENUM = 1 };

typedef struct {
	int counter;
} atomic_t___flavor;

typedef int nothing_of_this_typedef;

struct list_head___more {
	struct list_head___more *next;
	struct list_head___more *prev;
	int more;
};

struct list_head___fewer {
	struct list_head *next;
};

struct rb_node___int {
	int rb_left;
};

SEC("raw_tp/fields")
int fields(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct sk_buff *skb = ctx;
	long sum = 0;

	sum += BPF_CORE_READ(task, pid);
	sum += BPF_CORE_READ(task, real_parent, real_parent, mm, pgd, pgd);
	sum += BPF_CORE_READ(task, comm[3]);
	sum += BPF_CORE_READ(task, se.avg.load_avg);
	sum += BPF_CORE_READ(task, rt.run_list.next, next) != 0;
	sum += BPF_CORE_READ(task, signal, rlim[7].rlim_cur);
	/* Inside anonymous structs and unions. */
	sum += BPF_CORE_READ(skb, len) + BPF_CORE_READ(skb, dev, ifindex) + BPF_CORE_READ(skb, protocol);
	/* A flexible array, and one of none in the middle. */
	sum += bpf_core_field_offset(struct cgroup, ancestors[2]);
	sum += bpf_core_field_offset(struct sk_buff, headers);
	sum += bpf_core_field_exists(struct cgroup, ancestors[2]);
	return sum;
}

SEC("raw_tp/aspects")
int aspects(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	long sum = 0;

	sum += bpf_core_field_offset(task->comm) + bpf_core_field_size(task->comm);
	sum += bpf_core_field_exists(task->se) + bpf_core_field_size(task->se);
	sum += __builtin_preserve_field_info(task->pid, BPF_FIELD_SIGNED);
	sum += __builtin_preserve_field_info(task->flags, BPF_FIELD_SIGNED);
	sum += __builtin_preserve_field_info(task->flags, BPF_FIELD_LSHIFT_U64);
	sum += __builtin_preserve_field_info(task->flags, BPF_FIELD_RSHIFT_U64);
	sum += bpf_core_field_size(struct task_struct, signal);
	sum += bpf_core_type_size(struct task_struct);
	return sum;
}

SEC("raw_tp/bit_fields")
int bit_fields(void *ctx)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct sk_buff *skb = ctx;
	long sum = 0;

	sum += BPF_CORE_READ_BITFIELD_PROBED(task, sched_reset_on_fork);
	sum += BPF_CORE_READ_BITFIELD_PROBED(task, in_execve);
	sum += BPF_CORE_READ_BITFIELD_PROBED(skb, pkt_type);
	sum += BPF_CORE_READ_BITFIELD_PROBED(skb, ip_summed);
	sum += bpf_core_field_exists(skb->pkt_type);
	return sum;
}

SEC("raw_tp/flavors")
int flavors(void *ctx)
{
	struct task_struct___flavor *task = (void *)bpf_get_current_task();
	long sum = 0;

	sum += BPF_CORE_READ(task, pid);
	if (bpf_core_field_exists(task->comm_that_never_was))
		sum += (long)BPF_CORE_READ(task, comm_that_never_was);
	if (bpf_core_field_exists(task->anonymous.prio))
		sum += BPF_CORE_READ(task, anonymous.prio);
	/* Four bytes in the kernel, eight here: read as memory, and as a load that has to be refused. */
	sum += BPF_CORE_READ(task, tgid);
	sum += task->tgid;
	return sum;
}

SEC("raw_tp/other_kinds")
int other_kinds(void *ctx)
{
	struct task_struct___other_kinds *task = (void *)bpf_get_current_task();

	return bpf_core_field_exists(task->pid) + bpf_core_field_exists(task->mm) * 2 +
	       bpf_core_field_exists(task->comm) * 4 + bpf_core_field_exists(task->se) * 8;
}

SEC("raw_tp/absent")
int absent(void *ctx)
{
	struct nothing_of_this_name *nothing = ctx;
	long sum = 0;

	if (bpf_core_field_exists(nothing->field))
		sum += BPF_CORE_READ(nothing, field);
	sum += bpf_core_type_exists(struct nothing_of_this_name);
	sum += bpf_core_type_exists(nothing_of_this_typedef);
	sum += bpf_core_type_size(struct nothing_of_this_name);
	sum += bpf_core_enum_value_exists(enum nothing_of_this_enum, NOTHING_OF_THIS_ENUM);
	return sum;
}

SEC("raw_tp/types")
int types(void *ctx)
{
	long sum = 0;

	sum += bpf_core_type_exists(struct task_struct___flavor);
	sum += bpf_core_type_exists(atomic_t___flavor) + bpf_core_type_size(atomic_t___flavor);
	sum += bpf_core_type_exists(union bpf_attr) + bpf_core_type_size(union bpf_attr);
	sum += bpf_core_type_exists(pid_t) + bpf_core_type_size(pid_t);
	sum += bpf_core_type_exists(bpf_func_t) + bpf_core_type_exists(work_func_t);
	sum += bpf_core_type_id_local(struct task_struct___flavor);
	return sum;
}

SEC("raw_tp/matches")
int matches(void *ctx)
{
	long sum = 0;

	sum += bpf_core_type_matches(struct task_struct);
	sum += bpf_core_type_matches(struct list_head___more) * 2;
	sum += bpf_core_type_matches(struct list_head___fewer) * 4;
	sum += bpf_core_type_matches(struct rb_node___int) * 8;
	sum += bpf_core_type_matches(enum zone_type) * 16;
	sum += bpf_core_type_matches(enum zone_type___flavor) * 32;
	sum += bpf_core_type_matches(work_func_t) * 64;
	sum += bpf_core_type_matches(union bpf_attr) * 128;
	sum += bpf_core_type_matches(struct sk_buff) * 256;
	return sum;
}

SEC("raw_tp/enumerators")
int enumerators(void *ctx)
{
	long sum = 0;

	sum += bpf_core_enum_value(enum zone_type, ZONE_NORMAL);
	sum += bpf_core_enum_value_exists(enum zone_type, ZONE_MOVABLE);
	sum += bpf_core_enum_value(enum zone_type___flavor, ZONE_NORMAL___flavor);
	if (bpf_core_enum_value_exists(enum zone_type___flavor, ZONE_NEVER___flavor))
		sum += bpf_core_enum_value(enum zone_type___flavor, ZONE_NEVER___flavor);
	/* 64 bits. */
	sum += bpf_core_enum_value(enum bpf_func_id, BPF_FUNC_trace_printk);
	return sum;
}
