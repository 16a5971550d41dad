/* Failures: an errno for the program, the host's sentence for people. */
#include <stdio.h>
#include <stdlib.h>

#include "eunomia.h"
#include "internal.h"

/* What is said where memory for the sentence is lacking as well. */
static const char no_memory[] = "there is no memory left: the run has reached its limit";

static char *last;

const char *eunomia_error(void)
{
	return last ? last : "";
}

/* `sentence` is on the heap, and belongs to this file from now on. */
static int remember(int code, char *sentence)
{
	if (last != no_memory)
		free(last);
	last = sentence ? sentence : (char *)no_memory;
	errno = code;
	return -code;
}

int eunomia_fail(int code, const char *sentence)
{
	return remember(code, strdup(sentence));
}

int eunomia_failf(int code, const char *format, ...)
{
	char sentence[512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(sentence, sizeof(sentence), format, arguments);
	va_end(arguments);
	return eunomia_fail(code, sentence);
}

int eunomia_object_failure(eunomia_bpf_object_error_t *error)
{
	static const uint8_t codes[] = {
		[EUNOMIA_BPF_OBJECT_ERROR_INVALID_SKELETON] = EINVAL, [EUNOMIA_BPF_OBJECT_ERROR_NOT_FOUND] = ENOENT,
		[EUNOMIA_BPF_OBJECT_ERROR_INVALID_VALUE] = EINVAL,    [EUNOMIA_BPF_OBJECT_ERROR_REJECTED] = EACCES,
		[EUNOMIA_BPF_OBJECT_ERROR_UNAVAILABLE] = EOPNOTSUPP,  [EUNOMIA_BPF_OBJECT_ERROR_DENIED] = EPERM,
		[EUNOMIA_BPF_OBJECT_ERROR_UNSUPPORTED] = ENOSYS,      [EUNOMIA_BPF_OBJECT_ERROR_OTHER] = EIO,
	};

	return remember(codes[error->tag], (char *)error->val.other.ptr);
}

int eunomia_program_failure(eunomia_bpf_program_error_t *error)
{
	static const uint8_t codes[] = {
		[EUNOMIA_BPF_PROGRAM_ERROR_NOT_FOUND] = ENOENT,
		[EUNOMIA_BPF_PROGRAM_ERROR_MISMATCH] = EINVAL,
		[EUNOMIA_BPF_PROGRAM_ERROR_BUSY] = EBUSY,
		[EUNOMIA_BPF_PROGRAM_ERROR_DENIED] = EPERM,
		[EUNOMIA_BPF_PROGRAM_ERROR_UNAVAILABLE] = EOPNOTSUPP,
		[EUNOMIA_BPF_PROGRAM_ERROR_UNSUPPORTED] = ENOSYS,
		[EUNOMIA_BPF_PROGRAM_ERROR_OTHER] = EIO,
	};

	return remember(codes[error->tag], (char *)error->val.other.ptr);
}

int eunomia_map_failure(const struct bpf_map *map, eunomia_bpf_map_error_t *error)
{
	static const uint8_t codes[] = {
		[EUNOMIA_BPF_MAP_ERROR_WRONG_SIZE] = EINVAL,  [EUNOMIA_BPF_MAP_ERROR_EXISTS] = EEXIST,
		[EUNOMIA_BPF_MAP_ERROR_NO_SUCH_KEY] = ENOENT, [EUNOMIA_BPF_MAP_ERROR_FULL] = E2BIG,
		[EUNOMIA_BPF_MAP_ERROR_MISMATCH] = EOPNOTSUPP, [EUNOMIA_BPF_MAP_ERROR_DENIED] = EPERM,
		[EUNOMIA_BPF_MAP_ERROR_UNSUPPORTED] = ENOSYS, [EUNOMIA_BPF_MAP_ERROR_OTHER] = EIO,
	};

	switch (error->tag) {
	case EUNOMIA_BPF_MAP_ERROR_EXISTS:
		return eunomia_failf(EEXIST, "map %s: the key exists", map->name);
	case EUNOMIA_BPF_MAP_ERROR_NO_SUCH_KEY:
		return eunomia_failf(ENOENT, "map %s: the key does not exist", map->name);
	case EUNOMIA_BPF_MAP_ERROR_FULL:
		return eunomia_failf(E2BIG, "map %s is full", map->name);
	default:
		return remember(codes[error->tag], (char *)error->val.other.ptr);
	}
}

int eunomia_events_failure(eunomia_bpf_events_error_t *error)
{
	static const uint8_t codes[] = {
		[EUNOMIA_BPF_EVENTS_ERROR_MISMATCH] = EINVAL,  [EUNOMIA_BPF_EVENTS_ERROR_TOO_SMALL] = EMSGSIZE,
		[EUNOMIA_BPF_EVENTS_ERROR_DENIED] = EPERM,     [EUNOMIA_BPF_EVENTS_ERROR_UNSUPPORTED] = ENOSYS,
		[EUNOMIA_BPF_EVENTS_ERROR_OTHER] = EIO,
	};

	if (error->tag == EUNOMIA_BPF_EVENTS_ERROR_TOO_SMALL)
		return eunomia_failf(EMSGSIZE, "one record needs %u bytes, which is more than a batch may have",
				     (unsigned)error->val.too_small);
	return remember(codes[error->tag], (char *)error->val.other.ptr);
}

int eunomia_output_failure(eunomia_bpf_output_error_t *error)
{
	if (error->tag == EUNOMIA_BPF_OUTPUT_ERROR_CLOSED)
		return eunomia_fail(EPIPE, "whoever read the output has gone");
	eunomia_lose_output(eunomia_text(error->val.other));
	return remember(EIO, (char *)error->val.other.ptr);
}

int eunomia_printer_failure(eunomia_bpf_printer_error_t *error)
{
	switch (error->tag) {
	case EUNOMIA_BPF_PRINTER_ERROR_CLOSED:
		return eunomia_fail(EPIPE, "whoever read the output has gone");
	case EUNOMIA_BPF_PRINTER_ERROR_UNSUPPORTED:
		return remember(ENOSYS, (char *)error->val.unsupported.ptr);
	case EUNOMIA_BPF_PRINTER_ERROR_USAGE:
		return remember(EINVAL, (char *)error->val.usage.ptr);
	default:
		return remember(EIO, (char *)error->val.other.ptr);
	}
}

int eunomia_symbols_failure(eunomia_bpf_symbols_error_t *error)
{
	if (error->tag == EUNOMIA_BPF_SYMBOLS_ERROR_DENIED)
		return remember(EPERM, (char *)error->val.denied.ptr);
	return remember(EIO, (char *)error->val.other.ptr);
}

void eunomia_complain(const char *format, ...)
{
	va_list arguments;

	fflush(stdout);
	fputs("error: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fprintf(stderr, ": %s\n", eunomia_error());
}

int libbpf_strerror(int err, char *buf, size_t size)
{
	int length = snprintf(buf, size, "%s", strerror(err < 0 ? -err : err));

	return (size_t)length < size ? 0 : -ERANGE;
}

long libbpf_get_error(const void *ptr)
{
	return ptr ? 0 : -errno;
}

libbpf_print_fn_t libbpf_set_print(libbpf_print_fn_t fn)
{
	(void)fn;
	return NULL;
}

int libbpf_set_strict_mode(enum libbpf_strict_mode mode)
{
	(void)mode;
	return 0;
}
