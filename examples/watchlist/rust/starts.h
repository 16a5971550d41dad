/* SPDX-License-Identifier: MIT OR BSD-2-Clause */
#ifndef STARTS_H
#define STARTS_H

#define TASK_COMM_LEN 16
#define PATH_LEN 127

/* What a process is called, padded with zeros: the key of the list. */
struct name {
	char text[TASK_COMM_LEN];
};

/// A process of a name in the list has executed a program.
/// @export
struct start {
	int pid;
	struct name name;
	/* As given to the call; a longer path is cut. */
	char path[PATH_LEN];
};

#endif
