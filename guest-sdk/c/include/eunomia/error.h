/* SPDX-License-Identifier: MIT */
/* What went wrong. */
#ifndef EUNOMIA_ERROR_H
#define EUNOMIA_ERROR_H

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The host's sentence about the last failure, for people: what, where, why, and a hint on a line of its own where there is one. No
 * newline at its end. Never NULL: empty if nothing has failed yet. Valid until the next failure.
 *
 * Which errno a failure has:
 *
 *   ENOENT      no such variable, map, program, key, or target to attach to
 *   EINVAL      a value, key or target that does not fit; a package that is none; a call too early or too late
 *   EACCES      the kernel's verifier refused a program; the sentence ends with its log
 *   EPERM       a capability is missing, the map is read-only, or the package was not declared
 *   EOPNOTSUPP  the kernel, or this type of map, cannot do it
 *   ENOSYS      the contract has it and this host does not do it yet
 *   EEXIST      the key exists, and must not
 *   E2BIG       the map is full
 *   EBUSY       somebody else holds the place, and it cannot be shared
 *   EPIPE       whoever read the output has gone: nothing to complain about
 *   EINTR       the run should end
 *   ENOMEM      the limit of memory is reached
 *   EIO         anything else
 */
const char *eunomia_error(void);

/* Writes "error: ", what `format` says, ": ", eunomia_error() and a newline to standard error. */
__attribute__((format(printf, 1, 2))) void eunomia_complain(const char *format, ...);

/* Writes strerror(|err|) to `buf`. 0, or -ERANGE if it was cut. The sentence of eunomia_error() says more. */
int libbpf_strerror(int err, char *buf, size_t size);

/* 0 for a pointer that is none of an error, else the negative errno of the last failure. */
long libbpf_get_error(const void *ptr);

/* For sources that were written for libbpf; there is nothing to set. */
enum libbpf_print_level { LIBBPF_WARN, LIBBPF_INFO, LIBBPF_DEBUG };
typedef int (*libbpf_print_fn_t)(enum libbpf_print_level level, const char *format, va_list arguments);
enum libbpf_strict_mode { LIBBPF_STRICT_NONE = 0, LIBBPF_STRICT_ALL = -1 };

/* What libbpf has to say is in the host's errors and in its log: `fn` is never called. Gives NULL. */
libbpf_print_fn_t libbpf_set_print(libbpf_print_fn_t fn);

/* Everything is as in libbpf 1.0. Gives 0. */
int libbpf_set_strict_mode(enum libbpf_strict_mode mode);

#ifdef __cplusplus
}
#endif

#endif
