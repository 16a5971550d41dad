// SPDX-License-Identifier: MIT OR BSD-2-Clause
/**
 * @brief Show the lines that users enter in bash.
 * @details In every interactive bash of the machine: what the function readline of /bin/bash returns.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "bashreadline.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/// @cmdarg {"short": "p", "long": "pid"}
/// @description only this shell
const volatile pid_t pid_target = 0;
/// @cmdarg {"short": "u", "long": "uid"}
/// @description only shells of this user, -1 for all
const volatile long long uid_target = -1;

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

SEC("uretprobe//bin/bash:readline")
int BPF_URETPROBE(line_entered, const char *line)
{
	pid_t pid = bpf_get_current_pid_tgid() >> 32;
	u32 uid = bpf_get_current_uid_gid();
	struct event *event;

	/* At the end of its input, readline returns NULL. */
	if (!line || (pid_target && pid_target != pid) || (uid_target >= 0 && uid_target != uid))
		return 0;
	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event)
		return 0;
	event->pid = pid;
	event->uid = uid;
	if (bpf_probe_read_user_str(event->line, sizeof(event->line), line) < 0)
		event->line[0] = '\0';
	bpf_ringbuf_submit(event, 0);
	return 0;
}
