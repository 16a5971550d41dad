/* SPDX-License-Identifier: MIT OR BSD-2-Clause */
#ifndef TWO_H
#define TWO_H

struct started {
	int pid;
	char comm[16];
};

struct ended {
	int pid;
	int code;
};

#endif
