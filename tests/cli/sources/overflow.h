/* SPDX-License-Identifier: MIT OR BSD-2-Clause */
struct event {
	unsigned int number;
	char room[60];
};
