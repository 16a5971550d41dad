/* SPDX-License-Identifier: MIT OR BSD-2-Clause */
#ifndef TCPSTATES_H
#define TCPSTATES_H

#define TASK_COMM_LEN 16
#define ADDRESS_TEXT_LEN 40

/* As in the kernel's include/net/tcp_states.h; the names are those that ss(8) prints. */
enum tcp_state {
	ESTAB = 1,
	SYN_SENT,
	SYN_RECV,
	FIN_WAIT_1,
	FIN_WAIT_2,
	TIME_WAIT,
	CLOSE,
	CLOSE_WAIT,
	LAST_ACK,
	LISTEN,
	CLOSING,
	NEW_SYN_RECV,
};

/// A TCP socket changes its state.
/// @export
struct event {
	/* Where the socket is in the kernel's memory: the same for all changes of one socket. */
	void *skaddr;
	/* Who runs at that moment: often not the socket's owner, since packets come at any time. */
	int pid;
	char comm[TASK_COMM_LEN];
	char laddr[ADDRESS_TEXT_LEN];
	unsigned short lport;
	char raddr[ADDRESS_TEXT_LEN];
	unsigned short rport;
	enum tcp_state oldstate;
	enum tcp_state newstate;
	/* How long the socket was in the old state, in microseconds; 0 if that was not seen to begin. */
	unsigned long long us;
};

#endif
