/* SPDX-License-Identifier: MIT OR BSD-2-Clause */
#ifndef LSM_CONNECT_H
#define LSM_CONNECT_H

#define TASK_COMM_LEN 16
#define ADDRESS_TEXT_LEN 40

/// A process wants to connect an IPv4 socket.
/// @export
struct event {
	int pid;
	unsigned int uid;
	char comm[TASK_COMM_LEN];
	char daddr[ADDRESS_TEXT_LEN];
	unsigned short dport;
	/* 0 if it may, else a negative errno: -1 not permitted. */
	int ret;
};

#endif
