/* SPDX-License-Identifier: MIT */
#ifndef __BITS_BPF_H
#define __BITS_BPF_H

#define READ_ONCE(x) (*(volatile typeof(x) *)&(x))
#define WRITE_ONCE(x, val) ((*(volatile typeof(x) *)&(x)) = val)

/* The place of the highest bit, from 0; a program has no such instruction. */
static __always_inline u64 log2l(u64 v)
{
	u64 shift, r = 0;

#pragma unroll
	for (shift = 32; shift; shift >>= 1)
		if (v >> shift) {
			v >>= shift;
			r += shift;
		}
	return r;
}

#endif
