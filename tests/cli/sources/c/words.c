/* What an ordinary C program does, in a sandbox: one thing for each first argument. */
#include <errno.h>
#include <eunomia.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static void at_exit(void)
{
	printf("at exit\n");
}

static int options(int argc, char **argv)
{
	static const struct option options[] = {
		{ "all", no_argument, NULL, 'a' }, { "number", required_argument, NULL, 'n' }, { 0 }
	};
	int option;

	while ((option = getopt_long(argc, argv, "an:", options, NULL)) != -1) {
		switch (option) {
		case 'a':
			printf("all\n");
			break;
		case 'n':
			printf("number %d\n", atoi(optarg));
			break;
		default:
			return 2;
		}
	}
	for (; optind < argc; optind++)
		printf("rest %s\n", argv[optind]);
	return 0;
}

/* What is not granted is refused, as the C library says such things. */
static int files(void)
{
	FILE *file = fopen("/etc/hostname", "r");

	printf("fopen: %s\n", file ? "opened" : strerror(errno));
	printf("getenv: %s\n", getenv("HOME") ? "there" : "none");
	printf("write: %zd %s\n", write(7, "x", 1), strerror(errno));
	printf("time: %s\n", time(NULL) > 1700000000 ? "goes on" : "stands still");
	return 0;
}

static int formats(void)
{
	printf("[%5d|%-5s|%05.2f|%x|%lld|%c]\n", -42, "ab", 3.14159, 255u, 1234567890123ll, '!');
	eunomia_put_text("abcdefgh", 3, -5);
	eunomia_put_text("xy", 8, 4);
	eunomia_put_u64(18446744073709551615ull, 0);
	eunomia_put_char(' ');
	eunomia_put_i64(INT64_MIN, -22);
	eunomia_put_i64(-7, 4);
	eunomia_printf("|%s|%200s|\n", "formatted", "wide");
	/* Longer than the buffer is at first. */
	for (int i = 0; i < 2000; i++)
		eunomia_put_u64((uint64_t)i % 10, 0);
	eunomia_put("\n", 1);
	return eunomia_flush();
}

static int echo(void)
{
	char line[64];

	while (fgets(line, sizeof(line), stdin))
		printf("read %s", line);
	return 0;
}

static int local_time(void)
{
	struct tm time;
	char text[32];

	strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", eunomia_local_time(1700000000ull * EUNOMIA_SECOND, &time));
	printf("%s\n", text);
	return 0;
}

static volatile sig_atomic_t exiting;

static void handler(int signal)
{
	printf("signal %d\n", signal);
	exiting = 1;
}

/* As tools for libbpf wait for Ctrl-C. */
static int sleeps(void)
{
	signal(SIGINT, handler);
	printf("ready\n");
	fflush(stdout);
	while (!exiting)
		sleep(1000);
	printf("done\n");
	return 0;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (!strcmp(what, "options"))
		return options(argc - 1, argv + 1);
	if (!strcmp(what, "files"))
		return files();
	if (!strcmp(what, "formats"))
		return formats();
	if (!strcmp(what, "echo"))
		return echo();
	if (!strcmp(what, "time"))
		return local_time();
	if (!strcmp(what, "sleep"))
		return sleeps();
	if (!strcmp(what, "return"))
		return atoi(argv[2]);
	if (!strcmp(what, "exit")) {
		atexit(at_exit);
		printf("before");
		exit(atoi(argv[2]));
	}
	if (!strcmp(what, "code")) {
		eunomia_set_exit_code(7);
		return 0;
	}
	printf("hello %s %d\n", argv[0], argc);
	return 0;
}
