// SPDX-License-Identifier: MIT OR BSD-2-Clause
/**
 * @brief Count the packets that come in at a network interface, by protocol.
 * @details A program at the earliest place, before the kernel makes anything of a packet; it lets everything pass. The interface is lo
 * unless another one is chosen.
 */
#include "vmlinux.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include "xdp.h"

/* Of include/uapi/linux/if_ether.h: vmlinux.h has no macros. */
#define ETH_P_IP 0x0800
#define ETH_P_IPV6 0x86dd

char LICENSE[] SEC("license") = "Dual BSD/GPL";

/* By the number of the Internet protocol (1 ICMP, 6 TCP, 17 UDP, 58 ICMPv6); what is not of the Internet is 0. */
/// @sample {"interval": 1000, "type": "default_kv"}
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__type(key, u32);
	__type(value, struct traffic);
} protocols SEC(".maps");

static __always_inline u32 protocol_of(struct xdp_md *packet)
{
	void *data = (void *)(long)packet->data, *end = (void *)(long)packet->data_end;
	struct ethhdr *link = data;
	struct ipv6hdr *ip6 = data + sizeof(*link);
	struct iphdr *ip = data + sizeof(*link);

	if ((void *)(link + 1) > end)
		return 0;
	if (link->h_proto == bpf_htons(ETH_P_IP) && (void *)(ip + 1) <= end)
		return ip->protocol;
	if (link->h_proto == bpf_htons(ETH_P_IPV6) && (void *)(ip6 + 1) <= end)
		return ip6->nexthdr;
	return 0;
}

/// @ifindex 1
/// @flags 0
/// @xdpopts {"old_prog_fd": 0}
SEC("xdp")
int count(struct xdp_md *packet)
{
	struct traffic nothing = {};
	struct traffic *traffic;
	u32 protocol = protocol_of(packet);

	traffic = bpf_map_lookup_elem(&protocols, &protocol);
	if (!traffic) {
		bpf_map_update_elem(&protocols, &protocol, &nothing, BPF_NOEXIST);
		traffic = bpf_map_lookup_elem(&protocols, &protocol);
	}
	if (traffic) {
		__sync_fetch_and_add(&traffic->packets, 1);
		__sync_fetch_and_add(&traffic->bytes, packet->data_end - packet->data);
	}
	return XDP_PASS;
}
