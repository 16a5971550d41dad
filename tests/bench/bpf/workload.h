/* SPDX-License-Identifier: GPL-2.0 OR MIT */
#ifndef WORKLOAD_H
#define WORKLOAD_H

#define COMM_LEN 16
#define FILENAME_LEN 32

/* The begin of a thread name that is an order to the workload; the next byte is '0' plus how many events it makes.
 * With none it only answers how many bytes lie in the ring. */
#define ORDER "ev!#"
#define ORDER_LEN 4
#define MOST_EVENTS 16

/* What a process tracer sends: numbers, a flag, times, a name, a path. 88 bytes, 96 with the ring's header.
 *
 * No value but the last two outgrows its column in a table, so that printf's padding gives the very same line. */
struct event {
	unsigned long long duration_ns;
	unsigned int pid;
	unsigned int ppid;
	unsigned int uid;
	int exit_code;
	unsigned int sequence;
	_Bool exit_event;
	unsigned long long monotonic_time_ns;
	char comm[COMM_LEN];
	char filename[FILENAME_LEN];
};

#endif
