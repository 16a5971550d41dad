/* The buffer in front of the host's standard output. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "eunomia.h"
#include "output_buffer.h"

/* A tool that never flushes is flushed here: memory has a limit. */
#define LARGEST (1u << 20)
#define SMALLEST 4096
/* Half of what a size can be, so that sums do not wrap. */
#define LARGEST_PIECE (1u << 30)

struct eunomia_output_buffer eunomia_output;

int eunomia_write(const void *bytes, size_t size)
{
	guest_list_u8_t list = { (uint8_t *)bytes, size };
	eunomia_bpf_output_error_t error;

	return eunomia_bpf_output_write(&list, &error) ? 0 : eunomia_output_failure(&error);
}

int eunomia_flush(void)
{
	size_t length = eunomia_output.length;
	int err = eunomia_output.failure;

	eunomia_output.length = 0;
	eunomia_output.failure = 0;
	return err || length == 0 ? err : eunomia_write(eunomia_output.bytes, length);
}

static const char no_room[] = "there was no memory for what was printed";

/* Why output was lost, the first time. */
static const char *lost;

void eunomia_lose_output(const char *why)
{
	if (!lost)
		lost = strdup(why) ?: no_room;
}

/* Not printf, which would make the smallest tool twice as large. */
static void say(const char *words)
{
	(void)!write(STDERR_FILENO, words, strlen(words));
}

int eunomia_end(int status)
{
	/* A tool that ends badly has its own words. */
	if (status || !lost)
		return status;
	say("error: ");
	say(lost);
	say("\n");
	return 1;
}

/* What is left when the tool ends. */
__attribute__((destructor)) static void flush_at_end(void)
{
	if (eunomia_flush() == -ENOMEM)
		eunomia_lose_output(no_room);
}

char *eunomia_output_grow(size_t size)
{
	if (size > LARGEST_PIECE) {
		eunomia_output.failure = -ENOMEM;
		return NULL;
	}
	if (eunomia_output.length > 0 && eunomia_output.length + size > LARGEST)
		eunomia_output.failure = eunomia_flush();
	if (eunomia_output.length + size > eunomia_output.room) {
		size_t room = eunomia_output.room ? eunomia_output.room : SMALLEST;
		while (room < eunomia_output.length + size)
			room *= 2;
		char *bytes = realloc(eunomia_output.bytes, room);
		if (!bytes) {
			eunomia_output.failure = -ENOMEM;
			return NULL;
		}
		eunomia_output.bytes = bytes;
		eunomia_output.room = room;
	}
	return eunomia_output.bytes + eunomia_output.length;
}

/* Pieces of fixed size are loads and stores; others are a call, or the instruction that leaves the sandbox. */
static inline void copy_4(char *to, const char *from)
{
	uint32_t word;

	memcpy(&word, from, sizeof(word));
	memcpy(to, &word, sizeof(word));
}

static inline void copy_8(char *to, const char *from)
{
	uint64_t word;

	memcpy(&word, from, sizeof(word));
	memcpy(to, &word, sizeof(word));
}

static inline void copy_16(char *to, const char *from)
{
	copy_8(to, from);
	copy_8(to + 8, from + 8);
}

/* What is longer than this is left to memcpy. */
#define SHORT_COPY 128

/* As memcpy, for the short pieces that most are. The last piece of a copy overlaps the one before it. */
static inline void copy(char *to, const char *from, size_t size)
{
	if (size > SHORT_COPY) {
		memcpy(to, from, size);
	} else if (size >= 16) {
		char *last = to + size - 16;
		const char *last_from = from + size - 16;

		for (; to < last; to += 16, from += 16)
			copy_16(to, from);
		copy_16(last, last_from);
	} else if (size >= 8) {
		copy_8(to, from);
		copy_8(to + size - 8, from + size - 8);
	} else if (size >= 4) {
		copy_4(to, from);
		copy_4(to + size - 4, from + size - 4);
	} else if (size) {
		to[0] = from[0];
		to[size / 2] = from[size / 2];
		to[size - 1] = from[size - 1];
	}
}

void eunomia_put_bytes(const void *bytes, size_t size)
{
	char *place = output_reserve(size);

	if (place) {
		copy(place, bytes, size);
		eunomia_output.length += size;
	}
}

void eunomia_put_char(char character)
{
	char *place = output_reserve(1);

	if (place) {
		*place = character;
		eunomia_output.length++;
	}
}

static void put_spaces(size_t count)
{
	static const char spaces[] = "                                ";
	const size_t most = sizeof(spaces) - 1;

	for (; count > most; count -= most)
		eunomia_put_bytes(spaces, most);
	eunomia_put_bytes(spaces, count);
}

void eunomia_put_padded(const char *text, size_t length, int width)
{
	size_t wanted = (size_t)(width < 0 ? -(long)width : width);
	size_t spaces = wanted > length ? wanted - length : 0;

	if (width > 0)
		put_spaces(spaces);
	eunomia_put_bytes(text, length);
	if (width < 0)
		put_spaces(spaces);
}

void eunomia_printf(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	char *place = output_reserve(128);
	int length = place ? vsnprintf(place, eunomia_output.room - eunomia_output.length, format, arguments) : -1;
	va_end(arguments);
	if (length < 0)
		return;
	if ((size_t)length >= eunomia_output.room - eunomia_output.length) {
		/* It did not fit, with its NUL: once more with room for it. */
		place = output_reserve((size_t)length + 1);
		if (!place)
			return;
		va_start(arguments, format);
		vsnprintf(place, (size_t)length + 1, format, arguments);
		va_end(arguments);
	}
	eunomia_output.length += (size_t)length;
}

int eunomia_before_wait(void)
{
	/* stdout remembers its own failures, for whoever asks with ferror. */
	fflush(stdout);
	return eunomia_flush();
}
