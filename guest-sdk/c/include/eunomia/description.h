/* SPDX-License-Identifier: MIT */
/*
 * What a package says about itself: texts, variables, maps, programs and types. All strings live as long as the object; a text that
 * the package does not have is NULL. Each function that fills a struct gives false past the end.
 */
#ifndef EUNOMIA_DESCRIPTION_H
#define EUNOMIA_DESCRIPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "object.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The texts around a help. */
struct eunomia_documentation {
	const char *version;
	const char *brief; /* one line */
	const char *description;
	const char *details; /* after the options */
};
struct eunomia_documentation eunomia_object__documentation(const struct bpf_object *obj);

/* No type. */
#define EUNOMIA_NO_TYPE UINT32_MAX

/* A variable of the BPF program. */
struct eunomia_variable {
	const char *name;
	const char *section;	 /* .rodata, .data, .bss, or one of them with a suffix */
	const char *type_name;	 /* as C writes it */
	uint32_t type;		 /* for eunomia_object__type */
	const void *initial;	 /* the bytes that it has if nobody sets it */
	uint32_t size;		 /* of initial */
	bool read_only;		 /* whether it can be set only before the object is loaded */
	bool hidden;		 /* an artefact of the compiler, that no user should see or set */
	const char *description; /* a sentence for the help */
};
bool eunomia_object__variable(const struct bpf_object *obj, size_t index, struct eunomia_variable *variable);

/* What the records of a map are. */
enum eunomia_source_kind {
	EUNOMIA_NO_SOURCE, /* nothing that a user should see */
	EUNOMIA_EVENTS,	   /* each record is one value of `value` */
	EUNOMIA_ENTRIES,   /* each record is a key, padded to 8 bytes, and a value */
	EUNOMIA_LOG2_HISTOGRAMS,
	EUNOMIA_LINEAR_HISTOGRAMS,
	EUNOMIA_STACK_TRACES,
	EUNOMIA_BYTES, /* nobody has declared their type */
};

struct eunomia_map_description {
	const char *name;
	uint32_t kind; /* enum bpf_map_type */
	uint32_t key_size, value_size;
	uint32_t max_entries;
	uint32_t flags;
	uint32_t key, value; /* types, or EUNOMIA_NO_TYPE */
	enum eunomia_source_kind source;
	uint32_t record;   /* the type of each record, for events and stack traces */
	uint64_t interval; /* how often to sample it, in nanoseconds; 0 for a buffer */
	bool clear;	   /* whether what was sampled is deleted */
};
bool eunomia_object__map(const struct bpf_object *obj, size_t index, struct eunomia_map_description *map);

struct eunomia_program_description {
	const char *name;
	const char *section;
	bool link; /* whether attaching the object attaches it */
	const char *description;
};
bool eunomia_object__program(const struct bpf_object *obj, size_t index, struct eunomia_program_description *program);

enum eunomia_type_kind {
	EUNOMIA_INT,
	EUNOMIA_CHAR,
	EUNOMIA_BOOL,
	EUNOMIA_FLOAT,
	EUNOMIA_ENUM,
	EUNOMIA_POINTER,
	EUNOMIA_ARRAY,
	EUNOMIA_STRUCT,
	EUNOMIA_UNION,
	EUNOMIA_OPAQUE,
};

struct eunomia_type {
	const char *name; /* without struct, union or enum; empty for an anonymous type */
	uint32_t size;	  /* in bytes */
	enum eunomia_type_kind kind;
	bool is_signed;	   /* of an integer or an enumeration */
	uint32_t element;  /* of an array: its elements' type */
	uint32_t elements; /* of an array: how many; of others: how many members or names */
};
bool eunomia_object__type(const struct bpf_object *obj, uint32_t type, struct eunomia_type *result);

/* A member of a struct or union. */
struct eunomia_member {
	const char *name; /* empty for an anonymous struct or union */
	uint32_t type;
	uint32_t bit_offset; /* from the start of the struct */
	uint32_t bit_width;  /* of a bit field, else 0 */
};
bool eunomia_object__member(const struct bpf_object *obj, uint32_t type, size_t index, struct eunomia_member *member);

/* The name of an enumeration's value, NULL if it has none. */
const char *eunomia_object__enumerator(const struct bpf_object *obj, uint32_t type, int64_t value);

#ifdef __cplusplus
}
#endif

#endif
