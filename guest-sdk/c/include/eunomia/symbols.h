/* SPDX-License-Identifier: MIT */
/*
 * Names of addresses in stack traces. The user allows it to a tool with `ecli run --allow-symbols`.
 */
#ifndef EUNOMIA_SYMBOLS_H
#define EUNOMIA_SYMBOLS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What stands at an address. */
struct eunomia_symbol {
	const char *name;   /* the function; NULL if there is no name */
	uint64_t offset;    /* how far into it, in bytes */
	const char *module; /* the kernel module, or the file that is mapped there; NULL if nobody knows */
	const char *file;   /* the source file; NULL where nobody asked or knows */
	uint32_t line;      /* its line, or 0 */
};

/* Stands for a process: that of the kernel. */
#define EUNOMIA_KERNEL 0

/*
 * The names of `count` addresses in a process, or in the kernel. A process that has ended has none. All addresses of a stack but
 * the innermost are where a call returns to: the name of the caller is that of one byte before.
 *
 * An array of `count` symbols, to be freed with free() as one; or NULL with errno EPERM (the user did not allow it), EIO, ENOMEM.
 */
struct eunomia_symbol *eunomia_symbols__resolve(uint32_t process, const uint64_t *addresses, size_t count);

/* The same with source files and lines, where debug information is at hand: reading that can take seconds for a large program. */
struct eunomia_symbol *eunomia_symbols__resolve_lines(uint32_t process, const uint64_t *addresses, size_t count);

#ifdef __cplusplus
}
#endif

#endif
