/* What the sources of the SDK share, and tools do not see. */
#ifndef EUNOMIA_INTERNAL_H
#define EUNOMIA_INTERNAL_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "bindings.h"
#include "eunomia.h"

/* Remembers a failure: the sentence is copied. Gives -code, and sets errno. */
int eunomia_fail(int code, const char *sentence);

/* The same, formatted. */
__attribute__((format(printf, 2, 3))) int eunomia_failf(int code, const char *format, ...);

/* Remembers what the host says, and frees it. Each gives a negative errno. */
int eunomia_object_failure(eunomia_bpf_object_error_t *error);
int eunomia_program_failure(eunomia_bpf_program_error_t *error);
int eunomia_map_failure(const struct bpf_map *map, eunomia_bpf_map_error_t *error);
int eunomia_events_failure(eunomia_bpf_events_error_t *error);
int eunomia_output_failure(eunomia_bpf_output_error_t *error);
int eunomia_printer_failure(eunomia_bpf_printer_error_t *error);
int eunomia_symbols_failure(eunomia_bpf_symbols_error_t *error);

/* Memory that is all 0, or NULL with a failure. */
void *eunomia_allocate(size_t size);

/* Calls the handler of SIGINT or SIGTERM, if the tool has set one: once in a run. */
void eunomia_interrupt(void);

/* Writes what was printed, before the tool waits. */
int eunomia_before_wait(void);

/* Remembers for the end of the run that output was lost, and why. */
void eunomia_lose_output(const char *why);

/* The status of a run that would end with `status`: where output was lost and nobody has minded, that is told, and makes it 1. */
int eunomia_end(int status);

/* A string as the host takes it; it reads it during the call only. */
static inline guest_string_t eunomia_string(const char *text)
{
	return (guest_string_t){ (uint8_t *)text, strlen(text) };
}

/* A string of the host's. Each has a NUL after it: allocate.c. */
static inline const char *eunomia_text(guest_string_t string)
{
	return (const char *)string.ptr;
}

static inline const char *eunomia_optional_text(const guest_option_string_t *string)
{
	return string->is_some ? eunomia_text(string->val) : NULL;
}

struct bpf_program {
	struct bpf_program *next;
	struct bpf_object *object;
	char *name;
	eunomia_bpf_program_own_program_t handle; /* if `is_loaded` */
	int fd; /* 0 if it has none */
	bool is_loaded;
};

/* Where a walk by bpf_map__get_next_key is. */
struct eunomia_walk {
	struct eunomia_entries entries;
	uint32_t place; /* of the key that was given last */
};

struct bpf_map {
	struct bpf_map *next;
	struct bpf_object *object;
	char *name;
	eunomia_bpf_map_own_map_t handle; /* if `is_loaded` */
	eunomia_bpf_map_info_t info;	  /* if `is_loaded` */
	struct eunomia_walk walk;
	int fd; /* 0 if it has none */
	bool is_loaded;
};

struct bpf_object {
	eunomia_bpf_object_own_skeleton_t skeleton;
	eunomia_bpf_object_own_open_object_t open; /* if `is_open` */
	eunomia_bpf_object_own_object_t object;	   /* if `is_loaded` */
	eunomia_bpf_object_description_t description; /* if `is_described` */
	eunomia_bpf_object_list_own_link_t links;
	struct bpf_map *maps;
	struct bpf_program *programs;
	bool is_open, is_used, is_loaded, is_described;
};

/* Opens the object, if it is not; -EINVAL if it is loaded already. */
int eunomia_open(struct bpf_object *obj);

/* The description, asked for once. */
const eunomia_bpf_object_description_t *eunomia_describe(const struct bpf_object *obj);

/* Lets go of what belongs to an object. */
void eunomia_maps_free(struct bpf_object *obj);
void eunomia_programs_free(struct bpf_object *obj);

/* The handle of a map, for calls; -EINVAL before the object is loaded. */
int eunomia_map_handle(const struct bpf_map *map, eunomia_bpf_map_borrow_map_t *handle);

/* enum bpf_map_type of linux/bpf.h, as far as kinds are not tables. */
enum {
	EUNOMIA_PROG_ARRAY = 3,
	EUNOMIA_ARRAY_OF_MAPS = 12,
	EUNOMIA_HASH_OF_MAPS = 13,
	EUNOMIA_BLOOM_FILTER = 30,
};

/* Once the map is loaded. */
static inline bool eunomia_is_bloom_filter(const struct bpf_map *map)
{
	return map->info.kind == EUNOMIA_BLOOM_FILTER;
}

/* Bytes for a call; the host reads them during it only. */
static inline guest_list_u8_t eunomia_bytes(const void *bytes, size_t size)
{
	return (guest_list_u8_t){ (uint8_t *)bytes, size };
}

/* Puts what has a number into a map whose values are descriptors elsewhere. NULL until a number was given: who gets none does not ask
 * the host for the functions. */
typedef int (*eunomia_insert_number)(const struct bpf_map *map, const void *key, size_t key_size, int number);
extern eunomia_insert_number eunomia_insert_map_number, eunomia_insert_program_number;

/* Forgets the number of a program. */
void eunomia_program_close(struct bpf_program *prog);

/* The contract's word for BPF_ANY, BPF_NOEXIST and BPF_EXIST; -EINVAL for anything else. */
int eunomia_update_mode(uint64_t flags, eunomia_bpf_map_update_mode_t *mode);

/* Forgets the number and the walk of a map. */
void eunomia_map_close(struct bpf_map *map);

/* The map with this number, NULL with EBADF. */
struct bpf_map *eunomia_map_of(int fd);

/* A link for a handle, which is dropped if there is no memory. */
struct bpf_link *eunomia_link_new(eunomia_bpf_program_own_link_t handle);

/* The handle of a program, for calls; -EINVAL before the object is loaded. */
int eunomia_program_handle(const struct bpf_program *prog, eunomia_bpf_program_borrow_program_t *handle);

#endif
