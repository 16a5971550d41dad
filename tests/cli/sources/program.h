/* SPDX-License-Identifier: MIT OR BSD-2-Clause */
#ifndef PROGRAM_H
#define PROGRAM_H

enum self {
	bytes = 3,
	value = 4,
};

struct core {
	unsigned char fn;
	int virtual;
};

/// @export
struct event {
	enum self type;
	union {
		unsigned int whole;
		unsigned int low : 4;
		int minus : 3;
	};
	union {
		unsigned long long all;
		struct {
			unsigned long long first : 5;
			unsigned long long second : 40;
		};
	};
	int virtual;
	struct core core;
};

#endif
