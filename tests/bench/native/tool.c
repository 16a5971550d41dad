// SPDX-License-Identifier: MIT
// A native tool as people write them: libbpf, a callback for each event, printf into a full buffer.
//
//   TOOL [-j] [--flush] [--clock-each-second]
//
// -j                   JSON instead of a table
// --flush              flush after each poll that had events, as a tool does that somebody watches
// --clock-each-second  make the local time's text once a second; without it once an event, as tools usually do
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "object.h"
#include "tool.h"

/* glibc heeds a size only together with a buffer. */
static char output[64 * 1024];

static volatile sig_atomic_t stopped;
static bool clock_each_second;

static void stop(int signal)
{
	(void)signal;
	stopped = 1;
}

const char *clock_text(void)
{
	static char text[16];
	static time_t shown;
	time_t now = time(NULL);
	struct tm local;

	if (clock_each_second && now == shown)
		return text;
	shown = now;
	localtime_r(&now, &local);
	strftime(text, sizeof(text), "%H:%M:%S", &local);
	return text;
}

static struct bpf_object *load(void)
{
	LIBBPF_OPTS(bpf_object_open_opts, options, .object_name = tool_name);
	struct bpf_object *object = bpf_object__open_mem(object_start, object_end - object_start, &options);

	if (!object || bpf_object__load(object))
		return NULL;
	return object;
}

static int attach(struct bpf_object *object)
{
	struct bpf_program *program;

	bpf_object__for_each_program(program, object)
		if (!bpf_program__attach(program))
			return -1;
	return 0;
}

int main(int argc, char **argv)
{
	ring_buffer_sample_fn print = print_row;
	struct bpf_object *object;
	struct ring_buffer *ring;
	bool flush = false;
	int count;

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "-j"))
			print = print_json;
		else if (!strcmp(argv[i], "--flush"))
			flush = true;
		else if (!strcmp(argv[i], "--clock-each-second"))
			clock_each_second = true;
		else
			return 2;
	}
	signal(SIGINT, stop);
	signal(SIGTERM, stop);
	setvbuf(stdout, output, _IOFBF, sizeof(output));
	tzset();

	object = load();
	if (!object) {
		perror("load");
		return 1;
	}
	ring = ring_buffer__new(bpf_object__find_map_fd_by_name(object, "events"), print, NULL, NULL);
	if (!ring || attach(object)) {
		perror("attach");
		return 1;
	}
	if (print == print_row)
		puts(tool_header);
	while (!stopped) {
		count = ring_buffer__poll(ring, 100);
		if (count < 0 && count != -EINTR) {
			fprintf(stderr, "poll: %s\n", strerror(-count));
			return 1;
		}
		if (flush && count > 0)
			fflush(stdout);
	}
	ring_buffer__consume(ring);
	fflush(stdout);
	ring_buffer__free(ring);
	bpf_object__close(object);
	return 0;
}
