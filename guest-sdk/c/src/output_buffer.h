/* The buffer in front of the host's standard output, for the sources that fill it. */
#ifndef EUNOMIA_OUTPUT_BUFFER_H
#define EUNOMIA_OUTPUT_BUFFER_H

#include "internal.h"

/* As output_reserve, where there is no room. */
char *eunomia_output_grow(size_t size);

/* Room for `size` bytes at the end; NULL if there is no memory. */
static inline char *output_reserve(size_t size)
{
	if (size <= eunomia_output.room - eunomia_output.length)
		return eunomia_output.bytes + eunomia_output.length;
	return eunomia_output_grow(size);
}

/* Adds text with spaces on one side, to `width` characters. */
void eunomia_put_padded(const char *text, size_t length, int width);

#endif
