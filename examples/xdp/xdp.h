/* SPDX-License-Identifier: MIT OR BSD-2-Clause */
#ifndef XDP_H
#define XDP_H

/// The traffic of one protocol since the tool started.
/// @export
struct traffic {
	unsigned long long packets;
	/* With the link's header. */
	unsigned long long bytes;
};

#endif
