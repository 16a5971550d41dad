/* Reading command lines as GNU's argp does, over getopt_long. */
#include <argp.h>
#include <ctype.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "argp_internal.h"

/* Weak, because tools define them. */
__attribute__((weak)) const char *argp_program_version;
__attribute__((weak)) void (*argp_program_version_hook)(FILE *stream, struct argp_state *state);
__attribute__((weak)) const char *argp_program_bug_address;
/* EX_USAGE of sysexits.h. */
__attribute__((weak)) error_t argp_err_exit_status = 64;

/* Above all that a tool would choose. */
#define KEY_USAGE 0x2000000

const struct argp_option eunomia_argp_defaults[] = {
	{ "help", '?', NULL, 0, "Give this help list", -1 },
	{ "usage", KEY_USAGE, NULL, 0, "Give a short usage message", 0 },
	{ "version", 'V', NULL, 0, "Print program version", 0 },
	{ 0 },
};

bool eunomia_argp_is_end(const struct argp_option *option)
{
	return !option->name && !option->key && !option->doc && !option->group;
}

bool eunomia_argp_is_short(const struct argp_option *option)
{
	return !(option->flags & OPTION_DOC) && option->key > 0 && option->key <= UCHAR_MAX && isprint(option->key);
}

bool eunomia_argp_has_version(void)
{
	return argp_program_version || argp_program_version_hook;
}

/* What getopt_long gives for a long option: its place after this, for keys and letters to be told apart. */
#define LONG 0x1000

/* The options for getopt_long. */
struct table {
	char *letters;
	struct option *names;
	int *keys; /* of the names */
	size_t letter_count, name_count;
};

static size_t count_options(const struct argp_option *options)
{
	size_t number = 0;

	while (options && !eunomia_argp_is_end(&options[number]))
		number++;
	return number;
}

static void add_options(struct table *table, const struct argp_option *options)
{
	const struct argp_option *real = options;

	for (const struct argp_option *option = options; option && !eunomia_argp_is_end(option); option++) {
		if (!(option->flags & OPTION_ALIAS))
			real = option;
		if (option->flags & OPTION_DOC)
			continue;
		int argument = !real->arg			     ? no_argument :
			       real->flags & OPTION_ARG_OPTIONAL ? optional_argument :
								     required_argument;
		/* An option `?` cannot be told from getopt's complaint: that it is unknown is how it is found. */
		if (eunomia_argp_is_short(option) && option->key != '?') {
			table->letters[table->letter_count++] = (char)option->key;
			for (int colons = argument; colons > 0; colons--)
				table->letters[table->letter_count++] = ':';
		}
		if (option->name) {
			table->keys[table->name_count] = option->key ? option->key : real->key;
			table->names[table->name_count] = (struct option){
				.name = option->name,
				.has_arg = argument,
				.val = LONG + (int)table->name_count,
			};
			table->name_count++;
		}
	}
}

/* The tool's options first: some have a -V or a --help of their own. */
static bool fill_table(struct table *table, const struct argp_state *state)
{
	const struct argp_option *defaults = state->flags & ARGP_NO_HELP ? NULL : eunomia_argp_defaults;
	size_t number = count_options(state->root_argp->options) + count_options(defaults) + 1;

	table->letters = calloc(number, 3);
	table->names = calloc(number, sizeof(*table->names));
	table->keys = calloc(number, sizeof(*table->keys));
	if (!table->letters || !table->names || !table->keys)
		return false;
	if (state->flags & ARGP_IN_ORDER)
		table->letters[table->letter_count++] = '-';
	table->letters[table->letter_count++] = ':';
	add_options(table, state->root_argp->options);
	add_options(table, defaults);
	return true;
}

/* What getopt_long did not like, in GNU's words. */
static void complain_of(const struct argp_state *state, int got, const struct table *table)
{
	const char *at = state->argv[optind - 1];
	const char *name = optopt == 0 || optopt >= LONG ? at + 2 : NULL;
	size_t matches = 0;

	fprintf(state->err_stream, "%s: ", state->name);
	for (size_t i = 0; name && i < table->name_count; i++)
		matches += !strncmp(table->names[i].name, name, strcspn(name, "="));
	if (!name && got == ':')
		fprintf(state->err_stream, "option requires an argument -- '%c'\n", optopt);
	else if (!name)
		fprintf(state->err_stream, "invalid option -- '%c'\n", optopt);
	else if (got == ':')
		fprintf(state->err_stream, "option '--%s' requires an argument\n", table->names[optopt - LONG].name);
	else if (optopt)
		fprintf(state->err_stream, "option '--%s' doesn't allow an argument\n", table->names[optopt - LONG].name);
	else
		fprintf(state->err_stream, matches ? "option '%s' is ambiguous\n" : "unrecognized option '%s'\n", at);
}

