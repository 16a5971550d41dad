/* Numbers on the command line, and what is said of a command line that is wrong. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* The status of a run whose command line is wrong. */
#define USAGE 2

static inline int unexpected_argument(const char *argument)
{
	fprintf(stderr, "error: unexpected argument \"%s\"\nhint: -h lists all options\n", argument);
	return USAGE;
}

/* What getopt_long did not like: '?' or ':'. */
static inline int wrong_option(int got, char **argv)
{
	const char *option = argv[optind - 1];
	bool is_long = option[0] == '-' && option[1] == '-';
	char letter[] = { '-', (char)optopt, '\0' };

	fprintf(stderr, got == ':' ? "error: missing argument for option '%s'" : "error: invalid option '%s'",
		is_long ? option : letter);
	fprintf(stderr, "\nhint: -h lists all options\n");
	return USAGE;
}

/* A whole number that fits. */
static inline bool read_number(const char *text, int32_t *number)
{
	char *end;
	long long value;

	errno = 0;
	value = strtoll(text, &end, 10);
	if (!errno && *text && !*end && value >= INT32_MIN && value <= INT32_MAX) {
		*number = (int32_t)value;
		return true;
	}
	fprintf(stderr, "error: cannot parse argument \"%s\": not a number that fits\nhint: -h lists all options\n", text);
	return false;
}

/* The same, and not below 0. */
static inline bool read_natural(const char *text, int32_t *number)
{
	if (!read_number(text, number))
		return false;
	if (*number >= 0)
		return true;
	fprintf(stderr, "error: cannot parse argument \"%s\": below 0\nhint: -h lists all options\n", text);
	return false;
}

#endif
