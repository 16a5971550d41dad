/* SPDX-License-Identifier: MIT OR BSD-2-Clause */
/* Addresses of the Internet as text, for the examples that show some. Include it after vmlinux.h. */
#ifndef ADDRESS_BPF_H
#define ADDRESS_BPF_H

/* Of include/linux/socket.h: vmlinux.h has no macros. */
#define AF_INET 2
#define AF_INET6 10

/* Room for 8 groups of 4 digits, 7 colons and a NUL. */
#define ADDRESS_LEN 40

/* Where the next character goes. The text lies in a ring buffer's record: older kernels take no variable offset on the stack. */
struct address_text {
	char *text;
	unsigned int at;
};

static __always_inline void put(struct address_text *to, char c)
{
	if (to->at < ADDRESS_LEN)
		to->text[to->at++] = c;
}

static __always_inline void put_hex(struct address_text *to, unsigned int digit)
{
	put(to, digit < 10 ? '0' + digit : 'a' - 10 + digit);
}

static __always_inline void put_ipv4(struct address_text *to, const __u8 *bytes)
{
#pragma unroll
	for (int i = 0; i < 4; i++) {
		__u8 byte = bytes[i];

		if (i)
			put(to, '.');
		if (byte >= 100)
			put(to, '0' + byte / 100);
		if (byte >= 10)
			put(to, '0' + byte / 10 % 10);
		put(to, '0' + byte % 10);
	}
}

static __always_inline void put_group(struct address_text *to, unsigned int group)
{
	if (group >> 12)
		put_hex(to, group >> 12);
	if (group >> 8)
		put_hex(to, group >> 8 & 0xf);
	if (group >> 4)
		put_hex(to, group >> 4 & 0xf);
	put_hex(to, group & 0xf);
}

/* Zeros in front are two colons, as in ::1. Zeros elsewhere stay: each choice costs the verifier time. */
static __always_inline void put_ipv6(struct address_text *to, const __u8 *bytes)
{
	bool in_front = true;

#pragma unroll
	for (int i = 0; i < 8; i++) {
		unsigned int group = bytes[2 * i] << 8 | bytes[2 * i + 1];

		if (in_front && !group && i < 7)
			continue;
		if (in_front && i)
			put(to, ':');
		if (i)
			put(to, ':');
		if (!in_front || group)
			put_group(to, group);
		in_front = false;
	}
}

/* Writes the 4 or 16 bytes of an address into `text`, which has ADDRESS_LEN bytes. */
static __always_inline void write_address(char *text, unsigned int family, const __u8 *bytes)
{
	struct address_text to = { .text = text };

	__builtin_memset(text, 0, ADDRESS_LEN);
	if (family == AF_INET)
		put_ipv4(&to, bytes);
	else if (family == AF_INET6)
		put_ipv6(&to, bytes);
}

#endif
