/* Powers of two as bars. */
#ifndef HISTOGRAM_H
#define HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

/* A line for each slot up to the last one that counts something. Slot i counts from 2^i to 2^(i+1)-1, the first from 0. */
void print_histogram(const uint32_t *slots, size_t count, const char *unit);

#endif
