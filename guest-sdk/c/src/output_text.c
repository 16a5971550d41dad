/* Text of events, which may be anything, into the buffer. */
#include "output_buffer.h"

#define ONES 0x0101010101010101u
#define TOPS 0x8080808080808080u

/*
 * As strnlen, eight bytes at a time. The words are aligned: one that reaches past the NUL lies in memory as the NUL does, should
 * `most` promise more than there is.
 */
static size_t text_length(const char *text, size_t most)
{
	size_t length = 0;

	for (; length < most && (uintptr_t)(text + length) % 8; length++)
		if (!text[length])
			return length;
	for (; length + 8 <= most; length += 8) {
		uint64_t word;

		memcpy(&word, text + length, sizeof(word));
		uint64_t ends = (word - ONES) & ~word & TOPS;
		/* A borrow goes upwards only: the lowest mark is right. */
		if (ends)
			return length + (size_t)__builtin_ctzll(ends) / 8;
	}
	while (length < most && text[length])
		length++;
	return length;
}

void eunomia_put_text(const char *text, size_t most, int width)
{
	eunomia_put_padded(text, text_length(text, most), width);
}

/* The top bit of each byte that JSON does not have as it is: control characters, quote, backslash, and what is not ASCII. */
static uint64_t special(uint64_t word)
{
	uint64_t quotes = word ^ ONES * '"', backslashes = word ^ ONES * '\\';

	/* A carry or borrow goes upwards from a byte that is marked itself: the lowest mark is right. The second is of DEL. */
	return (word | (word + ONES) | (word - ONES * ' ') | (quotes - ONES) | (backslashes - ONES)) & TOPS;
}

/* How many of the bytes, up to `length`, JSON has as they are. */
static size_t plain_length(const char *text, size_t length)
{
	size_t plain = 0;
	uint64_t word = 0, marks;

	for (; plain + 8 <= length; plain += 8) {
		memcpy(&word, text + plain, sizeof(word));
		marks = special(word);
		if (marks)
			return plain + (size_t)__builtin_ctzll(marks) / 8;
	}
	for (; plain < length; plain++) {
		memcpy(&word, text + plain, 1);
		if (special((word & 0xff) | (ONES * 'a' & ~0xffull)))
			break;
	}
	return plain;
}

/*
 * How many bytes the character has that the text begins with, of UTF-8 as Unicode's table 3-7 has it; if there is none, 0, and in
 * `wrong` how many bytes one U+FFFD stands for.
 */
static size_t character_length(const uint8_t *text, size_t length, size_t *wrong)
{
	uint8_t first = *text, low = 0x80, high = 0xbf;
	size_t wanted = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;

	/* No longer form than needed, no halves of UTF-16, nothing after U+10FFFF. */
	if (first == 0xe0)
		low = 0xa0;
	else if (first == 0xed)
		high = 0x9f;
	else if (first == 0xf0)
		low = 0x90;
	else if (first == 0xf4)
		high = 0x8f;
	*wrong = 1;
	for (size_t i = 1; i < wanted; i++, low = 0x80, high = 0xbf) {
		if (i == length || text[i] < low || text[i] > high)
			return 0;
		*wrong = i + 1;
	}
	return wanted;
}

/* Adds a control character: the top ones, of C1, are two bytes of UTF-8. */
static void put_escaped(uint8_t code)
{
	static const char digits[] = "0123456789abcdef", letters[] = "btn\0fr";
	char letter = code >= '\b' && code <= '\r' ? letters[code - '\b'] : code == '"' || code == '\\' ? (char)code : 0;
	char escaped[6] = { '\\', letter ? letter : 'u', '0', '0', digits[code >> 4], digits[code & 15] };

	eunomia_put(escaped, letter ? 2 : sizeof(escaped));
}

/* Adds one character, or U+FFFD for what is none. Gives how many bytes of the text that was. */
static size_t put_character(const uint8_t *text, size_t length)
{
	size_t wrong, bytes = character_length(text, length, &wrong);

	if (!bytes)
		eunomia_put("\xef\xbf\xbd", 3);
	else if (bytes == 1)
		put_escaped(*text);
	else if (*text == 0xc2 && text[1] < 0xa0)
		put_escaped(text[1]);
	else
		eunomia_put(text, bytes);
	return bytes ? bytes : wrong;
}

void eunomia_put_json(const char *text, size_t most)
{
	size_t length = text_length(text, most), done = 0;

	eunomia_put_char('"');
	while (done < length) {
		size_t plain = plain_length(text + done, length - done);

		eunomia_put(text + done, plain);
		done += plain;
		if (done < length)
			done += put_character((const uint8_t *)text + done, length - done);
	}
	eunomia_put_char('"');
}
