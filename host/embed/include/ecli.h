/* SPDX-License-Identifier: MIT */
/*
 * Run eBPF tools inside another program: packages and components, as `ecli run` runs them, with their events going to a
 * function of yours. Link with libecli.so, or with libecli.a and -lm -lpthread -ldl.
 *
 * Text is UTF-8 and ends with a NUL. Any number of runs may go on at the same time, each in a thread of its own; a thread needs
 * a stack of 2 MiB or more, of which a tool may take one. From the first run on the library handles SIGSEGV, SIGBUS, SIGILL and
 * SIGFPE where a tool has caused them, and hands all others on to whoever handled them before.
 */
#ifndef ECLI_H
#define ECLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What runs tools. One serves a whole process. */
struct ecli;

struct ecli *ecli_new(void);

/* NULL is nothing to free, here and below. No run may be going on. */
void ecli_free(struct ecli *ecli);

/* A request to end, for one run or for several that begin and end together. */
struct ecli_stop;

/* NULL if the process has no file descriptor left. */
struct ecli_stop *ecli_stop_new(void);

/* Asks the runs that were given it to end in order: they deliver what lies in the buffers and detach. May be called from any
 * thread and from a signal handler, any number of times. It is never taken back. What a tool was given it prints first: a component
 * of one's own is stopped if it computes for ten seconds meanwhile, the tool that comes with this library is not. */
void ecli_stop_request(const struct ecli_stop *stop);

/* No run may be going on that was given it. */
void ecli_stop_free(struct ecli_stop *stop);

/* Takes what a tool writes: whole lines, a batch of events a call. `on_words` takes what it says as it says it: of the tool that
 * comes with this library whole lines, in pieces of at most 4096 bytes. It is called in the thread of the run. Returns 0, or
 * anything else to say that nobody reads any more. Of `on_output` that is a request to end, to all runs with the same `stop`; of
 * `on_words` it is passed to the tool, which may go on. */
typedef int (*ecli_write_fn)(void *context, const void *bytes, size_t size);

enum ecli_format {
	ECLI_TABLE,
	/* An object a line. */
	ECLI_JSON,
};

/* A run. Zeroes are the default of every member. */
struct ecli_run {
	/* A package (JSON or YAML) or a component (WebAssembly). */
	const void *bytes;
	size_t size;
	/* What the tool is called in its own words; NULL: "tool". */
	const char *name;
	/* The tool's arguments, without its name. */
	const char *const *arguments;
	size_t argument_count;
	enum ecli_format format;
	/* Ends after so many events, or nanoseconds; 0: it does not. */
	uint64_t count;
	uint64_t timeout_ns;
	/* Ends it from outside; may be NULL. */
	const struct ecli_stop *stop;
	/* Lets a component load BPF objects that it does not carry. */
	bool allow_undeclared_skeletons;
	/* Lets it have the names of addresses, of the kernel and of all processes: stack traces are shown with names. */
	bool allow_symbols;
	/* Where events and words go; NULL: the process's standard output and standard error. */
	ecli_write_fn on_output;
	ecli_write_fn on_words;
	void *context;
};

/* How a run ended. */
struct ecli_outcome {
	/* The tool's own status; 134 if it was stopped by a trap or a limit. */
	int exit_code;
	/* Records of buffers that the tool was given, that did not fit into a buffer, and that lay there at the end. `lost` is -1 where
	 * nobody counts. All are 0 if the tool never read events. */
	uint64_t delivered;
	/* Samples of maps that it was given. */
	uint64_t samples;
	int64_t lost;
	uint64_t unread;
	/* Why it was stopped, or why it never ran; NULL if there is nothing to say. */
	char *error;
};

/* Runs a tool to its end. Everything that it attached is detached when this returns. Returns 0 if it ran, however it ended, and
 * -1 if it did not: the bytes are nothing that can be run, or ask for what the host does not have. `outcome` is filled in both
 * cases, and is to be cleared. Needs what the tool needs: root, or the capabilities BPF and PERFMON. */
int ecli_run(struct ecli *ecli, const struct ecli_run *run, struct ecli_outcome *outcome);

/* Frees what an outcome holds. */
void ecli_outcome_clear(struct ecli_outcome *outcome);

#ifdef __cplusplus
}
#endif

#endif
