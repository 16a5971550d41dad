/* SPDX-License-Identifier: MIT */
#ifndef TOOL_H
#define TOOL_H

#include <stddef.h>

/* What a native tool is made of: tool.c loads, attaches, polls; the tool itself only prints. */

/* The tool's name, the first line of a table, and a callback of libbpf's ring buffer for each format. */
extern const char *const tool_name;
extern const char *const tool_header;
int print_row(void *context, void *data, size_t size);
int print_json(void *context, void *data, size_t size);

/* The local time as HH:MM:SS. */
const char *clock_text(void);

#endif
