#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>

char LICENSE[] SEC("license") = "GPL";

struct event {
	u32 pid;
	char comm[16];
	char name[32];
};
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
	__type(value, struct event);
} events SEC(".maps");

/* Refuses one name, and leaves all others to whom they were refused or allowed before. */
SEC("fmod_ret/security_file_open")
int BPF_PROG(handle_open, struct file *file, int ret)
{
	struct event *event;
	const unsigned char *name = BPF_CORE_READ(file, f_path.dentry, d_name.name);
	char start[8] = {};

	bpf_probe_read_kernel(start, sizeof(start) - 1, name);
	if (ret || start[0] != 's' || start[1] != 'e' || start[2] != 'c' || start[3] != 'r' || start[4] != 'e' || start[5] != 't')
		return ret;
	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (event) {
		event->pid = bpf_get_current_pid_tgid() >> 32;
		bpf_get_current_comm(event->comm, sizeof(event->comm));
		bpf_probe_read_kernel_str(event->name, sizeof(event->name), name);
		bpf_ringbuf_submit(event, 0);
	}
	return -1;
}
