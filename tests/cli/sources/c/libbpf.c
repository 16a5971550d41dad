/* User space as it is written for libbpf: bootstrap's events through a ring buffer, until Ctrl-C. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "bootstrap.skel.h"

static volatile bool exiting = false;

static void sig_handler(int sig)
{
	(void)sig;
	exiting = true;
}

static int libbpf_print_fn(enum libbpf_print_level level, const char *format, va_list args)
{
	return level == LIBBPF_DEBUG ? 0 : vfprintf(stderr, format, args);
}

static int handle_event(void *ctx, void *data, size_t data_sz)
{
	const struct bootstrap_event *e = data;
	unsigned long *count = ctx;

	++*count;
	if (data_sz == sizeof(*e) && !e->exit_event)
		printf("%-5s %-16s %-7d %s\n", "EXEC", e->comm, e->pid, e->filename);
	return 0;
}

int main(int argc, char **argv)
{
	struct ring_buffer *rb = NULL;
	struct bootstrap_bpf *skel;
	unsigned long count = 0;
	int err;

	(void)argc;
	(void)argv;
	libbpf_set_print(libbpf_print_fn);
	signal(SIGINT, sig_handler);
	signal(SIGTERM, sig_handler);

	skel = bootstrap_bpf__open();
	if (!skel) {
		fprintf(stderr, "Failed to open BPF skeleton\n");
		return 1;
	}
	skel->rodata->min_duration_ns = 0;
	err = bootstrap_bpf__load(skel);
	if (err) {
		fprintf(stderr, "Failed to load BPF skeleton: %s\n", strerror(-err));
		goto cleanup;
	}
	err = bootstrap_bpf__attach(skel);
	if (err)
		goto cleanup;
	rb = ring_buffer__new(bpf_map__fd(skel->maps.events), handle_event, &count, NULL);
	if (!rb) {
		err = -1;
		goto cleanup;
	}
	printf("%-5s %-16s %-7s %s\n", "EVENT", "COMM", "PID", "FILENAME");
	while (!exiting) {
		err = ring_buffer__poll(rb, 100 /* timeout, ms */);
		if (err < 0 && err != -EINTR) {
			printf("Error polling ring buffer: %d\n", err);
			break;
		}
		err = 0;
	}
	printf("ends after %s events\n", count ? "some" : "no");

cleanup:
	ring_buffer__free(rb);
	bootstrap_bpf__destroy(skel);
	return err < 0 ? -err : 0;
}
