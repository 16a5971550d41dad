/* SPDX-License-Identifier: MIT OR BSD-2-Clause */
#ifndef EXECSNOOP_H
#define EXECSNOOP_H

#define TASK_COMM_LEN 16
#define PATH_LEN 128
#define ARGS_LEN 256

/// A process executed a program, or failed to.
/// @export
struct event {
	int pid;
	int ppid;
	unsigned int uid;
	/* 0, or a negative errno. */
	int ret;
	char comm[TASK_COMM_LEN];
	/* The program; a longer path is cut. */
	char path[PATH_LEN];
	/* The arguments, the program's name first, with spaces between. Empty if the call failed; longer ones are cut. */
	char args[ARGS_LEN];
};

#endif
