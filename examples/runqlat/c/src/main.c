/* Shows how long tasks wait for a CPU: a histogram each interval, so many times. */
#include <eunomia.h>
#include <eunomia/options.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "histogram.h"
#include "runqlat.skel.h"

static const char help[] = "Usage: runqlat [-h] [-P] [-L] [-p PID] [INTERVAL] [COUNT]\n"
			   "Show how long tasks wait for a CPU, as a histogram.\n"
			   "\n"
			   "\n"
			   "    -h, --help  show this help message and exit\n"
			   "    -P, --pids  a histogram for each process\n"
			   "    -L, --tids  a histogram for each thread\n"
			   "    -p, --pid=<int>  only this process\n"
			   "    INTERVAL  seconds between two prints; without it one print at the end\n"
			   "    COUNT  how many prints\n";

static const struct option options[] = {
	{ "help", no_argument, NULL, 'h' },
	{ "pids", no_argument, NULL, 'P' },
	{ "tids", no_argument, NULL, 'L' },
	{ "pid", required_argument, NULL, 'p' },
	{ 0 },
};

/* Without them, one print at the end: nobody waits longer than the first, nor counts further than the second. */
static int32_t interval = INT32_MAX, prints = INT32_MAX;

/* Sets the variables from the command line. 0, or 1 if help was printed, or 2 if it is wrong. */
static int parse(int argc, char **argv, struct runqlat_bpf__rodata *variables)
{
	int32_t *values[] = { &interval, &prints };
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":hPLp:", options, NULL)) != -1) {
		switch (option) {
		case 'h':
			eunomia_write(help, strlen(help));
			return 1;
		case 'P':
			variables->per_process = true;
			break;
		case 'L':
			variables->per_thread = true;
			break;
		case 'p':
			if (!eunomia_read_i32(optarg, INT32_MIN, INT32_MAX, &variables->pid_target))
				return EUNOMIA_USAGE;
			break;
		default:
			return eunomia_wrong_option(option, argv);
		}
	}
	for (size_t i = 0; optind < argc; i++, optind++) {
		if (i == sizeof(values) / sizeof(*values))
			return eunomia_unexpected_argument(argv[optind]);
		if (!eunomia_read_i32(argv[optind], 0, INT32_MAX, values[i]))
			return EUNOMIA_USAGE;
	}
	return 0;
}

struct entry {
	uint32_t key;
	struct runqlat_hist hist;
};

static int by_key(const void *left, const void *right)
{
	uint32_t one = ((const struct entry *)left)->key, other = ((const struct entry *)right)->key;

	return (one > other) - (one < other);
}

/* All entries in the order of their keys, to be freed; they are deleted, so that each interval starts from nothing. */
static int take(const struct bpf_map *map, struct entry **entries, size_t *count)
{
	struct eunomia_entries batch = { 0 };
	int err;

	*entries = NULL;
	*count = 0;
	while ((err = eunomia_map__take_batch(map, &batch, 1024)) > 0) {
		const struct runqlat_hist *hists = batch.values;
		const uint32_t *keys = batch.keys;
		struct entry *more = realloc(*entries, (*count + batch.count + 1) * sizeof(*more));

		if (!more) {
			eunomia_entries__free(&batch);
			return -ENOMEM;
		}
		*entries = more;
		for (uint32_t i = 0; i < batch.count; i++)
			more[(*count)++] = (struct entry){ keys[i], hists[i] };
	}
	if (*count)
		qsort(*entries, *count, sizeof(**entries), by_key);
	return err;
}

static int print(const struct runqlat_bpf *skel)
{
	struct entry *entries;
	size_t count;
	int err = take(skel->maps.hists, &entries, &count);

	for (size_t i = 0; !err && i < count; i++) {
		const struct runqlat_hist *hist = &entries[i].hist;
		const char *kind = skel->rodata->per_thread ? "tid" : "pid";

		eunomia_put_char('\n');
		if (skel->rodata->per_thread || skel->rodata->per_process)
			eunomia_printf("%s = %u %.*s\n", kind, (unsigned)entries[i].key, (int)sizeof(hist->comm), hist->comm);
		print_histogram(hist->slots, sizeof(hist->slots) / sizeof(*hist->slots), "usecs");
	}
	free(entries);
	return err;
}

static int trace(struct runqlat_bpf *skel)
{
	int err = runqlat_bpf__load(skel);
	bool goes_on = true;

	if (!err)
		err = runqlat_bpf__attach(skel);
	for (int32_t i = 0; !err && goes_on && i < prints; i++) {
		goes_on = eunomia_sleep((uint64_t)interval * EUNOMIA_SECOND);
		err = print(skel);
	}
	return err;
}

int main(int argc, char **argv)
{
	struct runqlat_bpf *skel = runqlat_bpf__open();
	int status, err;

	if (!skel) {
		eunomia_complain("runqlat");
		return 1;
	}
	status = parse(argc, argv, skel->rodata);
	if (status)
		return status == EUNOMIA_USAGE ? EUNOMIA_USAGE : 0;
	err = trace(skel);
	if (err)
		eunomia_complain("runqlat");
	runqlat_bpf__destroy(skel);
	return err != 0;
}
