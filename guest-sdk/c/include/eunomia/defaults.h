/* SPDX-License-Identifier: MIT */
/*
 * The reader of command lines and the printer that come with the host, or those that the user names in their place. They are
 * components of their own: a tool that calls none of these functions does not ask for them.
 */
#ifndef EUNOMIA_DEFAULTS_H
#define EUNOMIA_DEFAULTS_H

#include "events.h"
#include "object.h"
#include "session.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Reads the command line with an option for each variable of the package that has one, and sets them. Before the object is loaded.
 *
 * 0: go on. 1: the user asked for help or the version, which is printed: return 0 from main. A negative number: something is wrong,
 * and standard error has been told what. Return 2 from main for -EINVAL, a wrong command line, and 1 for all else.
 */
int eunomia_object__parse_args(struct bpf_object *obj, int argc, char *const *argv);

/* A reader of all maps that the package has events in, in its order. To be opened after the object is loaded. */
struct eunomia_events *eunomia_object__events(struct bpf_object *obj);

struct eunomia_printer;

/* A printer of what eunomia_object__events reads. `options` says how, NULL as the user wishes. -ENOSYS: it does not know the
 * format; -EINVAL: a filter or the name of a field says nothing, which the user has given: return 2 from main. */
struct eunomia_printer *eunomia_printer__open(struct bpf_object *obj, const struct eunomia_output_options *options);

/* Prints each record of a batch and writes all of it. An empty batch prints a table's header, if there has been none. What the user
 * should be told goes to standard error. 0, -EPIPE, -EIO. */
int eunomia_printer__print(struct eunomia_printer *printer, const struct eunomia_batch *batch);

/* Prints what a format needs at its end, and frees the printer. NULL is fine. */
int eunomia_printer__close(struct eunomia_printer *printer);

#ifdef __cplusplus
}
#endif

#endif
