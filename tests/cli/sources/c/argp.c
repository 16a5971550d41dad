/* A command line as libbpf-tools read theirs. What it prints is what it prints with GNU's C library. */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *argp_program_version = "opensnoop 0.1";
const char *argp_program_bug_address = "https://example.com/bugs";

static const char doc[] =
	"Trace open family syscalls\n\nUSAGE: opensnoop [-h] [-T] [-U] [-x] [-p PID] [-t TID] [-u UID] [-d DURATION] [-n NAME] "
	"[-e]\n\nEXAMPLES:\n    ./opensnoop           # trace all open() syscalls\n    ./opensnoop -p 181    # only trace PID "
	"181\vAfter the options.";

static const struct argp_option options[] = {
	{ "duration", 'd', "DURATION", 0, "Duration to trace", 0 },
	{ "extended-fields", 'e', NULL, 0, "Print extended fields", 0 },
	{ NULL, 'h', NULL, OPTION_HIDDEN, "Show the full help", 0 },
	{ "name", 'n', "NAME", 0, "Trace process names containing this", 0 },
	{ "timestamp", 'T', NULL, 0, "Print timestamp", 0 },
	{ "tid", 't', "TID", 0,
	  "Thread ID to trace. This is a rather long text that has to be broken over several lines of the help", 0 },
	{ "a-very-long-option-name-indeed", 1000, "VALUE", OPTION_ARG_OPTIONAL, "Takes something", 0 },
	{ NULL, 0, NULL, 0, "More of them:", 5 },
	{ "zebra", 'z', NULL, 0, "Striped", 0 },
	{ "zed", 0, NULL, OPTION_ALIAS, NULL, 0 },
	{ NULL, 'k', "NUM", 0, "no long one", 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case 'h':
		argp_state_help(state, stderr, ARGP_HELP_STD_HELP);
		break;
	case 'd':
		if (atoi(arg) <= 0) {
			fprintf(stderr, "Invalid duration: %s\n", arg);
			argp_usage(state);
		}
		printf("d=%s\n", arg);
		break;
	case 'e':
	case 'T':
	case 'z':
		printf("%c\n", key);
		break;
	case 'n':
	case 't':
	case 'k':
		printf("%c=%s\n", key, arg);
		break;
	case 1000:
		printf("long=%s\n", arg ? arg : "none");
		break;
	case ARGP_KEY_ARG:
		if (state->arg_num >= 2)
			return ARGP_ERR_UNKNOWN;
		if (!strcmp(arg, "bad"))
			argp_error(state, "%s is bad", arg);
		printf("arg %d %s\n", (int)state->arg_num, arg);
		break;
	case ARGP_KEY_NO_ARGS:
		printf("no args\n");
		break;
	case ARGP_KEY_END:
		printf("end\n");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

int main(int argc, char **argv)
{
	static const struct argp argp = { .options = options, .parser = parse, .doc = doc, .args_doc = "[INTERVAL]\nCOUNT" };
	int err = argp_parse(&argp, argc, argv, 0, NULL, NULL);

	printf("err %d\n", err);
	return 0;
}
