/* The command line and the environment. */
#include <stdlib.h>
#include <string.h>

#include "../bindings.h"
#include "wasi.h"

int32_t SYSTEM(args_sizes_get)(int32_t count, int32_t size);
int32_t SYSTEM(args_get)(int32_t pointers, int32_t bytes);
int32_t SYSTEM(environ_sizes_get)(int32_t count, int32_t size);
int32_t SYSTEM(environ_get)(int32_t pointers, int32_t bytes);

/* Asked for once, between the question for the size and that for the bytes. */
static guest_list_string_t arguments;
static guest_list_tuple2_string_string_t environment;

int32_t SYSTEM(args_sizes_get)(int32_t count, int32_t size)
{
	size_t bytes = 0;

	wasi_cli_environment_get_arguments(&arguments);
	for (size_t i = 0; i < arguments.len; i++)
		bytes += arguments.ptr[i].len + 1;
	*AT(size_t, count) = arguments.len;
	*AT(size_t, size) = bytes;
	return __WASI_ERRNO_SUCCESS;
}

int32_t SYSTEM(args_get)(int32_t pointers, int32_t bytes)
{
	char *next = AT(char, bytes);

	for (size_t i = 0; i < arguments.len; i++) {
		AT(char *, pointers)[i] = next;
		memcpy(next, arguments.ptr[i].ptr, arguments.ptr[i].len);
		next += arguments.ptr[i].len;
		*next++ = '\0';
	}
	guest_list_string_free(&arguments);
	return __WASI_ERRNO_SUCCESS;
}

int32_t SYSTEM(environ_sizes_get)(int32_t count, int32_t size)
{
	size_t bytes = 0;

	wasi_cli_environment_get_environment(&environment);
	for (size_t i = 0; i < environment.len; i++)
		bytes += environment.ptr[i].f0.len + environment.ptr[i].f1.len + 2;
	*AT(size_t, count) = environment.len;
	*AT(size_t, size) = bytes;
	return __WASI_ERRNO_SUCCESS;
}

int32_t SYSTEM(environ_get)(int32_t pointers, int32_t bytes)
{
	char *next = AT(char, bytes);

	for (size_t i = 0; i < environment.len; i++) {
		const guest_tuple2_string_string_t *variable = &environment.ptr[i];
		AT(char *, pointers)[i] = next;
		memcpy(next, variable->f0.ptr, variable->f0.len);
		next += variable->f0.len;
		*next++ = '=';
		memcpy(next, variable->f1.ptr, variable->f1.len);
		next += variable->f1.len;
		*next++ = '\0';
	}
	guest_list_tuple2_string_string_free(&environment);
	return __WASI_ERRNO_SUCCESS;
}
