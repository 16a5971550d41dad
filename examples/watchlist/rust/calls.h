/* SPDX-License-Identifier: MIT OR BSD-2-Clause */
#ifndef CALLS_H
#define CALLS_H

#define TASK_COMM_LEN 16

/* What a process is called, padded with zeros: the key of the list. */
struct name {
	char text[TASK_COMM_LEN];
};

#endif
