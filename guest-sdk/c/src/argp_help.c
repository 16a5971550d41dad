/* What argp prints, laid out as GNU's does. */
#include <argp.h>
#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "argp_internal.h"

/* Columns: where the parts of an option's line begin. */
enum { SHORT = 2, NAME = 6, TEXT = 29, HEADER = 1, USAGE = 12 };

/* An option with its other names, and where it stands. */
struct entry {
	const struct argp_option *options;
	size_t count; /* of its names */
	int group;
	int order;
};

static bool is_shown(const struct argp_option *option)
{
	return !(option->flags & OPTION_HIDDEN);
}

static bool is_header(const struct entry *entry)
{
	return !entry->options->name && !entry->options->key;
}

/* 0, 1, … come before …, -2, -1. */
static int compare_groups(int one, int other)
{
	if (one < 0 && other >= 0)
		return 1;
	if (one >= 0 && other < 0)
		return -1;
	return one - other;
}

static int first_letter(const struct entry *entry)
{
	for (size_t i = 0; i < entry->count; i++)
		if (eunomia_argp_is_short(&entry->options[i]) && is_shown(&entry->options[i]))
			return entry->options[i].key;
	return 0;
}

static const char *first_name(const struct entry *entry)
{
	for (size_t i = 0; i < entry->count; i++)
		if (entry->options[i].name && is_shown(&entry->options[i]))
			return entry->options[i].name;
	return "";
}

/* By group, headers first, by letter without regard to its case, then the small one first. */
static int compare(const void *left, const void *right)
{
	const struct entry *one = left, *other = right;
	int groups = compare_groups(one->group, other->group);

	if (groups)
		return groups;
	if (is_header(one) != is_header(other))
		return is_header(one) ? -1 : 1;
	int doc = !!(one->options->flags & OPTION_DOC) - !!(other->options->flags & OPTION_DOC);
	if (doc)
		return doc;
	int letter = first_letter(one), other_letter = first_letter(other);
	if (!letter && !other_letter) {
		int names = strcasecmp(first_name(one), first_name(other));
		return names ? names : one->order - other->order;
	}
	letter = letter ? letter : *first_name(one);
	other_letter = other_letter ? other_letter : *first_name(other);
	int letters = tolower(letter) - tolower(other_letter);
	if (letters)
		return letters;
	return other_letter != letter ? other_letter - letter : one->order - other->order;
}

static size_t gather(struct entry *entries, size_t count, const struct argp_option *options, int group)
{
	for (const struct argp_option *option = options; option && !eunomia_argp_is_end(option); option++) {
		if (option->flags & OPTION_ALIAS && count) {
			entries[count - 1].count++;
			continue;
		}
		if (options == eunomia_argp_defaults && option->key == 'V' && !eunomia_argp_has_version())
			continue;
		bool begins_group = !option->name && !option->key;
		group = option->group ? option->group : group + begins_group;
		entries[count] = (struct entry){ option, 1, group, (int)count };
		count++;
	}
	return count;
}

/* All options, in the order of the help; to be freed. */
static struct entry *all_entries(const struct argp *argp, unsigned flags, size_t *count)
{
	size_t most = 4;

	for (const struct argp_option *option = argp->options; option && !eunomia_argp_is_end(option); option++)
		most++;
	struct entry *entries = calloc(most, sizeof(*entries));
	*count = 0;
	if (!entries)
		return NULL;
	*count = gather(entries, 0, argp->options, 0);
	if (!(flags & ARGP_NO_HELP))
		*count = gather(entries, *count, eunomia_argp_defaults, 0);
	qsort(entries, *count, sizeof(*entries), compare);
	return entries;
}

static void put_argument(struct page *page, const struct argp_option *option, const char *before)
{
	if (!option->arg)
		return;
	bool is_optional = option->flags & OPTION_ARG_OPTIONAL;

	argp_page_string(page, is_optional ? (*before == ' ' ? "[" : "[=") : before);
	argp_page_string(page, option->arg);
	if (is_optional)
		argp_page_string(page, "]");
}

