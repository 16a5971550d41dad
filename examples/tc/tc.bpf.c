// SPDX-License-Identifier: MIT OR BSD-2-Clause
/**
 * @brief Show the IPv4 packets that come in at a network interface.
 * @details A filter of traffic control that lets everything pass. The interface is lo unless another one is chosen.
 */
#include "vmlinux.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include "../address.h"
#include "tc.h"

/* Of include/uapi/linux/pkt_cls.h and if_ether.h: vmlinux.h has no macros. */
#define TC_ACT_UNSPEC -1
#define ETH_P_IP 0x0800

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/// @cmdarg {"long": "protocol"}
/// @description only this protocol: 1 ICMP, 6 TCP, 17 UDP
const volatile __u8 protocol_target = 0;

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024);
} events SEC(".maps");

static __always_inline void show(struct __sk_buff *packet)
{
	struct event *event;
	struct iphdr ip;

	/* The helper gets at bytes wherever the kernel keeps them; those at `data` may be too few. */
	if (bpf_skb_load_bytes(packet, sizeof(struct ethhdr), &ip, sizeof(ip)))
		return;
	if (protocol_target && protocol_target != ip.protocol)
		return;
	event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
	if (!event)
		return;
	event->ifindex = packet->ifindex;
	write_address(event->saddr, AF_INET, (const __u8 *)&ip.saddr);
	write_address(event->daddr, AF_INET, (const __u8 *)&ip.daddr);
	event->protocol = ip.protocol;
	event->ttl = ip.ttl;
	event->length = bpf_ntohs(ip.tot_len);
	bpf_ringbuf_submit(event, 0);
}

/// @tchook {"ifindex": 1, "attach_point": "BPF_TC_INGRESS"}
/// @tcopts {"handle": 1, "priority": 1}
SEC("tc")
int ingress(struct __sk_buff *packet)
{
	if (packet->protocol == bpf_htons(ETH_P_IP))
		show(packet);
	/* Whatever other filters there are decide. */
	return TC_ACT_UNSPEC;
}
