/* What the files of this folder share: the functions that the C library expects of the system, under the names that it gives
 * them. Addresses come as numbers, as the C library's declarations have it. */
#ifndef EUNOMIA_WASI_H
#define EUNOMIA_WASI_H

#include <stdint.h>
#include <wasi/api.h>

#define SYSTEM(name) __imported_wasi_snapshot_preview1_##name

/* What is at an address that the C library gave. */
#define AT(type, address) ((type *)(uintptr_t)(address))

#endif
