/* Numbers as text, straight into the buffer. */
#include "output_buffer.h"

/* 20 digits and a sign; and what a store of eight digits may write after the last one. */
#define DIGITS 21
#define ROOM (DIGITS + 8)

#define TEN_8 100000000u
#define ZEROS 0x3030303030303030u

/*
 * The eight digits of a number below 10^8 as the bytes of a word, the first digit lowest. Halves, then quarters, then single digits:
 * each step divides all parts at once, by multiplying with a reciprocal that is exact for the range.
 */
static inline uint64_t eight_digits(uint64_t number)
{
	uint64_t high = (number * 3518437209u) >> 45;
	uint64_t fours = high | (number - high * 10000) << 32;

	high = ((fours * 10486) >> 20) & 0x0000007f0000007fu;
	uint64_t twos = high | (fours - high * 100) << 16;

	high = ((twos * 103) >> 10) & 0x000f000f000f000fu;
	return high | (twos - high * 10) << 8;
}

/* Writes eight digits, zeros included. Gives where the text goes on, as the others do. */
static inline char *write_eight(char *to, uint64_t number)
{
	uint64_t word = eight_digits(number) | ZEROS;

	memcpy(to, &word, sizeof(word));
	return to + sizeof(word);
}

/* Writes a number below 10^8. */
static inline char *write_short(char *to, uint64_t number)
{
	uint64_t digits = eight_digits(number);
	/* The bit set in the last digit keeps one zero of a zero. */
	unsigned leading = (unsigned)__builtin_ctzll(digits | 1ull << 56) & ~7u;
	uint64_t word = (digits | ZEROS) >> leading;

	memcpy(to, &word, sizeof(word));
	return to + sizeof(word) - leading / 8;
}

/* By itself for the digits before the last eight: twice at most, and half the code. */
static char *write_decimal(char *to, uint64_t number)
{
	if (number < TEN_8)
		return write_short(to, number);
	to = write_decimal(to, number / TEN_8);
	return write_eight(to, number % TEN_8);
}

static void put_number(uint64_t number, bool is_negative, int width)
{
	char text[ROOM];
	char *place = width ? text : output_reserve(ROOM);

	if (!place)
		return;
	*place = '-';
	char *end = write_decimal(place + is_negative, number);

	if (width)
		eunomia_put_padded(text, (size_t)(end - text), width);
	else
		eunomia_output.length += (size_t)(end - place);
}

void eunomia_put_u64(uint64_t number, int width)
{
	put_number(number, false, width);
}

void eunomia_put_i64(int64_t number, int width)
{
	put_number(number < 0 ? 0 - (uint64_t)number : (uint64_t)number, number < 0, width);
}

void eunomia_put_hex(uint64_t number, int width)
{
	char text[16], *start = text + sizeof(text);

	do {
		*--start = "0123456789abcdef"[number & 15];
		number >>= 4;
	} while (number);
	eunomia_put_padded(start, (size_t)(text + sizeof(text) - start), width);
}
