/* SPDX-License-Identifier: MIT OR BSD-2-Clause */
#ifndef BOOTSTRAP_H
#define BOOTSTRAP_H

#define TASK_COMM_LEN 16
#define MAX_FILENAME_LEN 127

/// A process started (`exit_event` is false) or ended.
/// @export
struct event {
	int pid;
	int ppid;
	/* What a shell would show: the exit code, or 128 plus the signal's number. Only of ends. */
	unsigned int exit_code;
	/* Only of ends, and only if the start was seen too; else 0. */
	unsigned long long duration_ns;
	char comm[TASK_COMM_LEN];
	/* Only of starts; a longer path is cut. */
	char filename[MAX_FILENAME_LEN];
	bool exit_event;
};

#endif
