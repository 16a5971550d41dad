/* SPDX-License-Identifier: MIT */
/*
 * For tools that read their command line with getopt_long: numbers, and what is said on standard error of a command line that is wrong.
 * eunomia.h leaves it out, since tools with the default reader (eunomia/defaults.h) or with argp do without.
 *
 *	opterr = 0;
 *	while ((option = getopt_long(argc, argv, ":hp:", options, NULL)) != -1) {
 *		switch (option) {
 *		case 'p':
 *			if (!eunomia_read_i32(optarg, 0, INT32_MAX, &pid))
 *				return EUNOMIA_USAGE;
 *			break;
 *		default:
 *			return eunomia_wrong_option(option, argv);
 *		}
 *	}
 *	if (optind < argc)
 *		return eunomia_unexpected_argument(argv[optind]);
 */
#ifndef EUNOMIA_OPTIONS_H
#define EUNOMIA_OPTIONS_H

#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The exit status of a run whose command line is wrong. */
#define EUNOMIA_USAGE 2

/* Says that nothing takes this argument. EUNOMIA_USAGE. */
static inline int eunomia_unexpected_argument(const char *argument)
{
	fprintf(stderr, "error: unexpected argument \"%s\"\nhint: -h lists all options\n", argument);
	return EUNOMIA_USAGE;
}

/*
 * Says what getopt_long did not like. `got` is what it gave: '?', or ':' for an argument that is missing, which it tells apart where its
 * list of letters begins with a colon. With opterr other than 0 it speaks for itself too. EUNOMIA_USAGE.
 */
static inline int eunomia_wrong_option(int got, char **argv)
{
	const char *option = argv[optind - 1];
	char letter[] = { '-', (char)optopt, '\0' };
	/* A wrong letter may have others behind it: then getopt_long is still at its argument, and this is the one before. */
	bool is_letter = got == '?' && optopt && !strchr(option, '=');
	bool is_long = !is_letter && option[0] == '-' && option[1] == '-';

	fprintf(stderr, got == ':' ? "error: missing argument for option '%s'" : "error: invalid option '%s'",
		is_long ? option : letter);
	fprintf(stderr, "\nhint: -h lists all options\n");
	return EUNOMIA_USAGE;
}

/* Reads a whole number from `least` to `most`, both included. Of any other text it says so, gives false, and leaves `number` alone. */
static inline bool eunomia_read_i64(const char *text, int64_t least, int64_t most, int64_t *number)
{
	char *end;
	long long value;

	errno = 0;
	value = strtoll(text, &end, 10);
	if (*text && !*end && !errno && value >= least && value <= most) {
		*number = value;
		return true;
	}
	fprintf(stderr, "error: cannot parse argument \"%s\": ", text);
	if (!*text || *end)
		fprintf(stderr, "it is not a whole number");
	else
		fprintf(stderr, "it must be from %lld to %lld", (long long)least, (long long)most);
	fprintf(stderr, "\nhint: -h lists all options\n");
	return false;
}

/* As eunomia_read_i64, for an int. */
static inline bool eunomia_read_i32(const char *text, int32_t least, int32_t most, int32_t *number)
{
	int64_t value;

	if (!eunomia_read_i64(text, least, most, &value))
		return false;
	*number = (int32_t)value;
	return true;
}

#ifdef __cplusplus
}
#endif

#endif
