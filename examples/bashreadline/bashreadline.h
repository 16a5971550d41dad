/* SPDX-License-Identifier: MIT OR BSD-2-Clause */
#ifndef BASHREADLINE_H
#define BASHREADLINE_H

#define LINE_LEN 160

/// A line was entered in a shell.
/// @export
struct event {
	int pid;
	unsigned int uid;
	/* A longer line is cut. */
	char line[LINE_LEN];
};

#endif
