/* Random bytes. */
#include <stdlib.h>
#include <string.h>

#include "../bindings.h"
#include "wasi.h"

int32_t SYSTEM(random_get)(int32_t place, int32_t size);

int32_t SYSTEM(random_get)(int32_t place, int32_t size)
{
	guest_list_u8_t bytes;

	wasi_random_random_get_random_bytes((uint32_t)size, &bytes);
	memcpy(AT(void, place), bytes.ptr, bytes.len);
	guest_list_u8_free(&bytes);
	return __WASI_ERRNO_SUCCESS;
}
