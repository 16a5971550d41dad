/* What the parts of argp share. */
#ifndef EUNOMIA_ARGP_INTERNAL_H
#define EUNOMIA_ARGP_INTERNAL_H

#include <argp.h>
#include <stdbool.h>

/* --help, --usage, --version: the last one only if there is a version to print. */
extern const struct argp_option eunomia_argp_defaults[];

bool eunomia_argp_is_end(const struct argp_option *option);

/* Whether its key is a letter that is typed after one dash. */
bool eunomia_argp_is_short(const struct argp_option *option);

bool eunomia_argp_has_version(void);

/* Where lines end. */
#define ARGP_PAGE_RIGHT 79

/* A stream that knows its column. */
struct page {
	FILE *stream;
	int column;
};

void argp_page_bytes(struct page *page, const char *text, size_t length);
void argp_page_string(struct page *page, const char *text);

/* Spaces up to a column. */
void argp_page_indent(struct page *page, int column);

/* Text whose lines are broken between words; each further line begins at `left`. */
void argp_page_wrapped(struct page *page, const char *text, size_t length, int left);

#endif
