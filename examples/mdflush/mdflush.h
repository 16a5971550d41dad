/* SPDX-License-Identifier: MIT OR BSD-2-Clause */
#ifndef MDFLUSH_H
#define MDFLUSH_H

#define TASK_COMM_LEN 16
#define DISK_NAME_LEN 32

/// A flush request reaches a RAID device of the kernel's md driver.
/// @export
struct event {
	/* Who runs at that moment; for what a file system writes back, a kernel thread. */
	int pid;
	char comm[TASK_COMM_LEN];
	/* Such as md0. */
	char disk[DISK_NAME_LEN];
};

#endif
