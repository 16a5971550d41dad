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
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Writes bytes at once, with one call. 0, -EPIPE if the reader has gone, -EIO. */
int eunomia_write(const void *bytes, size_t size);

/* Adds formatted text to the buffer. */
__attribute__((format(printf, 1, 2))) void eunomia_printf(const char *format, ...);

/* The buffer: for the functions here only. */
struct eunomia_output_buffer {
	char *bytes;
	size_t length, room;
	int failure; /* of a flush that it made by itself: told by the next one */
};
extern struct eunomia_output_buffer eunomia_output;
void eunomia_put_bytes(const void *bytes, size_t size);

/* Adds bytes to the buffer. */
static inline void eunomia_put(const void *bytes, size_t size)
{
	/* A few whose number is known to the compiler, a literal's, are stored right here: a call costs more. */
	if (__builtin_constant_p(size) && size <= 32 && size <= eunomia_output.room - eunomia_output.length) {
		memcpy(eunomia_output.bytes + eunomia_output.length, bytes, size);
		eunomia_output.length += size;
	} else {
		eunomia_put_bytes(bytes, size);
	}
}

/* Adds a character to the buffer. */
void eunomia_put_char(char character);

/*
 * Adds text to the buffer, padded with spaces to `width` characters: on the left, or on the right if `width` is negative, as printf's
 * %*s does. At most `most` bytes of it, or up to its NUL: an array of an event may lack one.
 */
void eunomia_put_text(const char *text, size_t most, int width);

/*
 * Adds text to the buffer as a string of JSON, in its quotes. What JSON does not have as it is, and control characters, are escaped; what
 * is not UTF-8 becomes U+FFFD: whatever a process calls itself, the line stays one. Like eunomia_put_text, at most `most` bytes.
 */
void eunomia_put_json(const char *text, size_t most);

/* Adds a number, padded as eunomia_put_text does. Many times as fast as printf. eunomia_put_hex is its %llx. */
void eunomia_put_u64(uint64_t number, int width);
void eunomia_put_i64(int64_t number, int width);
void eunomia_put_hex(uint64_t number, int width);

/* Writes what is in the buffer, with one call; nothing if it is empty. 0, -EPIPE, -EIO; the buffer is empty in any case. */
int eunomia_flush(void);

#ifdef __cplusplus
}
#endif

#endif
