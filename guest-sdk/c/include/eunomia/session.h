/* SPDX-License-Identifier: MIT */
/* What the host hands to this run, and what the run hands back. */
#ifndef EUNOMIA_SESSION_H
#define EUNOMIA_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How the user wants to see events. */
enum eunomia_output_format {
	EUNOMIA_TABLE,
	EUNOMIA_JSON,        /* one object a line */
	EUNOMIA_JSON_PRETTY, /* one object over several lines */
	EUNOMIA_CSV,
	EUNOMIA_RAW, /* the records' bytes, each after its length as a little-endian u32 */
	EUNOMIA_YAML,
	EUNOMIA_FOLDED, /* stacks for flame graphs, as text */
	EUNOMIA_SVG,    /* a flame graph */
};

struct eunomia_output_options {
	enum eunomia_output_format format;
	bool header;        /* whether a table may begin with a header line */
	bool color;         /* whether colours are welcome */
	int32_t utc_offset; /* what to add to UTC for local time, in seconds */
	uint32_t width;     /* columns of the terminal, 0 if the output is not a terminal */
	const char *const *fields; /* the members to show, in this order */
	size_t field_count;        /* of these; 0 for all members */
	const char *filter;        /* which records to show, in the words of the printer; NULL for all */
	const char *sort;          /* the member to sort by; NULL for none */
	uint32_t top;              /* how many of each sample, or of each interval, to show; 0 for all */
	uint64_t max_rows;         /* the most rows to show in all; 0 for all */
	uint64_t interval;         /* how often to sample, in nanoseconds; 0 for what the package says */
	bool per_cpu;              /* whether to show each CPU's value of a per-CPU map */
};

/* The user's wishes: the same for the whole run, and so are the texts in them. */
struct eunomia_output_options eunomia_output_options(void);

/*
 * Whether the run should end: the user pressed Ctrl-C, the time or the number of events that was asked for is reached, or whoever
 * read the output has gone. Once true it stays true.
 *
 * Whoever reads events need not ask: eunomia_events__next gives 0 then, ring_buffer__poll gives -EINTR. Both also call the
 * handler that signal(SIGINT, …) or signal(SIGTERM, …) was given, as does a sleep, once: loops of the form `while (!exiting)` end.
 */
bool eunomia_stop_requested(void);

/* The exit status of the run, in place of what main returns if that is 0. */
void eunomia_set_exit_code(uint8_t code);

/* The local time of a batch or of now: localtime_r knows no time zone here. Gives `result`. */
struct tm *eunomia_local_time(uint64_t nanoseconds_since_1970, struct tm *result);

/* Nanoseconds of a clock that only goes forward, for deadlines. */
uint64_t eunomia_now(void);

/*
 * Waits, in nanoseconds. True if the time is up, false if the run should end. What was printed is written before it waits.
 * It asks for no clock, where sleep() does.
 */
bool eunomia_sleep(uint64_t nanoseconds);

#define EUNOMIA_MILLISECOND 1000000ull
#define EUNOMIA_SECOND 1000000000ull

#ifdef __cplusplus
}
#endif

#endif
