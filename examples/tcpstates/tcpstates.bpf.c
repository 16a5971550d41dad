// SPDX-License-Identifier: MIT OR BSD-2-Clause
/**
 * @brief Trace how TCP sockets change their state, and how long they were in each.
 * @details The process is the one that runs when the state changes, often not the socket's owner.
 */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "../address.h"
#include "tcpstates.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/// @cmdarg {"short": "L", "long": "local-port"}
/// @description only this local port
const volatile __u16 local_port = 0;
/// @cmdarg {"short": "D", "long": "remote-port"}
/// @description only this remote port
const volatile __u16 remote_port = 0;
/// @cmdarg {"short": "4", "long": "ipv4"}
/// @description only IPv4
const volatile bool only_ipv4 = false;
/// @cmdarg {"short": "6", "long": "ipv6"}
/// @description only IPv6
const volatile bool only_ipv6 = false;

/* When each socket came into the state that it is in. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 10240);
	__type(key, const void *);
	__type(value, u64);
} since SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024);
} events SEC(".maps");

static __always_inline bool is_wanted(struct trace_event_raw_inet_sock_set_state *ctx)
{
	if (ctx->protocol != IPPROTO_TCP)
		return false;
	if (only_ipv4 && ctx->family != AF_INET)
		return false;
	if (only_ipv6 && ctx->family != AF_INET6)
		return false;
	if (local_port && ctx->sport != local_port)
		return false;
	return !remote_port || ctx->dport == remote_port;
}

/* Takes the time of the socket's change: microseconds since the one before, or 0. */
static __always_inline u64 note_change(const void *socket, int newstate)
{
	u64 now = bpf_ktime_get_ns();
	u64 *before = bpf_map_lookup_elem(&since, &socket);
	u64 us = before ? (now - *before) / 1000 : 0;

	if (newstate == TCP_CLOSE)
		bpf_map_delete_elem(&since, &socket);
	else
		bpf_map_update_elem(&since, &socket, &now, BPF_ANY);
	return us;
}

SEC("tp/sock/inet_sock_set_state")
int set_state(struct trace_event_raw_inet_sock_set_state *ctx)
{
	u8 address[16] = {};
	struct event *event;
	u64 us;

	if (!is_wanted(ctx))
		return 0;
	us = note_change(ctx->skaddr, ctx->newstate);
	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event)
		return 0;
	event->skaddr = (void *)ctx->skaddr;
	event->pid = bpf_get_current_pid_tgid() >> 32;
	bpf_get_current_comm(&event->comm, sizeof(event->comm));
	/* Of an IPv4 connection, the fields for IPv6 hold mapped addresses: those of 4 bytes are its own. */
	bpf_probe_read_kernel(address, sizeof(address), ctx->family == AF_INET ? (void *)ctx->saddr : ctx->saddr_v6);
	write_address(event->laddr, ctx->family, address);
	event->lport = ctx->sport;
	bpf_probe_read_kernel(address, sizeof(address), ctx->family == AF_INET ? (void *)ctx->daddr : ctx->daddr_v6);
	write_address(event->raddr, ctx->family, address);
	event->rport = ctx->dport;
	event->oldstate = ctx->oldstate;
	event->newstate = ctx->newstate;
	event->us = us;
	bpf_ringbuf_submit(event, 0);
	return 0;
}