/* The names of an option. True if it takes an argument that is shown with one of them only. */
static bool put_names(struct page *page, const struct entry *entry)
{
	bool has_name = false, is_first = true, is_short_alone = false;

	for (size_t i = 0; i < entry->count; i++)
		has_name |= entry->options[i].name && is_shown(&entry->options[i]);
	for (size_t i = 0; i < entry->count; i++) {
		const struct argp_option *option = &entry->options[i];

		if (!eunomia_argp_is_short(option) || !is_shown(option))
			continue;
		argp_page_string(page, is_first ? "" : ", ");
		argp_page_indent(page, SHORT);
		argp_page_bytes(page, (char[]){ '-', (char)option->key }, 2);
		if (!has_name)
			put_argument(page, entry->options, " ");
		is_short_alone |= has_name && entry->options->arg;
		is_first = false;
	}
	bool is_first_name = true;
	for (size_t i = 0; i < entry->count; i++) {
		const struct argp_option *option = &entry->options[i];

		if (!option->name || !is_shown(option))
			continue;
		argp_page_string(page, is_first ? "" : ", ");
		argp_page_indent(page, option->flags & OPTION_DOC ? SHORT : NAME);
		argp_page_string(page, option->flags & OPTION_DOC ? "" : "--");
		argp_page_string(page, option->name);
		if (is_first_name)
			put_argument(page, entry->options, "=");
		is_first = is_first_name = false;
	}
	return is_short_alone;
}

static void put_options(struct page *page, const struct entry *entries, size_t count)
{
	bool has_headers = false, has_note = false;

	for (size_t i = 0; i < count; i++) {
		const struct entry *entry = &entries[i];
		const char *doc = entry->options->doc ? entry->options->doc : "";

		if (!is_shown(entry->options) && !first_letter(entry) && !*first_name(entry))
			continue;
		if (is_header(entry)) {
			if (*doc) {
				argp_page_string(page, i ? "\n" : "");
				argp_page_indent(page, HEADER);
				argp_page_wrapped(page, doc, strlen(doc), HEADER);
				argp_page_string(page, "\n");
			}
			has_headers = true;
			continue;
		}
		if (has_headers && i && entries[i - 1].group != entry->group)
			argp_page_string(page, "\n");
		has_note |= put_names(page, entry);
		if (*doc) {
			argp_page_string(page, page->column > TEXT + 3 ? "\n" : page->column >= TEXT ? "   " : "");
			argp_page_indent(page, TEXT);
			argp_page_wrapped(page, doc, strlen(doc), TEXT);
		}
		argp_page_string(page, "\n");
	}
	if (has_note)
		argp_page_string(page, "\nMandatory or optional arguments to long options are also mandatory or optional\n"
				 "for any corresponding short options.\n");
}

/* A piece of the usage that is not broken. */
__attribute__((format(printf, 2, 3))) static void put_piece(struct page *page, const char *format, ...)
{
	char piece[256];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(piece, sizeof(piece), format, arguments);
	va_end(arguments);
	if (page->column + 1 + (int)strlen(piece) >= ARGP_PAGE_RIGHT) {
		argp_page_string(page, "\n");
		argp_page_indent(page, USAGE);
	} else {
		argp_page_string(page, " ");
	}
	argp_page_string(page, piece);
}

/* `[-abc] [-d VALUE] [--abc] [--def=VALUE]`. */
static void put_usage(struct page *page, const struct entry *entries, size_t count)
{
	char letters[UCHAR_MAX + 1];
	size_t number = 0;

	for (int step = 0; step < 3; step++) {
		for (size_t i = 0; i < count; i++) {
			const struct argp_option *real = entries[i].options;

			for (size_t j = 0; j < entries[i].count; j++) {
				const struct argp_option *option = &real[j];
				bool is_optional = real->flags & OPTION_ARG_OPTIONAL;

				if (!is_shown(option) || (option->flags | real->flags) & (OPTION_NO_USAGE | OPTION_DOC))
					continue;
				if (step == 0 && eunomia_argp_is_short(option) && !real->arg && number < UCHAR_MAX)
					letters[number++] = (char)option->key;
				if (step == 1 && eunomia_argp_is_short(option) && real->arg)
					put_piece(page, is_optional ? "[-%c[%s]]" : "[-%c %s]", option->key, real->arg);
				if (step == 2 && option->name && real->arg)
					put_piece(page, is_optional ? "[--%s[=%s]]" : "[--%s=%s]", option->name, real->arg);
				else if (step == 2 && option->name)
					put_piece(page, "[--%s]", option->name);
			}
		}
		if (step == 0 && number)
			put_piece(page, "[-%.*s]", (int)number, letters);
	}
}

