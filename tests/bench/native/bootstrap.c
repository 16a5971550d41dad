// SPDX-License-Identifier: MIT
// Prints the events of examples/bootstrap.
#include <stdbool.h>
#include <stdio.h>
#include "bootstrap.h"
#include "tool.h"

const char *const tool_name = "bootstrap";
const char *const tool_header = "TIME     PID     PPID    EXIT_CODE  DURATION_NS  COMM    FILENAME  EXIT_EVENT  ";

int print_row(void *context, void *data, size_t size)
{
	const struct event *e = data;

	(void)context, (void)size;
	printf("%s  %-6d %-7d %-10u %-12llu %-7s %-9s %s\n", clock_text(), e->pid, e->ppid, e->exit_code, e->duration_ns,
	       e->comm, e->filename, e->exit_event ? "true" : "false");
	return 0;
}

int print_json(void *context, void *data, size_t size)
{
	const struct event *e = data;

	(void)context, (void)size;
	printf("{\"pid\":%d,\"ppid\":%d,\"exit_code\":%u,\"duration_ns\":%llu,\"comm\":\"%s\",\"filename\":\"%s\",\"exit_event\":%s}\n",
	       e->pid, e->ppid, e->exit_code, e->duration_ns, e->comm, e->filename, e->exit_event ? "true" : "false");
	return 0;
}
