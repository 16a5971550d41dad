/* SPDX-License-Identifier: MIT */
/*
 * Maps in the kernel, as bytes.
 *
 * A value of a per-CPU map is the values of all possible CPUs one after the other, each padded to a multiple of 8 bytes:
 * eunomia_map__num_cpus times eunomia_map__value_stride bytes. Sizes are checked: a wrong one is -EINVAL, and nothing is written.
 *
 * Where libbpf takes a descriptor of something else than a map or program, a number stands for it: the key of task storage is that of
 * a process, a uint32_t; that of control group storage the group's, a uint64_t, as bpf_get_current_cgroup_id gives it. -ENOENT if nobody
 * has it. Maps that hold maps or programs are written with the numbers of bpf_map__fd and bpf_program__fd, or with the functions below.
 */
#ifndef EUNOMIA_MAP_H
#define EUNOMIA_MAP_H

#include <stddef.h>
#include <stdint.h>

#include "object.h"

#ifdef __cplusplus
extern "C" {
#endif

#ifndef BPF_ANY
/* What an update expects. */
enum {
	BPF_ANY = 0,     /* the key exists or not */
	BPF_NOEXIST = 1, /* it does not exist: else -EEXIST */
	BPF_EXIST = 2,   /* it exists: else -ENOENT */
};
#endif

const char *bpf_map__name(const struct bpf_map *map);
/* enum bpf_map_type of linux/bpf.h. */
uint32_t bpf_map__type(const struct bpf_map *map);
uint32_t bpf_map__key_size(const struct bpf_map *map);
/* The size of one value; for a per-CPU map that of one CPU's, without padding. */
uint32_t bpf_map__value_size(const struct bpf_map *map);
uint32_t bpf_map__max_entries(const struct bpf_map *map);

/* Before the object is loaded. For a ring buffer the size in bytes: a power of two and a multiple of the page size. */
int bpf_map__set_max_entries(struct bpf_map *map, uint32_t max_entries);

/* A number for the functions below that take one, as libbpf's do; -EINVAL before the object is loaded. No file descriptor: close()
 * refuses it. */
int bpf_map__fd(const struct bpf_map *map);

/* The kernel's number of this map, as `bpftool map` lists it; 0 before the object is loaded. */
uint32_t eunomia_map__id(const struct bpf_map *map);

/* How many values a per-CPU map has for a key, and how many bytes apart; 0 for every other map, and before the object is loaded. */
uint32_t eunomia_map__num_cpus(const struct bpf_map *map);
uint32_t eunomia_map__value_stride(const struct bpf_map *map);

/* Reads the value of a key. -ENOENT if there is no such key. `flags` must be 0. Of a bloom filter `key` is NULL, `key_size` 0 and `value`
 * the element: 0 if it may be in. */
int bpf_map__lookup_elem(const struct bpf_map *map, const void *key, size_t key_size, void *value, size_t value_size,
			 uint64_t flags);

/* Writes a value; with per-CPU maps all CPUs' at once. `flags` is BPF_ANY, BPF_NOEXIST or BPF_EXIST. -E2BIG if the map is full. Queues,
 * stacks and bloom filters have no key: NULL and 0. In a full queue or stack, with BPF_EXIST, what is oldest makes room. */
int bpf_map__update_elem(const struct bpf_map *map, const void *key, size_t key_size, const void *value, size_t value_size,
			 uint64_t flags);

/* Deletes a key. -ENOENT if there is no such key. */
int bpf_map__delete_elem(const struct bpf_map *map, const void *key, size_t key_size, uint64_t flags);

/* Reads and deletes. Queues and stacks have no key: NULL and 0. */
int bpf_map__lookup_and_delete_elem(const struct bpf_map *map, const void *key, size_t key_size, void *value,
				    size_t value_size, uint64_t flags);

/* The key after `cur_key`, NULL for the first. -ENOENT after the last. Two calls a key: for whole maps take a batch. */
int bpf_map__get_next_key(const struct bpf_map *map, const void *cur_key, void *next_key, size_t key_size);

/*
 * Entries that were read together: keys back to back, values back to back, in the same order. Start from
 * `struct eunomia_entries entries = {0}`.
 */
struct eunomia_entries {
	const void *keys;
	const void *values;
	uint32_t count;
	void *next; /* where the next call goes on, NULL at the end; not for the tool */
	uint32_t next_size;
	bool started;
};

/*
 * Reads up to `most` entries, at most 65,536 and 16 MiB, from where the call before ended. 1 if there are some, 0 at the end, when
 * nothing is left to free; or an error. While somebody writes, entries may be missed or come twice.
 *
 *     struct eunomia_entries entries = {0};
 *     while (eunomia_map__next_batch(map, &entries, 10000) > 0)
 *             for (uint32_t i = 0; i < entries.count; i++)
 *                     use(&((const struct key *)entries.keys)[i], &((const uint64_t *)entries.values)[i]);
 */
int eunomia_map__next_batch(const struct bpf_map *map, struct eunomia_entries *entries, uint32_t most);

/* The same, and what is given back is deleted. Queues and stacks give values only. */
int eunomia_map__take_batch(const struct bpf_map *map, struct eunomia_entries *entries, uint32_t most);

/* For a loop that is left before the end. */
void eunomia_entries__free(struct eunomia_entries *entries);

/* Writes `count` entries. Gives how many were written; an error only if the first one could not be. */
int eunomia_map__update_batch(const struct bpf_map *map, const void *keys, const void *values, uint32_t count, uint64_t flags);

/* Deletes `count` keys; those that do not exist are skipped. Gives how many were deleted. */
int eunomia_map__delete_batch(const struct bpf_map *map, const void *keys, uint32_t count);

/* Puts a map into an array or hash table of maps, in place of what is there. -EOPNOTSUPP if `map` is none, or if `inner` has another kind,
 * other sizes or flags than the definition says. bpf_map__delete_elem takes it out again. */
int eunomia_map__insert_map(const struct bpf_map *map, const void *key, size_t key_size, const struct bpf_map *inner);

/* Puts a record into a user ring buffer, whole and at once, for programs that call bpf_user_ringbuf_drain. -ENOSPC if there is no room
 * until a program has taken some; -EINVAL for a record that never fits; -EOPNOTSUPP for other maps. */
int eunomia_map__submit(const struct bpf_map *map, const void *record, size_t size);

/* Where an arena is: what pointers in it count from, and how many bytes it has, not all of which need to exist. -EOPNOTSUPP for other
 * maps. */
int eunomia_map__memory(const struct bpf_map *map, uint64_t *address, uint64_t *size);

/* Read and write an arena's memory, at most 16 MiB a call. -EINVAL beyond its end. A page that does not exist is made, of zeros; with
 * BPF_F_SEGV_ON_FAULT among the map's flags it is -EIO. */
int eunomia_map__read_memory(const struct bpf_map *map, uint64_t offset, void *bytes, size_t size);
int eunomia_map__write_memory(const struct bpf_map *map, uint64_t offset, const void *bytes, size_t size);

/* As libbpf's, for sources that use the number of a map. Keys and values have the sizes that the map has. */
int bpf_map_lookup_elem(int fd, const void *key, void *value);
int bpf_map_update_elem(int fd, const void *key, const void *value, uint64_t flags);
int bpf_map_delete_elem(int fd, const void *key);
int bpf_map_lookup_and_delete_elem(int fd, const void *key, void *value);
int bpf_map_get_next_key(int fd, const void *key, void *next_key);

/* How many values per-CPU maps have for a key: known once bpf_map__fd was called for one of them, else -ENOENT. */
int libbpf_num_possible_cpus(void);

#ifdef __cplusplus
}
#endif

#endif
