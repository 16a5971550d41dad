/* SPDX-License-Identifier: MIT OR BSD-2-Clause */
#ifndef PROFILE_H
#define PROFILE_H

#define TASK_COMM_LEN 16
#define MAX_STACK_DEPTH 127

/// What a CPU was doing when it was looked at.
/// @export
struct event {
	int pid;
	int cpu_id;
	char comm[TASK_COMM_LEN];
	/* Sizes in bytes; negative or 0 if there is no such stack. */
	int kstack_sz;
	int ustack_sz;
	/* Addresses, the innermost function first. */
	unsigned long long kstack[MAX_STACK_DEPTH];
	unsigned long long ustack[MAX_STACK_DEPTH];
};

#endif
