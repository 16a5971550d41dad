/* Text in columns, for argp. */
#include <ctype.h>
#include <string.h>

#include "argp_internal.h"

void argp_page_bytes(struct page *page, const char *text, size_t length)
{
	fwrite(text, 1, length, page->stream);
	for (size_t i = 0; i < length; i++)
		page->column = text[i] == '\n' ? 0 : page->column + 1;
}

void argp_page_string(struct page *page, const char *text)
{
	argp_page_bytes(page, text, strlen(text));
}

void argp_page_indent(struct page *page, int column)
{
	while (page->column < column)
		argp_page_bytes(page, " ", 1);
}

void argp_page_wrapped(struct page *page, const char *text, size_t length, int left)
{
	while (length) {
		const char *newline = memchr(text, '\n', length);
		size_t line = newline ? (size_t)(newline - text) : length, rest = line;

		while (page->column + (int)rest > ARGP_PAGE_RIGHT) {
			size_t fits = ARGP_PAGE_RIGHT > page->column ? (size_t)(ARGP_PAGE_RIGHT - page->column) : 0, end = fits;

			while (end > 0 && !isblank((unsigned char)text[end]))
				end--;
			/* A word that is longer than a line stands out. */
			if (end == 0 && (end = strcspn(text, " \t\n")) >= rest)
				break;
			argp_page_bytes(page, text, end);
			argp_page_bytes(page, "\n", 1);
			while (end < rest && isblank((unsigned char)text[end]))
				end++;
			text += end;
			rest -= end;
			length -= end;
			argp_page_indent(page, left);
		}
		argp_page_bytes(page, text, rest);
		text += rest;
		length -= rest;
		if (length) {
			argp_page_bytes(page, "\n", 1);
			text++;
			length--;
			if (length)
				argp_page_indent(page, left);
		}
	}
}
