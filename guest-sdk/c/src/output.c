/* The buffer in front of the host's standard output. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "eunomia.h"
#include "internal.h"

/* A tool that never flushes is flushed here: memory has a limit. */
#define LARGEST (1u << 20)
#define SMALLEST 4096
/* Half of what a size can be, so that sums do not wrap. */
#define LARGEST_PIECE (1u << 30)

static struct {
	char *bytes;
	size_t length, room;
	int failure; /* of a flush that the buffer made by itself: told by the next one */
} output;

int eunomia_write(const void *bytes, size_t size)
{
	guest_list_u8_t list = { (uint8_t *)bytes, size };
	eunomia_bpf_output_error_t error;

	return eunomia_bpf_output_write(&list, &error) ? 0 : eunomia_output_failure(&error);
}

int eunomia_flush(void)
{
	size_t length = output.length;
	int err = output.failure;

	output.length = 0;
	output.failure = 0;
	return err || length == 0 ? err : eunomia_write(output.bytes, length);
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

/* Room for `size` bytes at the end; NULL if there is no memory. */
static char *reserve(size_t size)
{
	if (size > LARGEST_PIECE) {
		output.failure = -ENOMEM;
		return NULL;
	}
	if (output.length > 0 && output.length + size > LARGEST)
		output.failure = eunomia_flush();
	if (output.length + size > output.room) {
		size_t room = output.room ? output.room : SMALLEST;
		while (room < output.length + size)
			room *= 2;
		char *bytes = realloc(output.bytes, room);
		if (!bytes) {
			output.failure = -ENOMEM;
			return NULL;
		}
		output.bytes = bytes;
		output.room = room;
	}
	return output.bytes + output.length;
}

/* As memcpy. Most pieces are short: for those a call, or the instruction that leaves the sandbox, costs more than the copy. */
static inline void copy(char *to, const char *from, size_t size)
{
	uint64_t first, last;
	uint32_t small_first, small_last;

	if (size > 2 * sizeof(first)) {
		memcpy(to, from, size);
	} else if (size >= sizeof(first)) {
		memcpy(&first, from, sizeof(first));
		memcpy(&last, from + size - sizeof(last), sizeof(last));
		memcpy(to, &first, sizeof(first));
		memcpy(to + size - sizeof(last), &last, sizeof(last));
	} else if (size >= sizeof(small_first)) {
		memcpy(&small_first, from, sizeof(small_first));
		memcpy(&small_last, from + size - sizeof(small_last), sizeof(small_last));
		memcpy(to, &small_first, sizeof(small_first));
		memcpy(to + size - sizeof(small_last), &small_last, sizeof(small_last));
	} else if (size) {
		to[0] = from[0];
		to[size / 2] = from[size / 2];
		to[size - 1] = from[size - 1];
	}
}

void eunomia_put(const void *bytes, size_t size)
{
	char *place = reserve(size);

	if (place) {
		copy(place, bytes, size);
		output.length += size;
	}
}

void eunomia_put_char(char character)
{
	eunomia_put(&character, 1);
}

/* Adds bytes with spaces on one side. */
static void put_padded(const char *text, size_t length, int width)
{
	size_t wanted = (size_t)(width < 0 ? -(long)width : width);
	size_t spaces = wanted > length ? wanted - length : 0;
	char *place = reserve(length + spaces);

	if (!place)
		return;
	if (spaces)
		memset(place + (width < 0 ? length : 0), ' ', spaces);
	copy(place + (width < 0 ? 0 : spaces), text, length);
	output.length += length + spaces;
}

void eunomia_put_text(const char *text, size_t most, int width)
{
	put_padded(text, strnlen(text, most), width);
}

/* 20 digits and a sign. */
#define DIGITS 21

static void put_number(uint64_t number, bool is_negative, int width)
{
	char text[DIGITS], *start = text + DIGITS;

	do {
		*--start = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	if (is_negative)
		*--start = '-';
	put_padded(start, (size_t)(text + DIGITS - start), width);
}

void eunomia_put_u64(uint64_t number, int width)
{
	put_number(number, false, width);
}

void eunomia_put_i64(int64_t number, int width)
{
	put_number(number < 0 ? 0 - (uint64_t)number : (uint64_t)number, number < 0, width);
}

void eunomia_printf(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	char *place = reserve(128);
	int length = place ? vsnprintf(place, output.room - output.length, format, arguments) : -1;
	va_end(arguments);
	if (length < 0)
		return;
	if ((size_t)length >= output.room - output.length) {
		/* It did not fit, with its NUL: once more with room for it. */
		place = reserve((size_t)length + 1);
		if (!place)
			return;
		va_start(arguments, format);
		vsnprintf(place, (size_t)length + 1, format, arguments);
		va_end(arguments);
	}
	output.length += (size_t)length;
}

int eunomia_before_wait(void)
{
	/* stdout remembers its own failures, for whoever asks with ferror. */
	fflush(stdout);
	return eunomia_flush();
}
