/* Maps: what is known of them, one entry a call. */
#include <stdlib.h>

#include "eunomia.h"
#include "internal.h"

/* The description of a map; NULL for one that holds a data section. */
static const eunomia_bpf_types_map_description_t *map_description(const struct bpf_map *map)
{
	const eunomia_bpf_object_description_t *description = eunomia_describe(map->object);

	for (size_t i = 0; i < description->maps.len; i++)
		if (!strcmp(eunomia_text(description->maps.ptr[i].name), map->name))
			return &description->maps.ptr[i];
	return NULL;
}

/* Gets the handle once the object is loaded. */
static int load_map(struct bpf_map *map)
{
	guest_string_t name = eunomia_string(map->name);
	eunomia_bpf_object_error_t error;

	if (map->is_loaded)
		return 0;
	if (!map->object->is_loaded)
		return eunomia_failf(EINVAL, "map %s is not in the kernel yet: call bpf_object__load first", map->name);
	if (!eunomia_bpf_object_method_object_map(eunomia_bpf_object_borrow_object(map->object->object), &name, &map->handle,
						  &error))
		return eunomia_object_failure(&error);
	map->is_loaded = true;
	eunomia_bpf_map_method_map_info(eunomia_bpf_map_borrow_map(map->handle), &map->info);
	if (eunomia_is_bloom_filter(map)) {
		/* The contract has its elements as keys, libbpf as values. */
		map->info.value_size = map->info.key_size;
		map->info.key_size = 0;
	}
	return 0;
}

int eunomia_map_handle(const struct bpf_map *map, eunomia_bpf_map_borrow_map_t *handle)
{
	int err = load_map((struct bpf_map *)map);

	if (!err)
		*handle = eunomia_bpf_map_borrow_map(map->handle);
	return err;
}

/* What is known of a map in the kernel, NULL before the object is loaded. */
static const eunomia_bpf_map_info_t *map_info(const struct bpf_map *map)
{
	if (!map->is_loaded && (!map->object->is_loaded || load_map((struct bpf_map *)map)))
		return NULL;
	return &map->info;
}

/* The names of all maps, for an error. */
static void not_found(const struct bpf_object *obj, const char *name)
{
	const eunomia_bpf_object_description_t *description = eunomia_describe(obj);
	char names[256] = "";

	for (size_t i = 0; i < description->maps.len; i++) {
		const char *other = eunomia_text(description->maps.ptr[i].name);
		if (strlen(names) + strlen(other) + 3 > sizeof(names))
			break;
		strcat(strcat(names, i ? ", " : ""), other);
	}
	eunomia_failf(ENOENT, "there is no map %s; there are: %s", name, names);
}

struct bpf_map *bpf_object__find_map_by_name(const struct bpf_object *constant, const char *name)
{
	struct bpf_object *obj = (struct bpf_object *)constant;

	for (struct bpf_map *map = obj->maps; map; map = map->next)
		if (!strcmp(map->name, name))
			return map;
	struct bpf_map *map = eunomia_allocate(sizeof(*map));
	if (!map)
		return NULL;
	map->object = obj;
	map->name = strdup(name);
	if (!map->name || (obj->is_loaded && load_map(map)) || (!obj->is_loaded && !map_description(map))) {
		if (!obj->is_loaded)
			not_found(obj, name);
		free(map->name);
		free(map);
		return NULL;
	}
	map->next = obj->maps;
	obj->maps = map;
	return map;
}

struct bpf_map *bpf_object__next_map(const struct bpf_object *obj, const struct bpf_map *map)
{
	const eunomia_bpf_object_description_t *description = eunomia_describe(obj);
	size_t place = 0;

	if (map) {
		const eunomia_bpf_types_map_description_t *entry = map_description(map);
		place = entry ? (size_t)(entry - description->maps.ptr) + 1 : description->maps.len;
	}
	if (place >= description->maps.len)
		return NULL;
	return bpf_object__find_map_by_name(obj, eunomia_text(description->maps.ptr[place].name));
}

void eunomia_maps_free(struct bpf_object *obj)
{
	while (obj->maps) {
		struct bpf_map *map = obj->maps;

		obj->maps = map->next;
		eunomia_map_close(map);
		if (map->is_loaded) {
			eunomia_bpf_map_info_free(&map->info);
			eunomia_bpf_map_map_drop_own(map->handle);
		}
		free(map->name);
		free(map);
	}
}

const char *bpf_map__name(const struct bpf_map *map)
{
	return map->name;
}

/* A member that the kernel knows, or the description before. */
#define KNOWN(map, member)                                                                                         \
	({                                                                                                         \
		const eunomia_bpf_map_info_t *of_kernel = map_info(map);                                               \
		const eunomia_bpf_types_map_description_t *of_package = of_kernel ? NULL : map_description(map);         \
		of_kernel ? of_kernel->member : of_package ? of_package->member : 0;                               \
	})

uint32_t bpf_map__type(const struct bpf_map *map)
{
	return KNOWN(map, kind);
}

uint32_t bpf_map__key_size(const struct bpf_map *map)
{
	return KNOWN(map, key_size);
}

uint32_t bpf_map__max_entries(const struct bpf_map *map)
{
	return KNOWN(map, max_entries);
}

uint32_t bpf_map__value_size(const struct bpf_map *map)
{
	const eunomia_bpf_types_map_description_t *description = map_description(map);
	const eunomia_bpf_map_info_t *known = description ? NULL : map_info(map);

	return description ? description->value_size : known ? known->value_size : 0;
}

uint32_t eunomia_map__id(const struct bpf_map *map)
{
	const eunomia_bpf_map_info_t *known = map_info(map);

	return known ? known->id : 0;
}

uint32_t eunomia_map__num_cpus(const struct bpf_map *map)
{
	const eunomia_bpf_map_info_t *known = map_info(map);

	return known ? known->cpus : 0;
}

uint32_t eunomia_map__value_stride(const struct bpf_map *map)
{
	const eunomia_bpf_map_info_t *known = map_info(map);

	return known ? known->value_stride : 0;
}

int bpf_map__set_max_entries(struct bpf_map *map, uint32_t max_entries)
{
	guest_string_t name = eunomia_string(map->name);
	eunomia_bpf_object_error_t error;
	int err = eunomia_open(map->object);

	if (err)
		return err;
	return eunomia_bpf_object_method_open_object_set_max_entries(
		       eunomia_bpf_object_borrow_open_object(map->object->open), &name, max_entries, &error) ?
		       0 :
		       eunomia_object_failure(&error);
}
