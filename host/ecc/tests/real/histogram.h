/* SPDX-License-Identifier: GPL-2.0 */
#ifndef __HISTOGRAM_H
#define __HISTOGRAM_H

#define TASK_COMM_LEN	16
#define MAX_SLOTS	26

enum slot_unit { UNIT_US, UNIT_MS };

struct hist {
	__u32 slots[MAX_SLOTS];
	__u32 ns;
	char comm[TASK_COMM_LEN];
};

#endif /* __HISTOGRAM_H */
