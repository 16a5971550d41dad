/* Shows each signal that is sent, by name if that is wanted. */
#include <eunomia.h>
#include <eunomia/options.h>
#include <stdio.h>
#include <string.h>

#include "sigsnoop.skel.h"
#include "signal_name.h"

static const char help[] = "Usage: sigsnoop [-h] [-x] [-k] [-n] [-p PID] [-s SIGNAL]\n"
			   "Trace standard and real-time signals.\n"
			   "\n"
			   "\n"
			   "    -h, --help  show this help message and exit\n"
			   "    -x, --failed  failed signals only\n"
			   "    -k, --killed  kill only\n"
			   "    -n, --name  signal names instead of numbers\n"
			   "    -p, --pid=<int>  target pid\n"
			   "    -s, --signal=<int>  target signal\n";

static const struct option options[] = {
	{ "help", no_argument, NULL, 'h' },   { "failed", no_argument, NULL, 'x' },
	{ "killed", no_argument, NULL, 'k' }, { "name", no_argument, NULL, 'n' },
	{ "pid", required_argument, NULL, 'p' }, { "signal", required_argument, NULL, 's' },
	{ 0 },
};

/* What has no variable in the BPF program. */
static bool names;

/* Sets the variables from the command line. 0, or 1 if help was printed, or 2 if it is wrong. */
static int parse(int argc, char **argv, struct sigsnoop_bpf__rodata *variables)
{
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":hxknp:s:", options, NULL)) != -1) {
		switch (option) {
		case 'h':
			eunomia_write(help, strlen(help));
			return 1;
		case 'x':
			variables->failed_only = true;
			break;
		case 'k':
			variables->kill_only = true;
			break;
		case 'n':
			names = true;
			break;
		case 'p':
			if (!eunomia_read_i32(optarg, INT32_MIN, INT32_MAX, &variables->filtered_pid))
				return EUNOMIA_USAGE;
			break;
		case 's':
			if (!eunomia_read_i32(optarg, INT32_MIN, INT32_MAX, &variables->target_signal))
				return EUNOMIA_USAGE;
			break;
		default:
			return eunomia_wrong_option(option, argv);
		}
	}
	return optind < argc ? eunomia_unexpected_argument(argv[optind]) : 0;
}

static void show(const struct sigsnoop_event *event, const char *clock)
{
	char name[SIGNAL_NAME_LEN];

	eunomia_put(clock, strlen(clock));
	eunomia_put_i64(event->pid, -7);
	eunomia_put_char(' ');
	eunomia_put_text(event->comm, sizeof(event->comm), -16);
	eunomia_put_char(' ');
	if (names && signal_name(event->sig, name))
		eunomia_put_text(name, sizeof(name), -9);
	else
		eunomia_put_i64(event->sig, -9);
	eunomia_put_char(' ');
	eunomia_put_i64(event->tpid, -7);
	eunomia_put_char(' ');
	eunomia_put_i64(event->ret, -6);
	eunomia_put_char('\n');
}

/* Until the run should end. */
static int show_all(struct eunomia_events *events)
{
	struct eunomia_batch batch;
	struct tm time;
	int err;

	eunomia_printf("%-8s %-7s %-16s %-9s %-7s %-6s\n", "TIME", "PID", "COMM", "SIG", "TPID", "RESULT");
	while ((err = eunomia_events__next(events, &batch, EUNOMIA_FOREVER)) > 0) {
		struct eunomia_record record = { 0 };
		char clock[16];

		strftime(clock, sizeof(clock), "%H:%M:%S ", eunomia_local_time(batch.time, &time));
		while (eunomia_batch__next(&batch, &record)) {
			const struct sigsnoop_event *event = eunomia_record__as(&record, struct sigsnoop_event);

			if (event)
				show(event, clock);
		}
	}
	return err;
}

static int trace(struct sigsnoop_bpf *skel)
{
	struct eunomia_input inputs[] = { { .map = skel->maps.events } };
	struct eunomia_events *events;
	int err = sigsnoop_bpf__load(skel);

	if (err)
		return err;
	/* The reader comes before anything is attached, so that nothing is lost between the two. */
	events = eunomia_events__open(inputs, 1);
	err = events ? sigsnoop_bpf__attach(skel) : -errno;
	if (!err)
		err = show_all(events);
	eunomia_events__close(events);
	return err;
}

int main(int argc, char **argv)
{
	struct sigsnoop_bpf *skel = sigsnoop_bpf__open();
	int status, err;

	if (!skel) {
		eunomia_complain("sigsnoop");
		return 1;
	}
	status = parse(argc, argv, skel->rodata);
	if (status)
		return status == EUNOMIA_USAGE ? EUNOMIA_USAGE : 0;
	err = trace(skel);
	if (err)
		eunomia_complain("sigsnoop");
	sigsnoop_bpf__destroy(skel);
	return err != 0;
}
