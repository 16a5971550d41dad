/* SPDX-License-Identifier: MIT OR BSD-2-Clause */
/* The slot of a value in a histogram by powers of two, for the examples that have one. Include it after vmlinux.h. */
#ifndef LOG2_H
#define LOG2_H

/* The number of the highest bit that is set; 0 for 0. Branches would cost the verifier more than shifts. */
static __always_inline unsigned int log2_u32(__u32 value)
{
	unsigned int shift, result = (value > 0xffff) << 4;

	value >>= result;
	shift = (value > 0xff) << 3;
	value >>= shift;
	result |= shift;
	shift = (value > 0xf) << 2;
	value >>= shift;
	result |= shift;
	shift = (value > 0x3) << 1;
	value >>= shift;
	result |= shift;
	return result | value >> 1;
}

/* The same for 64 bits. */
static __always_inline unsigned int log2_u64(__u64 value)
{
	__u32 high = value >> 32;

	return high ? log2_u32(high) + 32 : log2_u32(value);
}

#endif
