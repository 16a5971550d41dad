/* Shows which files processes open, and which they could not. */
#include <eunomia.h>
#include <eunomia/options.h>
#include <stdio.h>
#include <string.h>

#include "opensnoop.skel.h"

static const char help[] = "Usage: opensnoop [-h] [-x] [-U] [-p PID] [-t TID] [-u UID] [-n NAME]\n"
			   "Trace which files processes open.\n"
			   "\n"
			   "\n"
			   "    -h, --help  show this help message and exit\n"
			   "    -x, --failed  only calls that failed\n"
			   "    -U, --print-uid  show the user too\n"
			   "    -p, --pid=<int>  only this process\n"
			   "    -t, --tid=<int>  only this thread\n"
			   "    -u, --uid=<int>  only processes of this user\n"
			   "    -n, --name=<text>  only processes whose name has this in it\n";

static const struct option options[] = {
	{ "help", no_argument, NULL, 'h' },	 { "failed", no_argument, NULL, 'x' },
	{ "print-uid", no_argument, NULL, 'U' }, { "pid", required_argument, NULL, 'p' },
	{ "tid", required_argument, NULL, 't' }, { "uid", required_argument, NULL, 'u' },
	{ "name", required_argument, NULL, 'n' }, { 0 },
};

/* What has no variable in the BPF program: only user space knows how to choose by a part of a name. */
static bool print_uid;
static const char *name = "";

/* Sets the variables from the command line. 0, or 1 if help was printed, or 2 if it is wrong. */
static int parse(int argc, char **argv, struct opensnoop_bpf__rodata *variables)
{
	int option;
	int32_t uid;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":hxUp:t:u:n:", options, NULL)) != -1) {
		switch (option) {
		case 'h':
			eunomia_write(help, strlen(help));
			return 1;
		case 'x':
			variables->failed_only = true;
			break;
		case 'U':
			print_uid = true;
			break;
		case 'p':
			if (!eunomia_read_i32(optarg, INT32_MIN, INT32_MAX, &variables->pid_target))
				return EUNOMIA_USAGE;
			break;
		case 't':
			if (!eunomia_read_i32(optarg, INT32_MIN, INT32_MAX, &variables->tid_target))
				return EUNOMIA_USAGE;
			break;
		case 'u':
			if (!eunomia_read_i32(optarg, INT32_MIN, INT32_MAX, &uid))
				return EUNOMIA_USAGE;
			variables->uid_target = uid;
			break;
		case 'n':
			name = optarg;
			break;
		default:
			return eunomia_wrong_option(option, argv);
		}
	}
	return optind < argc ? eunomia_unexpected_argument(argv[optind]) : 0;
}

static void show(const struct opensnoop_event *event)
{
	char comm[sizeof(event->comm) + 1] = "";

	if (!strstr(strncpy(comm, event->comm, sizeof(event->comm)), name))
		return;
	if (print_uid) {
		eunomia_put_u64(event->uid, -7);
		eunomia_put_char(' ');
	}
	eunomia_put_i64(event->pid, -7);
	eunomia_put_char(' ');
	eunomia_put_text(event->comm, sizeof(event->comm), -16);
	eunomia_put_char(' ');
	eunomia_put_i64(event->ret < 0 ? -1 : event->ret, 3);
	eunomia_put_char(' ');
	eunomia_put_i64(event->ret < 0 ? -event->ret : 0, 3);
	eunomia_put_char(' ');
	eunomia_put_text(event->path, sizeof(event->path), 0);
	eunomia_put_char('\n');
}

/* Until the run should end. */
static int show_all(struct eunomia_events *events)
{
	struct eunomia_batch batch;
	int err;

	if (print_uid)
		eunomia_printf("%-7s ", "UID");
	eunomia_printf("%-7s %-16s %3s %3s %s\n", "PID", "COMM", "FD", "ERR", "PATH");
	while ((err = eunomia_events__next(events, &batch, EUNOMIA_FOREVER)) > 0) {
		struct eunomia_record record = { 0 };

		while (eunomia_batch__next(&batch, &record)) {
			const struct opensnoop_event *event = eunomia_record__as(&record, struct opensnoop_event);

			if (event)
				show(event);
		}
	}
	return err;
}

static int trace(struct opensnoop_bpf *skel)
{
	struct eunomia_input inputs[] = { { .map = skel->maps.events } };
	struct eunomia_events *events;
	int err = opensnoop_bpf__load(skel);

	if (err)
		return err;
	/* The reader comes before anything is attached, so that nothing is lost between the two. */
	events = eunomia_events__open(inputs, 1);
	err = events ? opensnoop_bpf__attach(skel) : -errno;
	if (!err)
		err = show_all(events);
	eunomia_events__close(events);
	return err;
}

int main(int argc, char **argv)
{
	struct opensnoop_bpf *skel = opensnoop_bpf__open();
	int status, err;

	if (!skel) {
		eunomia_complain("opensnoop");
		return 1;
	}
	status = parse(argc, argv, skel->rodata);
	if (status)
		return status == EUNOMIA_USAGE ? EUNOMIA_USAGE : 0;
	err = trace(skel);
	if (err)
		eunomia_complain("opensnoop");
	opensnoop_bpf__destroy(skel);
	return err != 0;
}
