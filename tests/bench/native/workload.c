// SPDX-License-Identifier: MIT
// Prints the workload's events, byte for byte as the default printer does.
#include <stdio.h>
#include "tool.h"
#include "workload.h"

const char *const tool_name = "workload";
const char *const tool_header = "TIME     DURATION_NS  PID     PPID    UID     EXIT_CODE  SEQUENCE  EXIT_EVENT  "
				"MONOTONIC_TIME_NS  COMM    FILENAME  ";

int print_row(void *context, void *data, size_t size)
{
	const struct event *e = data;

	(void)context, (void)size;
	printf("%s  %-11llu %-7u %-7u %-7u %-10d %-9u %-11s %-18llu %-7s %s\n", clock_text(), e->duration_ns, e->pid,
	       e->ppid, e->uid, e->exit_code, e->sequence, e->exit_event ? "true" : "false", e->monotonic_time_ns,
	       e->comm, e->filename);
	return 0;
}

int print_json(void *context, void *data, size_t size)
{
	const struct event *e = data;

	(void)context, (void)size;
	printf("{\"duration_ns\":%llu,\"pid\":%u,\"ppid\":%u,\"uid\":%u,\"exit_code\":%d,\"sequence\":%u,\"exit_event\":%s,"
	       "\"monotonic_time_ns\":%llu,\"comm\":\"%s\",\"filename\":\"%s\"}\n",
	       e->duration_ns, e->pid, e->ppid, e->uid, e->exit_code, e->sequence, e->exit_event ? "true" : "false",
	       e->monotonic_time_ns, e->comm, e->filename);
	return 0;
}
