/* Where the host puts what it hands over. */
#include <stdlib.h>

#include "bindings.h"
#include "internal.h"

/* What an empty list or string is at: nothing is read from it but the NUL of a string. */
static const uint64_t nothing[2];

/*
 * The function through which the host asks for memory, under the name that the component model gives it. One byte more
 * than asked for, set to zero: so each string of the host is one of C as well, without copying it.
 */
__attribute__((export_name("cabi_realloc"))) void *cabi_realloc(void *old, size_t old_size, size_t alignment, size_t size)
{
	(void)old_size;
	/* malloc aligns to 16 bytes, the contract asks for 8 at most. */
	(void)alignment;
	if (size == 0)
		return (void *)nothing;
	char *place = realloc(old, size + 1);
	if (!place)
		abort();
	place[size] = '\0';
	return place;
}

void *eunomia_allocate(size_t size)
{
	void *place = calloc(1, size);

	if (!place)
		eunomia_fail(ENOMEM, "there is no memory left: the run has reached its limit");
	return place;
}
