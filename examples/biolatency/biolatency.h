/* SPDX-License-Identifier: MIT OR BSD-2-Clause */
#ifndef BIOLATENCY_H
#define BIOLATENCY_H

#define DISK_NAME_LEN 32
#define MAX_SLOTS 27

/* What a histogram is about. */
struct hist_key {
	/* Empty unless there is a histogram for each disk. */
	char disk[DISK_NAME_LEN];
};

/// How long requests took: slot i counts those of 2^i to 2^(i+1)-1 microseconds, the last one all longer ones.
/// @export
struct hist {
	unsigned int slots[MAX_SLOTS];
};

#endif
