/*
 * Calls of the helpers that put records into a ring buffer, such that those that fail are counted. The names are libbpf's; where
 * one is not called but only named, it is still libbpf's.
 *
 * Each call is marked with a bit in the helper's number that ecc takes out again: a call without it is one that is not counted.
 * None of this has debug information, so that the verifier's log shows the line of the caller.
 */
#define __eunomia_inline static __inline__ __attribute__((always_inline, nodebug, unused))
#define __eunomia_helper(number, type) ((type)(unsigned long)((number) | __EUNOMIA_COUNTED))

struct bpf_dynptr;

/* One more on this CPU. A program that interrupts another on the same CPU has the same slot, hence atomic. */
__eunomia_inline void __eunomia_add_one(void *counter)
{
	unsigned int key;
	unsigned long long *slot;

	/* The compiler would set up a constant before the call, where nothing has failed yet. */
	__asm__ __volatile__("%0 = 0" : "=r"(key));
	slot = ((void *(*)(void *, const void *))1)(counter, &key);
	if (slot)
		__sync_fetch_and_add(slot, 1);
}

__eunomia_inline void __eunomia_count_loss(const void *ring);

__eunomia_inline void *__eunomia_ringbuf_reserve(void *ring, unsigned long long size, unsigned long long flags)
{
	void *record = __eunomia_helper(131, void *(*)(void *, unsigned long long, unsigned long long))(ring, size, flags);

	if (__builtin_expect(!record, 0))
		__eunomia_count_loss(ring);
	return record;
}

__eunomia_inline long __eunomia_ringbuf_output(void *ring, void *data, unsigned long long size, unsigned long long flags)
{
	long error = __eunomia_helper(130, long (*)(void *, void *, unsigned long long, unsigned long long))(ring, data, size,
													    flags);

	if (__builtin_expect(error != 0, 0))
		__eunomia_count_loss(ring);
	return error;
}

__eunomia_inline long __eunomia_ringbuf_reserve_dynptr(void *ring, unsigned int size, unsigned long long flags,
						      struct bpf_dynptr *record)
{
	long error = __eunomia_helper(198, long (*)(void *, unsigned int, unsigned long long, struct bpf_dynptr *))(
		ring, size, flags, record);

	if (__builtin_expect(error != 0, 0))
		__eunomia_count_loss(ring);
	return error;
}

#define bpf_ringbuf_reserve(...) __eunomia_ringbuf_reserve(__VA_ARGS__)
#define bpf_ringbuf_output(...) __eunomia_ringbuf_output(__VA_ARGS__)
#define bpf_ringbuf_reserve_dynptr(...) __eunomia_ringbuf_reserve_dynptr(__VA_ARGS__)
