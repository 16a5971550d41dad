/* SPDX-License-Identifier: MIT */
/*
 * Write eBPF tools in C as sandboxed WebAssembly components, as an ordinary main().
 *
 * Names are those of libbpf where what they do and return is what libbpf's do: bpf_object__load, bpf_map__lookup_elem,
 * ring_buffer__poll. What libbpf does not have begins with eunomia_: batches of events without copying each, targets chosen at run
 * time, the default reader of command lines and the default printer.
 *
 * Errors: a function that returns int gives 0 or more, or a negative errno; one that returns a pointer gives NULL. errno is set
 * in both cases, and eunomia_error() has the host's sentence: what, where, why, and a hint.
 *
 * Numbers of errno are those of WASI, not of Linux: what a BPF program reports, such as -2 for a file that is not there, must not
 * be given to strerror().
 *
 * A component asks the host for the functions that its code reaches, and for no others: what is not called costs nothing.
 */
#ifndef EUNOMIA_H
#define EUNOMIA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "eunomia/error.h"
#include "eunomia/session.h"
#include "eunomia/output.h"
#include "eunomia/object.h"
#include "eunomia/description.h"
#include "eunomia/map.h"
#include "eunomia/program.h"
#include "eunomia/target.h"
#include "eunomia/events.h"
#include "eunomia/buffer.h"
#include "eunomia/defaults.h"
#include "eunomia/skeleton.h"
#include "eunomia/symbols.h"

#endif
