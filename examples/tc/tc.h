/* SPDX-License-Identifier: MIT OR BSD-2-Clause */
#ifndef TC_H
#define TC_H

#define ADDRESS_TEXT_LEN 40

/// An IPv4 packet came in.
/// @export
struct event {
	/* The interface's number. */
	unsigned int ifindex;
	char saddr[ADDRESS_TEXT_LEN];
	char daddr[ADDRESS_TEXT_LEN];
	/* Of the Internet protocol: 1 ICMP, 6 TCP, 17 UDP. */
	unsigned char protocol;
	unsigned char ttl;
	/* With the IP header, without the link's. */
	unsigned short length;
};

#endif
