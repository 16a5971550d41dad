// SPDX-License-Identifier: MIT OR BSD-2-Clause
/**
 * @brief Trace TCP connections that processes of this machine start.
 * @details A connection is shown when its first packet is about to be sent: whether anybody answers is not known yet.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "../address.h"
#include "tcpconnect.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/// @cmdarg {"short": "p", "long": "pid"}
/// @description only this process
const volatile pid_t pid_target = 0;
/// @cmdarg {"short": "u", "long": "uid"}
/// @description only processes of this user, -1 for all
const volatile long long uid_target = -1;
/// @cmdarg {"short": "P", "long": "port"}
/// @description only connections to this port
const volatile __u16 port_target = 0;

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024);
} events SEC(".maps");

/* A socket that leaves CLOSE for SYN_SENT does so within connect(2), so the current process is the one that connects. */
SEC("tp/sock/inet_sock_set_state")
int set_state(struct trace_event_raw_inet_sock_set_state *ctx)
{
	pid_t pid = bpf_get_current_pid_tgid() >> 32;
	u32 uid = bpf_get_current_uid_gid();
	u8 address[16] = {};
	struct event *event;

	if (ctx->protocol != IPPROTO_TCP || ctx->newstate != TCP_SYN_SENT)
		return 0;
	if (pid_target && pid_target != pid)
		return 0;
	if (uid_target >= 0 && uid_target != uid)
		return 0;
	if (port_target && port_target != ctx->dport)
		return 0;

	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event)
		return 0;
	event->pid = pid;
	event->uid = uid;
	bpf_get_current_comm(&event->comm, sizeof(event->comm));
	event->ip = ctx->family == AF_INET ? 4 : 6;
	/* Of an IPv4 connection, the fields for IPv6 hold mapped addresses: those of 4 bytes are its own. */
	bpf_probe_read_kernel(address, sizeof(address), ctx->family == AF_INET ? (void *)ctx->saddr : ctx->saddr_v6);
	write_address(event->saddr, ctx->family, address);
	bpf_probe_read_kernel(address, sizeof(address), ctx->family == AF_INET ? (void *)ctx->daddr : ctx->daddr_v6);
	write_address(event->daddr, ctx->family, address);
	event->dport = ctx->dport;
	bpf_ringbuf_submit(event, 0);
	return 0;
}