/* The options that every program has. True if it was one. */
static bool handle_default(int key, struct argp_state *state)
{
	if (state->flags & ARGP_NO_HELP)
		return false;
	switch (key) {
	case '?':
		argp_state_help(state, state->out_stream, ARGP_HELP_STD_HELP);
		return true;
	case KEY_USAGE:
		argp_state_help(state, state->out_stream, ARGP_HELP_USAGE | ARGP_HELP_EXIT_OK);
		return true;
	case 'V':
		if (!eunomia_argp_has_version())
			return false;
		if (argp_program_version_hook)
			argp_program_version_hook(state->out_stream, state);
		else
			fprintf(state->out_stream, "%s\n", argp_program_version);
		if (!(state->flags & ARGP_NO_EXIT))
			exit(0);
		return true;
	default:
		return false;
	}
}

static error_t call_parser(struct argp_state *state, int key, char *argument)
{
	return state->root_argp->parser ? state->root_argp->parser(key, argument, state) : ARGP_ERR_UNKNOWN;
}

/* The parser need not know what it is told by the way. */
static error_t tell_parser(struct argp_state *state, int key)
{
	error_t err = call_parser(state, key, NULL);

	return err == ARGP_ERR_UNKNOWN ? 0 : err;
}

static error_t parse_option(struct argp_state *state, int key)
{
	error_t err = call_parser(state, key, optarg);

	if (err != ARGP_ERR_UNKNOWN)
		return err;
	if (handle_default(key, state))
		return 0;
	argp_error(state, "(PROGRAM ERROR) Option should have been recognized!?");
	return EINVAL;
}

/* An argument that is no option; state->next stands behind it. */
static error_t parse_argument(struct argp_state *state, char *argument)
{
	int place = state->next;
	error_t err = call_parser(state, ARGP_KEY_ARG, argument);

	if (err == ARGP_ERR_UNKNOWN) {
		state->next = place - 1;
		err = call_parser(state, ARGP_KEY_ARGS, NULL);
		if (!err && state->next == place - 1)
			state->next = state->argc;
	}
	if (!err)
		state->arg_num += (unsigned)(state->next - place + 1);
	return err;
}

static error_t parse_options(struct argp_state *state, const struct table *table)
{
	error_t err = 0;
	int got;

	opterr = 0;
	/* Has getopt begin anew: a second call in one program reads another list. */
	optind = 0;
	while (!err && (got = getopt_long(state->argc, state->argv, table->letters, table->names, NULL)) != -1) {
		state->next = optind;
		if (got == 1) {
			err = parse_argument(state, optarg);
			optind = state->next;
		} else if (got == ':' || (got == '?' && optopt != '?')) {
			if (!(state->flags & ARGP_NO_ERRS)) {
				complain_of(state, got, table);
				argp_state_help(state, state->err_stream, ARGP_HELP_STD_ERR);
			}
			err = EINVAL;
		} else {
			err = parse_option(state, got >= LONG ? table->keys[got - LONG] : got);
		}
	}
	state->next = optind;
	if (!err && optind > 1 && !strcmp(state->argv[optind - 1], "--"))
		state->quoted = optind;
	return err;
}

/* Everything that is no option, and that there is no more. What the parser does not take is left to a caller who asks how far it came. */
static error_t parse_arguments(struct argp_state *state, bool may_leave_some)
{
	error_t err = 0;

	while (!err && state->next < state->argc && !(state->flags & ARGP_NO_ARGS)) {
		int place = state->next++;

		err = parse_argument(state, state->argv[place]);
		if (err == ARGP_ERR_UNKNOWN)
			state->next = place;
	}
	if (err && err != ARGP_ERR_UNKNOWN)
		return err;
	if (state->next < state->argc) {
		if (may_leave_some)
			return 0;
		argp_error(state, "Too many arguments");
		return EINVAL;
	}
	err = state->arg_num ? 0 : tell_parser(state, ARGP_KEY_NO_ARGS);
	return err ? err : tell_parser(state, ARGP_KEY_END);
}

error_t argp_parse(const struct argp *argp, int argc, char **argv, unsigned flags, int *arg_index, void *input)
{
	const char *slash = argc > 0 ? strrchr(argv[0], '/') : NULL;
	struct argp_state state = {
		.root_argp = argp,
		.argc = argc,
		.argv = argv,
		.next = 1,
		.flags = flags,
		.input = input,
		.name = slash ? (char *)slash + 1 : argc > 0 ? argv[0] : (char *)"tool",
		.err_stream = stderr,
		.out_stream = stdout,
	};
	struct table table = { 0 };
	error_t err = argp->children || argp->help_filter ? EINVAL : fill_table(&table, &state) ? 0 : ENOMEM;

	if (!err)
		err = tell_parser(&state, ARGP_KEY_INIT);
	if (!err)
		err = parse_options(&state, &table);
	if (!err)
		err = parse_arguments(&state, arg_index != NULL);
	(void)call_parser(&state, err ? ARGP_KEY_ERROR : ARGP_KEY_SUCCESS, NULL);
	(void)call_parser(&state, ARGP_KEY_FINI, NULL);
	if (arg_index)
		*arg_index = state.next;
	free(table.letters);
	free(table.names);
	free(table.keys);
	return err;
}
