/* Many entries of a map a call, and keys one after the other. */
#include <stdlib.h>

#include "eunomia.h"
#include "internal.h"

/* Keys that a walk fetches at once. */
#define WALK 256

typedef bool (*read_batch)(eunomia_bpf_map_borrow_map_t map, guest_list_u8_t *start, uint32_t most,
			   eunomia_bpf_map_entries_t *entries, eunomia_bpf_map_error_t *error);

void eunomia_entries__free(struct eunomia_entries *entries)
{
	free((void *)entries->keys);
	free((void *)entries->values);
	if (entries->next_size)
		free(entries->next);
	*entries = (struct eunomia_entries){ 0 };
}

static int next_batch(const struct bpf_map *map, struct eunomia_entries *entries, uint32_t most, read_batch read)
{
	guest_list_u8_t start = { entries->next, entries->next_size };
	bool is_first = !entries->started, is_over = entries->started && !entries->next_size;
	eunomia_bpf_map_borrow_map_t handle;
	eunomia_bpf_map_entries_t found = { 0 };
	eunomia_bpf_map_error_t error;
	int err = eunomia_map_handle(map, &handle);

	if (!err && !is_over && !read(handle, is_first ? NULL : &start, most, &found, &error))
		err = eunomia_map_failure(map, &error);
	eunomia_entries__free(entries);
	if (err || is_over)
		return err;
	if (found.count == 0 && !found.next.is_some)
		return 0;
	*entries = (struct eunomia_entries){
		.keys = found.keys.len ? found.keys.ptr : NULL,
		.values = found.values.len ? found.values.ptr : NULL,
		.count = found.count,
		.next = found.next.is_some ? found.next.val.ptr : NULL,
		.next_size = found.next.is_some ? found.next.val.len : 0,
		.started = true,
	};
	return 1;
}

int eunomia_map__next_batch(const struct bpf_map *map, struct eunomia_entries *entries, uint32_t most)
{
	return next_batch(map, entries, most, eunomia_bpf_map_method_map_lookup_batch);
}

int eunomia_map__take_batch(const struct bpf_map *map, struct eunomia_entries *entries, uint32_t most)
{
	return next_batch(map, entries, most, eunomia_bpf_map_method_map_lookup_and_delete_batch);
}

int eunomia_map__update_batch(const struct bpf_map *map, const void *keys, const void *values, uint32_t count, uint64_t flags)
{
	eunomia_bpf_map_update_mode_t mode;
	eunomia_bpf_map_borrow_map_t handle;
	eunomia_bpf_map_error_t error;
	uint32_t written;
	int err = eunomia_update_mode(flags, &mode) ?: eunomia_map_handle(map, &handle);

	if (err)
		return err;
	guest_list_u8_t key_bytes = { (uint8_t *)keys, (size_t)count * map->info.key_size };
	guest_list_u8_t value_bytes = { (uint8_t *)values, (size_t)count * map->info.value_size };
	if (eunomia_is_bloom_filter(map)) {
		key_bytes = value_bytes;
		value_bytes = eunomia_bytes(NULL, 0);
	}
	if (!eunomia_bpf_map_method_map_update_batch(handle, &key_bytes, &value_bytes, mode, &written, &error))
		return eunomia_map_failure(map, &error);
	return (int)written;
}

int eunomia_map__delete_batch(const struct bpf_map *map, const void *keys, uint32_t count)
{
	eunomia_bpf_map_borrow_map_t handle;
	eunomia_bpf_map_error_t error;
	uint32_t deleted;
	int err = eunomia_map_handle(map, &handle);

	if (err)
		return err;
	guest_list_u8_t bytes = { (uint8_t *)keys, (size_t)count * map->info.key_size };
	if (!eunomia_bpf_map_method_map_delete_batch(handle, &bytes, &deleted, &error))
		return eunomia_map_failure(map, &error);
	return (int)deleted;
}

static const uint8_t *key_at(const struct eunomia_walk *walk, uint32_t place, size_t size)
{
	return (const uint8_t *)walk->entries.keys + place * size;
}

/*
 * Keys come in batches, as the contract gives them. A walk goes on where it was if it is given the key that it gave last, also if
 * that was deleted meanwhile; any other key starts anew, as one that is not there does in the kernel.
 */
int bpf_map__get_next_key(const struct bpf_map *map, const void *cur_key, void *next_key, size_t key_size)
{
	struct eunomia_walk *walk = &((struct bpf_map *)map)->walk;
	eunomia_bpf_map_borrow_map_t handle;
	int err = eunomia_map_handle(map, &handle);

	if (err)
		return err;
	if (key_size != map->info.key_size)
		return eunomia_failf(EINVAL, "map %s: a key has %u bytes, not %zu", map->name, (unsigned)map->info.key_size,
				     key_size);
	if (cur_key && walk->entries.count && !memcmp(key_at(walk, walk->place, key_size), cur_key, key_size))
		walk->place++;
	else
		eunomia_entries__free(&walk->entries);
	if (walk->place >= walk->entries.count) {
		err = eunomia_map__next_batch(map, &walk->entries, WALK);
		walk->place = 0;
		/* The kernel may give a batch without entries before the last one. */
		while (err > 0 && walk->entries.count == 0)
			err = eunomia_map__next_batch(map, &walk->entries, WALK);
		if (err < 0)
			return err;
		if (err == 0)
			return eunomia_failf(ENOENT, "map %s: there are no more keys", map->name);
	}
	memcpy(next_key, key_at(walk, walk->place, key_size), key_size);
	return 0;
}
