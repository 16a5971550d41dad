/* Maps by number, as libbpf's functions for file descriptors have them. */
#include <stdlib.h>

#include "eunomia.h"
#include "internal.h"

/* Numbers begin where no descriptor of the C library is, so that neither is taken for the other. */
#define FIRST 1000

static struct {
	struct bpf_map **maps;
	int count;
} numbered;

static int insert_map_number(const struct bpf_map *map, const void *key, size_t key_size, int number)
{
	const struct bpf_map *inner = eunomia_map_of(number);

	return inner ? eunomia_map__insert_map(map, key, key_size, inner) : -EBADF;
}

int bpf_map__fd(const struct bpf_map *constant)
{
	struct bpf_map *map = (struct bpf_map *)constant;
	eunomia_bpf_map_borrow_map_t handle;
	int err = eunomia_map_handle(map, &handle);

	if (err || map->fd)
		return err ?: map->fd;
	struct bpf_map **maps = realloc(numbered.maps, (size_t)(numbered.count + 1) * sizeof(*maps));
	if (!maps)
		return eunomia_fail(ENOMEM, "there is no memory left for the number of a map");
	maps[numbered.count] = map;
	numbered.maps = maps;
	eunomia_insert_map_number = insert_map_number;
	map->fd = FIRST + numbered.count++;
	return map->fd;
}

struct bpf_map *eunomia_map_of(int fd)
{
	struct bpf_map *map = fd >= FIRST && fd - FIRST < numbered.count ? numbered.maps[fd - FIRST] : NULL;

	if (!map)
		eunomia_failf(EBADF, "%d is the number of no map: bpf_map__fd gives it", fd);
	return map;
}

void eunomia_map_close(struct bpf_map *map)
{
	if (map->fd)
		numbered.maps[map->fd - FIRST] = NULL;
	eunomia_entries__free(&map->walk.entries);
}

int bpf_object__find_map_fd_by_name(const struct bpf_object *obj, const char *name)
{
	struct bpf_map *map = bpf_object__find_map_by_name(obj, name);

	return map ? bpf_map__fd(map) : -errno;
}

int bpf_map_lookup_elem(int fd, const void *key, void *value)
{
	struct bpf_map *map = eunomia_map_of(fd);

	return map ? bpf_map__lookup_elem(map, key, map->info.key_size, value, map->info.value_size, 0) : -EBADF;
}

int bpf_map_update_elem(int fd, const void *key, const void *value, uint64_t flags)
{
	struct bpf_map *map = eunomia_map_of(fd);

	return map ? bpf_map__update_elem(map, key, map->info.key_size, value, map->info.value_size, flags) : -EBADF;
}

int bpf_map_delete_elem(int fd, const void *key)
{
	struct bpf_map *map = eunomia_map_of(fd);

	return map ? bpf_map__delete_elem(map, key, map->info.key_size, 0) : -EBADF;
}

int bpf_map_lookup_and_delete_elem(int fd, const void *key, void *value)
{
	struct bpf_map *map = eunomia_map_of(fd);

	return map ? bpf_map__lookup_and_delete_elem(map, key, map->info.key_size, value, map->info.value_size, 0) : -EBADF;
}

int bpf_map_get_next_key(int fd, const void *key, void *next_key)
{
	struct bpf_map *map = eunomia_map_of(fd);

	return map ? bpf_map__get_next_key(map, key, next_key, map->info.key_size) : -EBADF;
}

int libbpf_num_possible_cpus(void)
{
	for (int i = 0; i < numbered.count; i++)
		if (numbered.maps[i] && numbered.maps[i]->info.cpus)
			return (int)numbered.maps[i]->info.cpus;
	return eunomia_fail(ENOENT, "no per-CPU map was asked for its bpf_map__fd yet: nothing else tells how many CPUs there are");
}
