/** @brief A little of everything that can be in an object. */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "many.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

extern void bpf_rcu_read_lock(void) __ksym;
extern void bpf_rcu_read_unlock(void) __ksym;
extern int CONFIG_HZ __kconfig;

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 64);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
	__type(key, struct place);
	__type(value, __u64);
} counts SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
	__type(value, struct event);
} events SEC(".maps");

/// @cmdarg {"short": "l"}
/// How much is said
const volatile enum level level = LOUD;
const volatile char names[2][8] = { "init" };
__u64 seen;

__noinline __u64 now(void)
{
	return bpf_ktime_get_ns() / CONFIG_HZ;
}

SEC("lsm/file_open")
int BPF_PROG(opened, struct file *file)
{
	bpf_rcu_read_lock();
	seen += now() + level + names[0][0] + BPF_CORE_READ(file, f_flags);
	bpf_rcu_read_unlock();
	return seen == (bpf_get_current_pid_tgid() >> 32);
}

SEC("?xdp")
int packet(struct xdp_md *context)
{
	struct place key = { .cpu = context->rx_queue_index };

	bpf_map_lookup_elem(&counts, &key);
	return XDP_PASS;
}
