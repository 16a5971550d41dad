/* SPDX-License-Identifier: MIT OR BSD-2-Clause */
#ifndef FENTRY_LINK_H
#define FENTRY_LINK_H

#define TASK_COMM_LEN 16
#define NAME_LEN 128

/// A file was unlinked, or could not be.
/// @export
struct event {
	int pid;
	/* 0, or a negative errno. */
	int ret;
	unsigned long long duration_ns;
	char comm[TASK_COMM_LEN];
	/* Without its folder; a longer name is cut. */
	char name[NAME_LEN];
};

#endif
