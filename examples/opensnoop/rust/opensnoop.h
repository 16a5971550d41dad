/* SPDX-License-Identifier: MIT OR BSD-2-Clause */
#ifndef OPENSNOOP_H
#define OPENSNOOP_H

#define TASK_COMM_LEN 16
#define PATH_LEN 255

/// A call that opened a file, or failed to.
/// @export
struct event {
	int pid;
	unsigned int uid;
	/* The file descriptor, or a negative errno. */
	int ret;
	/* The flags of open(2), as numbers of the architecture. */
	int flags;
	char comm[TASK_COMM_LEN];
	/* As given to the call; a longer path is cut. */
	char path[PATH_LEN];
};

#endif
