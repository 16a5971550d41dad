// SPDX-License-Identifier: MIT OR BSD-2-Clause
/**
 * @brief Forbid every process to connect to one IPv4 address, and show who tries to connect where.
 * @details The kernel asks this tool before each connect(2) of an IPv4 socket, also of root's. It forbids nothing any more once the
 * tool has ended.
 */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "../address.h"
#include "lsm-connect.h"

/* Of include/uapi/asm-generic/errno-base.h: vmlinux.h has no macros. */
#define EPERM 1

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/// @cmdarg {"short": "a", "long": "address"}
/// @description the address to forbid, its four numbers parted by commas
const volatile __u8 forbidden[4] = { 127, 0, 0, 99 };
/// @cmdarg {"short": "P", "long": "port"}
/// @description forbid only this port of it, 0 for all
const volatile __u16 forbidden_port = 0;

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 * 1024);
} events SEC(".maps");

static __always_inline bool is_forbidden(const u8 *address, u16 port)
{
#pragma unroll
	for (int i = 0; i < 4; i++)
		if (address[i] != forbidden[i])
			return false;
	return !forbidden_port || forbidden_port == port;
}

SEC("lsm/socket_connect")
int BPF_PROG(connects, struct socket *socket, struct sockaddr *to, int length, int ret)
{
	struct sockaddr_in *in = (struct sockaddr_in *)to;
	struct event *event;
	u8 address[16] = {};
	u16 port;

	/* Another program has said no already. */
	if (ret)
		return ret;
	if (BPF_CORE_READ(to, sa_family) != AF_INET)
		return 0;
	BPF_CORE_READ_INTO((u32 *)address, in, sin_addr.s_addr);
	port = bpf_ntohs(BPF_CORE_READ(in, sin_port));
	if (is_forbidden(address, port))
		ret = -EPERM;

	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event)
		return ret;
	event->pid = bpf_get_current_pid_tgid() >> 32;
	event->uid = bpf_get_current_uid_gid();
	bpf_get_current_comm(&event->comm, sizeof(event->comm));
	write_address(event->daddr, AF_INET, address);
	event->dport = port;
	event->ret = ret;
	bpf_ringbuf_submit(event, 0);
	return ret;
}
