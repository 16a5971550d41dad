// SPDX-License-Identifier: MIT OR BSD-2-Clause
/* Relocations against the types of core_odd_kernel.bpf.c. */
#define SEC(name) __attribute__((section(name), used))
#define RELOCATED __attribute__((preserve_access_index))
#define OFFSET(type, member) __builtin_preserve_field_info(((type *)context)->member, 0)
#define SIZE(type, member) __builtin_preserve_field_info(((type *)context)->member, 1)
#define EXISTS(type, member) __builtin_preserve_field_info(((type *)context)->member, 2)
#define SIGNED(type, member) __builtin_preserve_field_info(((type *)context)->member, 3)
#define SHIFTS(type, member)                                         \
	(__builtin_preserve_field_info(((type *)context)->member, 4) + \
	 __builtin_preserve_field_info(((type *)context)->member, 5))
#define TYPE_EXISTS(type) __builtin_preserve_type_info(*(type *)0, 0)
#define TYPE_SIZE(type) __builtin_preserve_type_info(*(type *)0, 1)
#define TYPE_MATCHES(type) __builtin_preserve_type_info(*(type *)0, 2)
#define VALUE_EXISTS(type, value) __builtin_preserve_enum_value(*(type *)value, 0)
#define VALUE(type, value) __builtin_preserve_enum_value(*(type *)value, 1)

char LICENSE[] SEC("license") = "GPL";

struct middle {
	int before;
	int none[2];
} RELOCATED;

struct last {
	int before;
	int more[2];
} RELOCATED;

SEC("raw_tp/flexible")
long flexible(void *context)
{
	return EXISTS(struct middle, none) + EXISTS(struct middle, none[1]) + OFFSET(struct last, more[1]) +
	       EXISTS(struct last, more);
}

struct twice {
	int same;
	int first;
	int second[1];
} RELOCATED;

SEC("raw_tp/twins")
long twins(void *context)
{
	return OFFSET(struct twice, same) + SIZE(struct twice, same);
}

/* Each is in one of the two only. */
struct twice___first {
	int first;
} RELOCATED;

struct twice___second {
	int second[1];
	int first;
} RELOCATED;

SEC("raw_tp/one_of_two")
long one_of_two(void *context)
{
	return OFFSET(struct twice___first, first) + OFFSET(struct twice___second, second[0]) +
	       EXISTS(struct twice___second, first);
}

struct many {
	int a___1;
	int a___2;
	int a___3;
};

struct many___more {
	int a___1, a___2, a___3, a___4, a___5, a___6;
};

struct many___anonymous {
	struct {
		int b;
	};
	struct {
		int b___1;
	};
	int a;
};

struct many___wrong {
	struct {
		int c;
	};
};

enum many_names { ONE___1, ONE___2, ONE___3 };
enum many_names___wrong { ONE___wrong, FIVE };
enum many_names___more { ONE___a, ONE___b, ONE___c, ONE___d, ONE___e };

SEC("raw_tp/counts")
long counts(void *context)
{
	return TYPE_MATCHES(struct many) + TYPE_MATCHES(struct many___more) * 2 + TYPE_MATCHES(struct many___anonymous) * 4 +
	       TYPE_MATCHES(struct many___wrong) * 8 + TYPE_MATCHES(enum many_names) * 16 +
	       TYPE_MATCHES(enum many_names___wrong) * 32 + TYPE_MATCHES(enum many_names___more) * 64;
}

typedef int (*handler)(struct last *, int);
typedef int (*handler___other)(struct last *, void *);
typedef void (*handler___nothing)(struct last *, int);
typedef struct middle **indirect;
typedef int **indirect___number;
typedef void **indirect___nothing;
typedef struct middle *indirect___once;

SEC("raw_tp/behind_pointers")
long behind_pointers(void *context)
{
	return TYPE_EXISTS(handler) + TYPE_EXISTS(handler___other) * 2 + TYPE_EXISTS(handler___nothing) * 4 +
	       TYPE_EXISTS(indirect) * 8 + TYPE_EXISTS(indirect___number) * 16 + TYPE_EXISTS(indirect___nothing) * 32 +
	       TYPE_EXISTS(indirect___once) * 64;
}

SEC("raw_tp/matching_pointers")
long matching_pointers(void *context)
{
	return TYPE_MATCHES(handler) + TYPE_MATCHES(handler___other) * 2 + TYPE_MATCHES(handler___nothing) * 4 +
	       TYPE_MATCHES(indirect) * 8 + TYPE_MATCHES(indirect___number) * 16 + TYPE_MATCHES(indirect___nothing) * 32 +
	       TYPE_MATCHES(indirect___once) * 64;
}

struct hidden {
	long deep;
	int *pointer;
	int shallow;
	void *visible;
} RELOCATED;

SEC("raw_tp/anonymous")
long anonymous(void *context)
{
	return OFFSET(struct hidden, deep) + OFFSET(struct hidden, pointer) + SIZE(struct hidden, shallow) +
	       EXISTS(struct hidden, visible);
}

struct sizes {
	struct {
		int x;
	} many;
	struct {
		int x;
	} array[1][1];
	unsigned a : 1;
	unsigned long b : 1;
	enum many_names name : 1;
	enum many_names whole;
	float real;
	enum nowhere_else { NOWHERE_ELSE } nowhere_else;
} RELOCATED;

struct sizes___renamed {
	enum { ANONYMOUS } name : 1;
	enum another_name { ANOTHER } whole;
	enum another_name nowhere_else;
} RELOCATED;

SEC("raw_tp/sizes_of")
long sizes_of(void *context)
{
	return SIZE(struct sizes, many) + SIZE(struct sizes, array) + OFFSET(struct sizes, array[0][0]) +
	       SIZE(struct sizes, array[0]) + OFFSET(struct sizes, a) + SIZE(struct sizes, a) + SHIFTS(struct sizes, a) +
	       OFFSET(struct sizes, b) + SIZE(struct sizes, b) + SHIFTS(struct sizes, b) + SIGNED(struct sizes, b) +
	       OFFSET(struct sizes, name) + SHIFTS(struct sizes, name) + SIGNED(struct sizes, whole) +
	       SIZE(struct sizes, real) + EXISTS(struct sizes___renamed, whole) + EXISTS(struct sizes___renamed, name) +
	       EXISTS(struct sizes___renamed, nowhere_else) + EXISTS(struct sizes, nowhere_else) +
	       TYPE_SIZE(struct sizes);
}

enum negative { BELOW, ABOVE };
enum wide { WIDE };

SEC("raw_tp/values")
long values(void *context)
{
	return VALUE(enum negative, BELOW) + VALUE(enum negative, ABOVE) + VALUE(enum wide, WIDE) +
	       VALUE_EXISTS(enum wide, WIDE);
}

struct far {
	long last;
	long long very_last;
};

struct far___swapped {
	long long last;
};

enum far_names { FAR_LAST };
struct alike {};
struct alike_too {};

SEC("raw_tp/at_the_end")
long at_the_end(void *context)
{
	return TYPE_MATCHES(struct far) + TYPE_MATCHES(struct far___swapped) * 2 + TYPE_MATCHES(enum far_names) * 4 +
	       TYPE_EXISTS(struct alike) * 8 + TYPE_EXISTS(struct alike_too) * 16;
}
