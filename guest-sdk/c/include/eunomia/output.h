/* SPDX-License-Identifier: MIT */
/*
 * Where data goes: the host's standard output.
 *
 * printf works, and is the choice for words. These functions are for events: they fill one buffer, which goes to the host with one
 * call at the end of each batch (eunomia_events__next and the polls of ring and perf buffers flush it before they wait, and so does
 * the end of the run). With printf, stdout is flushed at the same moments; use one of the two for lines whose order matters.
 *
 * A run that lost output and would end with 0 ends with 1 and the reason on standard error. A reader who has gone loses nothing.
 */
#ifndef EUNOMIA_OUTPUT_H
#define EUNOMIA_OUTPUT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Writes bytes at once, with one call. 0, -EPIPE if the reader has gone, -EIO. */
int eunomia_write(const void *bytes, size_t size);

/* Adds formatted text to the buffer. */
__attribute__((format(printf, 1, 2))) void eunomia_printf(const char *format, ...);

/* Adds bytes to the buffer. */
void eunomia_put(const void *bytes, size_t size);

/* Adds a character to the buffer. */
void eunomia_put_char(char character);

/*
 * Adds text to the buffer, padded with spaces to `width` characters: on the left, or on the right if `width` is negative, as printf's
 * %*s does. At most `most` bytes of it, or up to its NUL: an array of an event may lack one.
 */
void eunomia_put_text(const char *text, size_t most, int width);

/* Adds a number, padded as eunomia_put_text does. Several times as fast as printf. */
void eunomia_put_u64(uint64_t number, int width);
void eunomia_put_i64(int64_t number, int width);

/* Writes what is in the buffer, with one call; nothing if it is empty. 0, -EPIPE, -EIO; the buffer is empty in any case. */
int eunomia_flush(void);

#ifdef __cplusplus
}
#endif

#endif
