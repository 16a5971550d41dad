/* SPDX-License-Identifier: MIT OR BSD-2-Clause */
#ifndef RUNQLAT_H
#define RUNQLAT_H

#define TASK_COMM_LEN 16
#define MAX_SLOTS 26

/// How long tasks have waited for a CPU: slot i counts waits of 2^i to 2^(i+1)-1 microseconds, the last one all longer ones.
/// @export
struct hist {
	char comm[TASK_COMM_LEN];
	unsigned int slots[MAX_SLOTS];
};

#endif
