/* SPDX-License-Identifier: MIT */
/*
 * The reader of command lines that GNU's C library has and WASI's lacks: as much of it as tools use. What it prints is laid out as
 * there. `children` and `help_filter` of struct argp must be NULL, and texts are not translated.
 */
#ifndef ARGP_H
#define ARGP_H

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifndef __error_t_defined
#define __error_t_defined 1
typedef int error_t;
#endif

/* An option. The list ends with one that is all 0. One with neither a name nor a key is a header above those after it. */
struct argp_option {
	const char *name; /* the long option, without dashes */
	int key;	  /* what the parser is given; a letter is a short option too */
	const char *arg;  /* what its argument is called; NULL if it takes none */
	int flags;
	const char *doc;
	int group; /* where it stands in the help: 0, 1, …, then -2, -1; 0 is that of the option before */
};

#define OPTION_ARG_OPTIONAL 0x1
#define OPTION_HIDDEN 0x2
#define OPTION_ALIAS 0x4    /* another name of the option before */
#define OPTION_DOC 0x8	    /* a line of the help, no option */
#define OPTION_NO_USAGE 0x10 /* only in the long help */

struct argp;
struct argp_state;

/* Called for each option with its key, and for what is below. 0, ARGP_ERR_UNKNOWN, or an errno that ends the parsing. */
typedef error_t (*argp_parser_t)(int key, char *arg, struct argp_state *state);

#define ARGP_ERR_UNKNOWN E2BIG

#define ARGP_KEY_ARG 0		   /* an argument that is no option */
#define ARGP_KEY_ARGS 0x1000006    /* the same, and all after it: state->argv + state->next */
#define ARGP_KEY_END 0x1000001	   /* there are no more */
#define ARGP_KEY_NO_ARGS 0x1000002 /* there was no argument that is no option */
#define ARGP_KEY_INIT 0x1000003	   /* before everything else */
#define ARGP_KEY_FINI 0x1000007	   /* after everything else */
#define ARGP_KEY_SUCCESS 0x1000004
#define ARGP_KEY_ERROR 0x1000005

struct argp {
	const struct argp_option *options;
	argp_parser_t parser;
	const char *args_doc; /* what else the usage shows, a line for each way to call it */
	const char *doc;      /* before the options; after a \v what comes after them */
	const void *children;
	void *help_filter;
	const char *argp_domain;
};

struct argp_state {
	const struct argp *root_argp;
	int argc;
	char **argv;
	int next; /* of argv: the argument after this one */
	unsigned flags;
	unsigned arg_num; /* of those that are no options */
	int quoted;	  /* of argv: the first after `--`, 0 if there was none */
	void *input;
	void **child_inputs;
	void *hook;
	char *name; /* of the program, for messages */
	FILE *err_stream, *out_stream;
	void *pstate;
};

#define ARGP_NO_ERRS 0x02     /* say nothing, return an error */
#define ARGP_NO_ARGS 0x04     /* leave what is no option to the caller */
#define ARGP_IN_ORDER 0x08    /* give arguments in their order between options */
#define ARGP_NO_HELP 0x10     /* no --help, --usage, --version */
#define ARGP_NO_EXIT 0x20     /* do not end the program */
#define ARGP_SILENT (ARGP_NO_EXIT | ARGP_NO_ERRS | ARGP_NO_HELP)

/* What --version prints; without it there is no such option. */
extern const char *argp_program_version;
/* In its place, if it is set. */
extern void (*argp_program_version_hook)(FILE *stream, struct argp_state *state);
/* Where the help says that bugs are reported. */
extern const char *argp_program_bug_address;
/* The exit status for command lines that are wrong: 64. */
extern error_t argp_err_exit_status;

/* Reads a command line. 0, or an errno; `arg_index` gets the first argument that was not read. */
error_t argp_parse(const struct argp *argp, int argc, char **argv, unsigned flags, int *arg_index, void *input);

#define ARGP_HELP_USAGE 0x01	   /* Usage: with all options */
#define ARGP_HELP_SHORT_USAGE 0x02 /* Usage: with [OPTION...] */
#define ARGP_HELP_SEE 0x04	   /* Try … for more */
#define ARGP_HELP_LONG 0x08	   /* a line an option */
#define ARGP_HELP_PRE_DOC 0x10
#define ARGP_HELP_POST_DOC 0x20
#define ARGP_HELP_DOC (ARGP_HELP_PRE_DOC | ARGP_HELP_POST_DOC)
#define ARGP_HELP_BUG_ADDR 0x40
#define ARGP_HELP_EXIT_ERR 0x100
#define ARGP_HELP_EXIT_OK 0x200
#define ARGP_HELP_STD_ERR (ARGP_HELP_SEE | ARGP_HELP_EXIT_ERR)
#define ARGP_HELP_STD_USAGE (ARGP_HELP_SHORT_USAGE | ARGP_HELP_SEE | ARGP_HELP_EXIT_ERR)
#define ARGP_HELP_STD_HELP \
	(ARGP_HELP_SHORT_USAGE | ARGP_HELP_LONG | ARGP_HELP_EXIT_OK | ARGP_HELP_DOC | ARGP_HELP_BUG_ADDR)

/* Prints what `flags` say; ends the program for ARGP_HELP_EXIT_*, unless it was parsed with ARGP_NO_EXIT. */
void argp_help(const struct argp *argp, FILE *stream, unsigned flags, char *name);
void argp_state_help(const struct argp_state *state, FILE *stream, unsigned flags);

/* Prints how it is called, and ends the program. */
void argp_usage(const struct argp_state *state);

/* Prints what is wrong and where there is help, and ends the program. */
__attribute__((format(printf, 2, 3))) void argp_error(const struct argp_state *state, const char *format, ...);

/* Prints what went wrong, with strerror(errnum) if that is not 0, and ends the program with `status` if that is not 0. */
__attribute__((format(printf, 4, 5))) void argp_failure(const struct argp_state *state, int status, int errnum,
							const char *format, ...);

#ifdef __cplusplus
}
#endif

#endif
