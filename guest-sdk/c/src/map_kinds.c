/* Kinds of maps that are no tables of bytes: maps of maps and of programs, user ring buffers, arenas. */
#include <stdlib.h>

#include "eunomia.h"
#include "internal.h"

/* Numbers of programs begin after all numbers of maps. */
#define FIRST_PROGRAM (1 << 20)

static struct {
	struct bpf_program **programs;
	int count;
} numbered_programs;

static int insert_program_number(const struct bpf_map *map, const void *key, size_t key_size, int number)
{
	bool is_known = number >= FIRST_PROGRAM && number - FIRST_PROGRAM < numbered_programs.count;
	const struct bpf_program *prog = is_known ? numbered_programs.programs[number - FIRST_PROGRAM] : NULL;

	if (!prog)
		return eunomia_failf(EBADF, "%d is the number of no program: bpf_program__fd gives it", number);
	return eunomia_program__insert(prog, map, key, key_size);
}

int bpf_program__fd(const struct bpf_program *constant)
{
	struct bpf_program *prog = (struct bpf_program *)constant;
	eunomia_bpf_program_borrow_program_t handle;
	int err = eunomia_program_handle(prog, &handle);

	if (err || prog->fd)
		return err ?: prog->fd;
	struct bpf_program **programs = realloc(numbered_programs.programs, (size_t)(numbered_programs.count + 1) * sizeof(*programs));
	if (!programs)
		return eunomia_fail(ENOMEM, "there is no memory left for the number of a program");
	programs[numbered_programs.count] = prog;
	numbered_programs.programs = programs;
	eunomia_insert_program_number = insert_program_number;
	prog->fd = FIRST_PROGRAM + numbered_programs.count++;
	return prog->fd;
}

void eunomia_program_close(struct bpf_program *prog)
{
	if (prog->fd)
		numbered_programs.programs[prog->fd - FIRST_PROGRAM] = NULL;
}

int eunomia_program__insert(const struct bpf_program *prog, const struct bpf_map *map, const void *key, size_t key_size)
{
	guest_list_u8_t bytes = eunomia_bytes(key, key_size);
	eunomia_bpf_program_borrow_program_t handle;
	eunomia_bpf_map_borrow_map_t into;
	eunomia_bpf_program_error_t error;
	int err = eunomia_program_handle(prog, &handle);

	if (!err)
		err = eunomia_map_handle(map, &into);
	if (err)
		return err;
	return eunomia_bpf_program_method_program_insert(handle, into, &bytes, &error) ? 0 : eunomia_program_failure(&error);
}

int eunomia_map__insert_map(const struct bpf_map *map, const void *key, size_t key_size, const struct bpf_map *inner)
{
	guest_list_u8_t bytes = eunomia_bytes(key, key_size);
	eunomia_bpf_map_borrow_map_t into, handle;
	eunomia_bpf_map_error_t error;
	int err = eunomia_map_handle(map, &into) ?: eunomia_map_handle(inner, &handle);

	if (err)
		return err;
	return eunomia_bpf_map_method_map_insert_map(into, &bytes, handle, &error) ? 0 : eunomia_map_failure(map, &error);
}

int eunomia_map__submit(const struct bpf_map *map, const void *record, size_t size)
{
	guest_list_u8_t bytes = eunomia_bytes(record, size);
	eunomia_bpf_map_borrow_map_t handle;
	eunomia_bpf_map_error_t error;
	int err = eunomia_map_handle(map, &handle);

	if (err || eunomia_bpf_map_method_map_submit(handle, &bytes, &error))
		return err;
	if (error.tag == EUNOMIA_BPF_MAP_ERROR_FULL)
		return eunomia_failf(ENOSPC, "map %s has no room until a program takes records", map->name);
	return eunomia_map_failure(map, &error);
}

int eunomia_map__memory(const struct bpf_map *map, uint64_t *address, uint64_t *size)
{
	eunomia_bpf_map_borrow_map_t handle;
	eunomia_bpf_map_memory_t memory;
	eunomia_bpf_map_error_t error;
	int err = eunomia_map_handle(map, &handle);

	if (err)
		return err;
	if (!eunomia_bpf_map_method_map_memory(handle, &memory, &error))
		return eunomia_map_failure(map, &error);
	*address = memory.address;
	*size = memory.size;
	return 0;
}

int eunomia_map__read_memory(const struct bpf_map *map, uint64_t offset, void *bytes, size_t size)
{
	eunomia_bpf_map_borrow_map_t handle;
	eunomia_bpf_map_error_t error;
	guest_list_u8_t found;
	int err = eunomia_map_handle(map, &handle);

	if (err)
		return err;
	if (!eunomia_bpf_map_method_map_read_memory(handle, offset, (uint32_t)size, &found, &error))
		return eunomia_map_failure(map, &error);
	memcpy(bytes, found.ptr, found.len < size ? found.len : size);
	guest_list_u8_free(&found);
	return 0;
}

int eunomia_map__write_memory(const struct bpf_map *map, uint64_t offset, const void *bytes, size_t size)
{
	guest_list_u8_t data = eunomia_bytes(bytes, size);
	eunomia_bpf_map_borrow_map_t handle;
	eunomia_bpf_map_error_t error;
	int err = eunomia_map_handle(map, &handle);

	if (err)
		return err;
	return eunomia_bpf_map_method_map_write_memory(handle, offset, &data, &error) ? 0 : eunomia_map_failure(map, &error);
}
