/* SPDX-License-Identifier: MIT OR BSD-2-Clause */
#ifndef TCPCONNECT_H
#define TCPCONNECT_H

#define TASK_COMM_LEN 16
#define ADDRESS_TEXT_LEN 40

/// A process starts a TCP connection.
/// @export
struct event {
	int pid;
	unsigned int uid;
	char comm[TASK_COMM_LEN];
	/* 4 or 6. */
	unsigned char ip;
	char saddr[ADDRESS_TEXT_LEN];
	char daddr[ADDRESS_TEXT_LEN];
	unsigned short dport;
};

#endif
