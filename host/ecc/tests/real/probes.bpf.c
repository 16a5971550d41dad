// SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
// Every macro of bpf_tracing.h and usdt.bpf.h that names a function, and some that a project makes of them.
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#include <bpf/usdt.bpf.h>

#define MY_PROG(name, args...) BPF_PROG(name, ##args)
#define HANDLER(sec, name, args...) SEC(sec) int BPF_KPROBE(name, ##args)

/// Only this process
const volatile int target = 0; /// @cmdarg {"short": "p", "long": "pid"}

struct {
	__uint(type, BPF_MAP_TYPE_STACK_TRACE);
	__uint(key_size, sizeof(u32));
	__uint(value_size, 20 * sizeof(u64));
	__uint(max_entries, 1000);
} stackmap SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, int);
	__type(value, u64[32]);
} scratch SEC(".maps");

SEC("kprobe/do_unlinkat")
int BPF_KPROBE(do_unlinkat, int dfd, struct filename *name)
{
	const char *filename = BPF_CORE_READ(name, name);

	bpf_printk("KPROBE ENTRY pid = %d, filename = %s\n", (pid_t)(bpf_get_current_pid_tgid() >> 32), filename);
	return 0;
}

/** @brief Ends what the entry began.
 *  @param ret what the function gives back
 *  @return always 0 */
SEC("kretprobe/do_unlinkat")
int BPF_KRETPROBE(do_unlinkat_exit, long ret)
{
	bpf_printk("KPROBE EXIT: ret = %ld\n", ret);
	return 0;
}

SEC("ksyscall/kill")
int BPF_KSYSCALL(entry_probe, pid_t pid, int sig)
{
	char comm[16];

	bpf_get_current_comm(&comm, sizeof(comm));
	bpf_printk("%s sends %d to %d", comm, sig, pid);
	return 0;
}

SEC("kretsyscall/kill")
int BPF_KRETPROBE(exit_probe, int ret)
{
	return ret == 0;
}

SEC("uprobe//proc/self/exe:add")
int BPF_UPROBE(uprobe_add, int a, int b)
{
	bpf_printk("a = %d, b = %d", a, b);
	return 0;
}

SEC("uretprobe")
int BPF_URETPROBE(uprobe_add_exit, int ret)
{
	return bpf_get_stackid(ctx, &stackmap, BPF_F_USER_STACK) < 0;
}

SEC("usdt/libc.so.6:libc:setjmp")
int BPF_USDT(usdt_auto_attach, void *arg1, int arg2, void *arg3)
{
	return target && target != bpf_get_current_pid_tgid() >> 32;
}

SEC("usdt")
int usdt_manual_attach(struct pt_regs *ctx)
{
	long argument;

	return bpf_usdt_arg(ctx, bpf_usdt_arg_cnt(ctx) - 1, &argument) || bpf_usdt_cookie(ctx);
}

SEC("fentry/do_unlinkat")
int MY_PROG(on_unlink, int dfd, struct filename *name)
{
	return 0;
}

/// @description the end, with what it answers
SEC("fexit/do_unlinkat")
int BPF_PROG(on_unlink_exit, int dfd, struct filename *name, long ret)
{
	return 0;
}

SEC("fentry/vfs_write")
int BPF_PROG2(on_write, struct file *, file, const char *, buffer, size_t, count)
{
	return file && count;
}

/* The file's own macro. */
HANDLER("kprobe/vfs_read", on_read, struct file *file, char *buffer)
{
	int zero = 0;
	u64 *room = bpf_map_lookup_elem(&scratch, &zero);

	if (!room)
		return 0;
	return bpf_get_stack(ctx, room, sizeof(u64) * 20, 0) > 0;
}

SEC("kprobe.multi/tcp_*")
int BPF_KPROBE(multi)
{
	return bpf_get_func_ip(ctx) == 0;
}

SEC("lsm/file_open")
int BPF_PROG(file_open, struct file *file, int ret)
{
	return ret;
}

SEC("perf_event")
int sample(struct bpf_perf_event_data *ctx)
{
	return PT_REGS_IP(&ctx->regs) == 0;
}

SEC("?raw_tp.w/sys_enter")
int BPF_PROG(never_loaded, struct pt_regs *regs, long id)
{
	return id == (long)regs;
}

char _license[] SEC("license") = "Dual BSD/GPL";
__u32 _version SEC("version") = 1;
