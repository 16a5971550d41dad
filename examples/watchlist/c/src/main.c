/* Shows programs that are executed under certain names, and how many system calls they make: two BPF objects, one list. */
#include <eunomia.h>
#include <eunomia/options.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calls.skel.h"
#include "starts.skel.h"

static const char help[] = "Usage: watchlist [-h] [-i SECONDS] NAME...\n"
			   "Show programs that are executed under these names, and how many system calls they make.\n"
			   "\n"
			   "\n"
			   "    -h, --help  show this help message and exit\n"
			   "    -i, --interval=<int>  seconds between two tables of calls; without it one at the end\n"
			   "    NAME  as ps -o comm shows it: at most 15 characters\n";

static const struct option options[] = {
	{ "help", no_argument, NULL, 'h' },
	{ "interval", required_argument, NULL, 'i' },
	{ 0 },
};

/* Both objects. */
struct watch {
	struct starts_bpf *starts;
	struct calls_bpf *calls;
	/* As the maps have them, padded with zeros. */
	struct calls_name *names;
	uint32_t count;
	/* Seconds between two tables, 0 for one at the end. */
	int32_t interval;
};

/* 0, or 1 if help was printed, or 2 if the command line is wrong. */
static int parse(int argc, char **argv, struct watch *watch)
{
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":hi:", options, NULL)) != -1) {
		switch (option) {
		case 'h':
			eunomia_write(help, strlen(help));
			return 1;
		case 'i':
			if (!eunomia_read_i32(optarg, 0, INT32_MAX, &watch->interval))
				return EUNOMIA_USAGE;
			break;
		default:
			return eunomia_wrong_option(option, argv);
		}
	}
	if (optind == argc) {
		fprintf(stderr, "error: there is no name to watch\nhint: -h lists all options\n");
		return EUNOMIA_USAGE;
	}
	watch->names = calloc((size_t)(argc - optind), sizeof(*watch->names));
	if (!watch->names)
		return 1;
	for (; optind < argc; optind++) {
		struct calls_name *name = &watch->names[watch->count++];

		/* One byte less than there is room for: the kernel ends names with a NUL. */
		if (strlen(argv[optind]) >= sizeof(name->text)) {
			fprintf(stderr, "error: \"%s\" is longer than a process's name\nhint: -h lists all options\n",
				argv[optind]);
			return EUNOMIA_USAGE;
		}
		memcpy(name->text, argv[optind], strlen(argv[optind]));
	}
	return 0;
}

/* Writes the list into the maps of both objects, with one call each. */
static int fill(const struct watch *watch)
{
	const struct bpf_map *counts = watch->calls->maps.counts;
	/* Of all CPUs, all 0; what lies in the other map has no meaning, and is 0 as well. */
	void *zeros = calloc(watch->count, eunomia_map__num_cpus(counts) * eunomia_map__value_stride(counts));
	int err = zeros ? 0 : -ENOMEM;

	if (!err)
		err = eunomia_map__update_batch(counts, watch->names, zeros, watch->count, BPF_ANY);
	if (err >= 0)
		err = eunomia_map__update_batch(watch->starts->maps.watched, watch->names, zeros, watch->count, BPF_ANY);
	free(zeros);
	return err < 0 ? err : 0;
}

/* The sum over the CPUs, for each name in the order of the command line. */
static int print_calls(const struct watch *watch)
{
	const struct bpf_map *counts = watch->calls->maps.counts;
	uint32_t cpus = eunomia_map__num_cpus(counts);
	uint64_t *values = calloc(cpus, sizeof(*values));
	int err = values ? 0 : -ENOMEM;

	eunomia_printf("\n%-16s %s\n", "NAME", "CALLS");
	for (uint32_t i = 0; !err && i < watch->count; i++) {
		const struct calls_name *name = &watch->names[i];
		uint64_t sum = 0;

		err = bpf_map__lookup_elem(counts, name, sizeof(*name), values, cpus * sizeof(*values), 0);
		for (uint32_t cpu = 0; cpu < cpus; cpu++)
			sum += values[cpu];
		eunomia_put_text(name->text, sizeof(name->text), -16);
		eunomia_put_char(' ');
		eunomia_put_u64(sum, 0);
		eunomia_put_char('\n');
	}
	free(values);
	return err;
}

static void print_starts(const struct eunomia_batch *batch)
{
	struct eunomia_record record = { 0 };

	while (eunomia_batch__next(batch, &record)) {
		const struct starts_start *start = eunomia_record__as(&record, struct starts_start);

		if (!start)
			continue;
		eunomia_put_i64(start->pid, -7);
		eunomia_put_char(' ');
		eunomia_put_text(start->name.text, sizeof(start->name.text), -16);
		eunomia_put_char(' ');
		eunomia_put_text(start->path, sizeof(start->path), 0);
		eunomia_put_char('\n');
	}
}

/* Until the run should end: starts as they come, and a table each interval. */
static int show(const struct watch *watch, struct eunomia_events *events)
{
	uint64_t interval = (uint64_t)watch->interval * EUNOMIA_SECOND;
	uint64_t next = interval ? eunomia_now() + interval : EUNOMIA_FOREVER;
	struct eunomia_batch batch;
	int err;

	eunomia_printf("%-7s %-16s %s\n", "PID", "NAME", "PATH");
	for (;;) {
		err = interval ? eunomia_events__next_until(events, &batch, next) :
				 eunomia_events__next(events, &batch, EUNOMIA_FOREVER);
		if (err <= 0)
			return err ? err : print_calls(watch);
		print_starts(&batch);
		if (interval && eunomia_now() >= next) {
			err = print_calls(watch);
			if (err)
				return err;
			next += interval;
		}
	}
}

static int trace(struct watch *watch)
{
	struct eunomia_input inputs[] = { { .map = watch->starts->maps.starts } };
	struct eunomia_events *events = NULL;
	int err = starts_bpf__load(watch->starts);

	if (!err)
		err = calls_bpf__load(watch->calls);
	/* The list is there before anything looks into it, and the reader before anything writes. */
	if (!err)
		err = fill(watch);
	if (!err) {
		events = eunomia_events__open(inputs, 1);
		err = events ? 0 : -errno;
	}
	if (!err)
		err = starts_bpf__attach(watch->starts);
	if (!err)
		err = calls_bpf__attach(watch->calls);
	if (!err)
		err = show(watch, events);
	eunomia_events__close(events);
	return err;
}

int main(int argc, char **argv)
{
	struct watch watch = { 0 };
	int status = parse(argc, argv, &watch), err;

	if (status)
		return status == EUNOMIA_USAGE ? EUNOMIA_USAGE : 0;
	watch.starts = starts_bpf__open();
	watch.calls = calls_bpf__open();
	err = watch.starts && watch.calls ? trace(&watch) : -errno;
	if (err)
		eunomia_complain("watchlist");
	starts_bpf__destroy(watch.starts);
	calls_bpf__destroy(watch.calls);
	free(watch.names);
	return err != 0;
}