static void put_usages(struct page *page, const struct argp *argp, unsigned flags, const char *name,
		       const struct entry *entries, size_t count)
{
	const char *line = argp->args_doc ? argp->args_doc : "";

	for (bool is_first = true;; is_first = false) {
		size_t length = strcspn(line, "\n");

		argp_page_string(page, is_first ? "Usage:" : "  or: ");
		put_piece(page, "%s", name);
		/* Only the first line has the options one by one. */
		if (!is_first || flags & ARGP_HELP_SHORT_USAGE)
			put_piece(page, "[OPTION...]");
		else
			put_usage(page, entries, count);
		if (length)
			put_piece(page, "%.*s", (int)length, line);
		argp_page_string(page, "\n");
		line += length;
		if (!*line++)
			return;
	}
}

static void print_page(const struct argp *argp, FILE *stream, unsigned parse_flags, unsigned flags, const char *name)
{
	struct page page = { stream, 0 };
	const char *doc = argp->doc ? argp->doc : "", *after = strchr(doc, '\v');
	size_t before = after ? (size_t)(after - doc) : strlen(doc), count;
	struct entry *entries = all_entries(argp, parse_flags, &count);
	bool is_empty = true;

	if (flags & (ARGP_HELP_USAGE | ARGP_HELP_SHORT_USAGE)) {
		put_usages(&page, argp, flags, name, entries, count);
		is_empty = false;
	}
	if (flags & ARGP_HELP_PRE_DOC && before) {
		argp_page_wrapped(&page, doc, before, 0);
		argp_page_string(&page, page.column ? "\n" : "");
		is_empty = false;
	}
	if (flags & ARGP_HELP_SEE) {
		fprintf(stream, "Try `%s --help' or `%s --usage' for more information.\n", name, name);
		is_empty = false;
	}
	if (flags & ARGP_HELP_LONG && count) {
		argp_page_string(&page, is_empty ? "" : "\n");
		put_options(&page, entries, count);
		is_empty = false;
	}
	if (flags & ARGP_HELP_POST_DOC && after && after[1]) {
		argp_page_string(&page, is_empty ? "" : "\n");
		argp_page_wrapped(&page, after + 1, strlen(after + 1), 0);
		argp_page_string(&page, page.column ? "\n" : "");
		is_empty = false;
	}
	if (flags & ARGP_HELP_BUG_ADDR && argp_program_bug_address)
		fprintf(stream, "%sReport bugs to %s.\n", is_empty ? "" : "\n", argp_program_bug_address);
	free(entries);
}

void argp_help(const struct argp *argp, FILE *stream, unsigned flags, char *name)
{
	print_page(argp, stream, 0, flags, name);
}

void argp_state_help(const struct argp_state *state, FILE *stream, unsigned flags)
{
	if (state && state->flags & ARGP_NO_ERRS)
		return;
	if (state)
		print_page(state->root_argp, stream, state->flags, flags, state->name);
	if (state && state->flags & ARGP_NO_EXIT)
		return;
	if (flags & ARGP_HELP_EXIT_ERR)
		exit(argp_err_exit_status);
	if (flags & ARGP_HELP_EXIT_OK)
		exit(0);
}

void argp_usage(const struct argp_state *state)
{
	argp_state_help(state, state ? state->err_stream : stderr, ARGP_HELP_STD_USAGE);
}

void argp_error(const struct argp_state *state, const char *format, ...)
{
	FILE *stream = state ? state->err_stream : stderr;
	va_list arguments;

	if (state && state->flags & ARGP_NO_ERRS)
		return;
	fprintf(stream, "%s: ", state ? state->name : "error");
	va_start(arguments, format);
	vfprintf(stream, format, arguments);
	va_end(arguments);
	fputc('\n', stream);
	argp_state_help(state, stream, ARGP_HELP_STD_ERR);
}

void argp_failure(const struct argp_state *state, int status, int errnum, const char *format, ...)
{
	FILE *stream = state ? state->err_stream : stderr;
	va_list arguments;

	if (!state || !(state->flags & ARGP_NO_ERRS)) {
		fprintf(stream, "%s", state ? state->name : "error");
		if (format) {
			fputs(": ", stream);
			va_start(arguments, format);
			vfprintf(stream, format, arguments);
			va_end(arguments);
		}
		if (errnum)
			fprintf(stream, ": %s", strerror(errnum));
		fputc('\n', stream);
	}
	if (status && !(state && state->flags & ARGP_NO_EXIT))
		exit(status);
}
