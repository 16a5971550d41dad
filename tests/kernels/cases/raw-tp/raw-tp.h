/* SPDX-License-Identifier: MIT OR BSD-2-Clause */
/// A process has executed a program.
/// @export
struct event {
	int pid;
	char comm[16];
	char filename[128];
};
