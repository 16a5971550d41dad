/* SPDX-License-Identifier: MIT OR BSD-2-Clause */
#ifndef SIGSNOOP_H
#define SIGSNOOP_H

#define TASK_COMM_LEN 16

/// A signal that was sent, or that a system call failed to send.
/// @export
struct event {
	/* The sender's process; for a signal that the kernel raised by itself, whatever ran at that moment. */
	int pid;
	/* As given to the call: a process, a thread, 0 or negative for a group; else the process that gets it. */
	int tpid;
	int sig;
	/* 0, or a negative errno. */
	int ret;
	/* The sender's name. */
	char comm[TASK_COMM_LEN];
};

#endif
