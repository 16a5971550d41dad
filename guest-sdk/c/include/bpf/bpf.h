/* SPDX-License-Identifier: MIT */
/* For sources that were written for libbpf. */
#include "../eunomia.h"
