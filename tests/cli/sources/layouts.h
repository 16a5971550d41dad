/* SPDX-License-Identifier: MIT OR BSD-2-Clause */
#ifndef LAYOUTS_H
#define LAYOUTS_H

enum level {
	LOW = -1,
	MIDDLE,
	HIGH = 5,
};

struct inner {
	char tag;
	short number;
};

struct __attribute__((packed)) tight {
	char byte;
	unsigned int word;
	unsigned long long double_word;
};

/// All that C can lay out.
/// @export
struct layouts {
	_Bool yes;
	char text[7];
	enum level level;
	unsigned int low : 3;
	int minus : 5;
	unsigned int : 4;
	unsigned int rest : 20;
	unsigned long long wide : 40;
	struct inner pair[2];
	union {
		unsigned int whole;
		unsigned char parts[4];
	} value;
	struct {
		signed char one;
		unsigned char two;
	};
	struct tight tight;
	unsigned short grid[2][3];
	void *pointer;
	unsigned char type;
	long long last;
};

#endif
