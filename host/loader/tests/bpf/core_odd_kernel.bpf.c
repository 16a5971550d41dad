// SPDX-License-Identifier: MIT OR BSD-2-Clause
/* Types as no kernel has them all: what this compiles to stands for the BTF of a kernel. */

/* Arrays of no elements: only the last member's may be longer. */
struct middle {
	int before;
	int none[0];
	int after;
} *middle;

struct last {
	int before;
	int more[];
} *last;

/* Two types of one name, which agree about one member. */
struct twice {
	int same;
	int first;
	int apart;
} *twice;

struct twice___2 {
	int same;
	int second[2];
	int apart;
} *twice_2;

/* More members than those with the names that are looked for. */
struct many {
	int a;
	struct {
		int b;
	};
	int c;
	int d;
	int e;
} *many;

enum many_names { ONE, TWO, THREE, FOUR } many_names;

/* Pointers that lead to something else than at first sight. */
typedef int (*handler)(struct last *, int);
handler a_handler;
typedef struct middle **indirect;
indirect an_indirect;

/* A member whose type has another kind in one place, found through anonymous members. */
struct hidden {
	int visible;
	union {
		struct {
			long deep;
			struct last *pointer;
		};
		short shallow;
	};
} *hidden;

enum nowhere_else { NOWHERE_ELSE };

struct sizes {
	enum nowhere_else nowhere_else;
	struct many many;
	struct many array[3][4];
	unsigned a : 3;
	unsigned long b : 40;
	enum many_names name : 5;
	enum many_names whole;
	double real;
} *sizes;

enum negative { BELOW = -5, ABOVE = 5 } negative;
enum wide { WIDE = 0x123456789abcdef, WIDER } wide;

/* What is looked for stands last. */
struct far {
	char a, b, c, d;
	long last;
	long long very_last;
} *far;

enum far_names { FAR_A, FAR_B, FAR_C, FAR_LAST } far_names;

/* Nothing but their names tells them apart. */
struct alike {
	int x;
} *alike;

struct alike_too {
	int x;
} *alike_too;
