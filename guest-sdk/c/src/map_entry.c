/* One entry of a map a call. */
#include <stdlib.h>

#include "eunomia.h"
#include "internal.h"

static int no_flags(uint64_t flags)
{
	return flags ? eunomia_failf(EINVAL, "flags %#llx are not known here: give 0", (unsigned long long)flags) : 0;
}

/* Copies a value to where the tool wants it, and frees it. */
static int deliver(const struct bpf_map *map, guest_option_list_u8_t *found, void *value, size_t size)
{
	int err = 0;

	if (!found->is_some)
		return eunomia_failf(ENOENT, "map %s: the key does not exist", map->name);
	if (found->val.len == size)
		memcpy(value, found->val.ptr, size);
	else
		err = eunomia_failf(EINVAL, "map %s: a value has %zu bytes, not %zu", map->name, found->val.len, size);
	guest_list_u8_free(&found->val);
	return err;
}

int bpf_map__lookup_elem(const struct bpf_map *map, const void *key, size_t key_size, void *value, size_t value_size,
			 uint64_t flags)
{
	eunomia_bpf_map_borrow_map_t handle;
	eunomia_bpf_map_error_t error;
	guest_option_list_u8_t found;
	int err = no_flags(flags) ?: eunomia_map_handle(map, &handle);

	if (err)
		return err;
	bool is_element = eunomia_is_bloom_filter(map) && !key_size;
	guest_list_u8_t bytes = is_element ? eunomia_bytes(value, value_size) : eunomia_bytes(key, key_size);
	if (!eunomia_bpf_map_method_map_lookup(handle, &bytes, &found, &error))
		return eunomia_map_failure(map, &error);
	/* That it may be there is all there is to know of an element. */
	return deliver(map, &found, value, is_element ? 0 : value_size);
}

int bpf_map__lookup_and_delete_elem(const struct bpf_map *map, const void *key, size_t key_size, void *value,
				    size_t value_size, uint64_t flags)
{
	guest_list_u8_t bytes = eunomia_bytes(key, key_size);
	eunomia_bpf_map_borrow_map_t handle;
	eunomia_bpf_map_error_t error;
	guest_option_list_u8_t found;
	int err = no_flags(flags) ?: eunomia_map_handle(map, &handle);

	if (err)
		return err;
	if (!eunomia_bpf_map_method_map_lookup_and_delete(handle, &bytes, &found, &error))
		return eunomia_map_failure(map, &error);
	return deliver(map, &found, value, value_size);
}

int eunomia_update_mode(uint64_t flags, eunomia_bpf_map_update_mode_t *mode)
{
	if (flags > BPF_EXIST)
		return eunomia_failf(EINVAL, "an update takes BPF_ANY, BPF_NOEXIST or BPF_EXIST, not %#llx",
				     (unsigned long long)flags);
	/* In the order of the contract: any, no-exist, exist. */
	*mode = (eunomia_bpf_map_update_mode_t)flags;
	return 0;
}

eunomia_insert_number eunomia_insert_map_number, eunomia_insert_program_number;

static bool holds_numbers(const struct bpf_map *map)
{
	uint32_t kind = map->info.kind;

	return kind == EUNOMIA_PROG_ARRAY || kind == EUNOMIA_ARRAY_OF_MAPS || kind == EUNOMIA_HASH_OF_MAPS;
}

/* Values of these maps are what bpf_map__fd and bpf_program__fd give. */
static int insert_number(const struct bpf_map *map, const void *key, size_t key_size, const void *value, size_t value_size)
{
	bool of_programs = map->info.kind == EUNOMIA_PROG_ARRAY;
	eunomia_insert_number insert = of_programs ? eunomia_insert_program_number : eunomia_insert_map_number;
	int number;

	if (value_size != sizeof(number))
		return eunomia_failf(EINVAL, "map %s: a value is a number of %zu bytes, not %zu", map->name, sizeof(number),
				     value_size);
	memcpy(&number, value, sizeof(number));
	if (!insert)
		return eunomia_failf(EBADF, "%d is the number of no %s: bpf_%s__fd gives it", number,
				     of_programs ? "program" : "map", of_programs ? "program" : "map");
	return insert(map, key, key_size, number);
}

int bpf_map__update_elem(const struct bpf_map *map, const void *key, size_t key_size, const void *value, size_t value_size,
			 uint64_t flags)
{
	guest_list_u8_t key_bytes = eunomia_bytes(key, key_size), value_bytes = eunomia_bytes(value, value_size);
	eunomia_bpf_map_update_mode_t mode;
	eunomia_bpf_map_borrow_map_t handle;
	eunomia_bpf_map_error_t error;
	int err = eunomia_update_mode(flags, &mode) ?: eunomia_map_handle(map, &handle);

	if (err)
		return err;
	if (holds_numbers(map))
		return insert_number(map, key, key_size, value, value_size);
	if (eunomia_is_bloom_filter(map) && !key_size) {
		key_bytes = value_bytes;
		value_bytes = eunomia_bytes(NULL, 0);
	}
	return eunomia_bpf_map_method_map_update(handle, &key_bytes, &value_bytes, mode, &error) ?
		       0 :
		       eunomia_map_failure(map, &error);
}

int bpf_map__delete_elem(const struct bpf_map *map, const void *key, size_t key_size, uint64_t flags)
{
	guest_list_u8_t bytes = eunomia_bytes(key, key_size);
	eunomia_bpf_map_borrow_map_t handle;
	eunomia_bpf_map_error_t error;
	int err = no_flags(flags) ?: eunomia_map_handle(map, &handle);

	if (err)
		return err;
	return eunomia_bpf_map_method_map_delete(handle, &bytes, &error) ? 0 : eunomia_map_failure(map, &error);
}
