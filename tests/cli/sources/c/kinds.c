/* A map of each kind, as a tool has it; each line that it prints is expected by the test. The same in Rust: kinds.rs. */
#include <errno.h>
#include <eunomia.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kinds.skel.h"

static const char *word(int err)
{
	switch (-err) {
	case EINVAL:
		return "wrong size";
	case E2BIG:
	case ENOSPC:
		return "full";
	case ENOENT:
		return "no such key";
	case EOPNOTSUPP:
		return "mismatch";
	case ENOSYS:
		return "unsupported";
	default:
		return "other";
	}
}

static struct kinds_bpf *skel;

static struct bpf_map *map_of(const char *name)
{
	return bpf_object__find_map_by_name(skel->obj, name);
}

static int run(const char *program, size_t size)
{
	char context[16] = "";
	uint32_t result = -100;

	eunomia_program__run(bpf_object__find_program_by_name(skel->obj, program), context, size, &result);
	return (int)result;
}

static uint64_t variable(const char *name, size_t size)
{
	uint64_t value = 0;

	eunomia_object__read(skel->obj, name, &value, size);
	return value;
}

static void tables(void)
{
	static const char *const names[] = { "hash", "lru", "array" }, *const per_cpu[] = { "percpu_hash", "percpu_array" };
	static uint8_t large[12288];
	uint32_t keys[] = { 1, 2 };
	uint64_t values[] = { 10, 20 }, found;
	unsigned sum = 0;

	for (int i = 0; i < 3; i++) {
		struct eunomia_entries entries = { 0 };
		struct bpf_map *map = map_of(names[i]);
		uint64_t all = 0;

		eunomia_map__update_batch(map, keys, values, 2, BPF_ANY);
		bpf_map__lookup_elem(map, &keys[1], 4, &found, 8, 0);
		while (eunomia_map__next_batch(map, &entries, 10) > 0)
			for (uint32_t place = 0; place < entries.count; place++)
				all += ((const uint64_t *)entries.values)[place];
		printf("%s: %u of %u\n", names[i], (unsigned)found, (unsigned)all);
	}

	struct bpf_map *map = map_of("large_hash");
	struct eunomia_entries entries = { 0 };
	for (uint32_t key = 0; key < 100; key++) {
		memset(large, (int)key, sizeof(large));
		bpf_map__update_elem(map, &key, 4, large, sizeof(large), BPF_ANY);
	}
	while (eunomia_map__take_batch(map, &entries, 70) > 0)
		for (uint32_t place = 0; place < entries.count; place++) {
			const uint8_t *value = (const uint8_t *)entries.values + place * sizeof(large);
			sum += value[0] + value[sizeof(large) - 1];
		}
	printf("large_hash: %u, then %d\n", sum, eunomia_map__next_batch(map, &entries, 10));

	for (int i = 0; i < 2; i++) {
		map = map_of(per_cpu[i]);
		uint32_t cpus = eunomia_map__num_cpus(map), stride = eunomia_map__value_stride(map);
		char *given = calloc(cpus, stride), *got = calloc(cpus, stride);

		for (uint32_t cpu = 0; cpu < cpus; cpu++)
			*(uint32_t *)(given + cpu * stride) = cpu + 5;
		bpf_map__update_elem(map, keys, 4, given, cpus * stride, BPF_ANY);
		bpf_map__lookup_elem(map, keys, 4, got, cpus * stride, 0);
		printf("%s: as written %d\n", per_cpu[i], !memcmp(given, got, cpus * stride));
		free(given);
		free(got);
	}
}

static void without_keys(void)
{
	static const char *const names[] = { "queue", "stack" };
	uint32_t number, peeked, popped, other = 99;

	for (int i = 0; i < 2; i++) {
		struct eunomia_entries left = { 0 };
		struct bpf_map *map = map_of(names[i]);
		int fd = bpf_map__fd(map), err;
		uint32_t count = 0;

		for (number = 1; number <= 3; number++)
			bpf_map_update_elem(fd, NULL, &number, BPF_ANY);
		bpf_map_lookup_elem(fd, NULL, &peeked);
		bpf_map_lookup_and_delete_elem(fd, NULL, &popped);
		while (eunomia_map__take_batch(map, &left, 10) > 0)
			count += left.count;
		err = bpf_map_lookup_and_delete_elem(fd, NULL, &number);
		printf("%s: %u %u, then %u, empty %d\n", names[i], (unsigned)peeked, (unsigned)popped, (unsigned)count, err == -ENOENT);
		for (number = 0; number < 100; number++)
			bpf_map_update_elem(fd, NULL, &number, BPF_ANY);
		printf("%s: %s\n", names[i], word(bpf_map_update_elem(fd, NULL, &number, BPF_ANY)));
		bpf_map_update_elem(fd, NULL, &number, BPF_EXIST);
		while (!bpf_map_lookup_and_delete_elem(fd, NULL, &number))
			;
	}

	int bloom = bpf_map__fd(map_of("bloom"));
	number = 11;
	bpf_map_update_elem(bloom, NULL, &number, BPF_ANY);
	bpf_map_update_elem(bpf_map__fd(map_of("queue")), NULL, &number, BPF_ANY);
	int yes = !bpf_map_lookup_elem(bloom, NULL, &number), no = !bpf_map_lookup_elem(bloom, NULL, &other);
	printf("bloom: %d %d, program %d\n", yes, no, run("pop", 16));
}

struct prefix {
	uint32_t bits;
	uint8_t address[4];
};

static unsigned route(struct bpf_map *trie, struct prefix key)
{
	uint32_t value = 0;

	bpf_map__lookup_elem(trie, &key, sizeof(key), &value, sizeof(value), 0);
	return value;
}

static void tries_and_traces(void)
{
	struct prefix prefixes[] = { { 8, { 10, 0, 0, 0 } }, { 16, { 10, 1, 0, 0 } } }, wrong = { 33, { 0 } };
	struct bpf_map *trie = map_of("trie"), *stacks = map_of("stacks");
	struct eunomia_entries entries = { 0 };
	uint32_t values[] = { 1, 2 }, count = 0;
	uint64_t trace[32] = { 0 };
	int kernel = 1, length = 0;

	eunomia_map__update_batch(trie, prefixes, values, 2, BPF_ANY);
	while (eunomia_map__next_batch(trie, &entries, 10) > 0)
		count += entries.count;
	int err = bpf_map__update_elem(trie, &wrong, sizeof(wrong), values, 4, BPF_ANY);
	unsigned longer = route(trie, (struct prefix){ 32, { 10, 1, 9, 9 } });
	unsigned shorter = route(trie, (struct prefix){ 32, { 10, 9, 9, 9 } });
	unsigned none = route(trie, (struct prefix){ 32, { 11, 0, 0, 0 } });
	printf("trie: %u %u %u, %u entries, %s\n", longer, shorter, none, (unsigned)count, word(err));
	bpf_map__delete_elem(trie, &prefixes[1], sizeof(*prefixes), 0);
	printf("trie: %u\n", route(trie, (struct prefix){ 32, { 10, 1, 9, 9 } }));

	int number = run("take_stack", 16);
	bpf_map__lookup_elem(stacks, &number, 4, trace, sizeof(trace), 0);
	for (; length < 32 && trace[length]; length++)
		kernel = kernel && trace[length] >> 63;
	printf("stacks: %d, of the kernel %d\n", length > 2, kernel);
}

static void storage(void)
{
	struct bpf_map *tasks = map_of("task_storage"), *groups = map_of("cgroup_storage");
	uint64_t value = 40, nobody = UINT64_MAX, group;
	uint32_t task, missing = 4194305;

	run("who", 0);
	task = (uint32_t)variable("task", 4);
	group = variable("found", 8);
	bpf_map__update_elem(tasks, &task, 4, &value, 8, BPF_NOEXIST);
	run("read_task_storage", 0);
	unsigned found = (unsigned)variable("found", 8);
	bpf_map__lookup_and_delete_elem(tasks, &task, 4, &value, 8, 0);
	int err = bpf_map__update_elem(tasks, &missing, 4, &value, 8, BPF_ANY);
	printf("task_storage: %u %u, %s\n", found, (unsigned)value, word(err));
	value = 50;
	bpf_map__update_elem(groups, &group, 8, &value, 8, BPF_ANY);
	run("read_cgroup_storage", 16);
	found = (unsigned)variable("found", 8);
	bpf_map__lookup_elem(groups, &group, 8, &value, 8, 0);
	bpf_map__delete_elem(groups, &group, 8, 0);
	err = bpf_map__update_elem(groups, &nobody, 8, &value, 8, BPF_ANY);
	printf("cgroup_storage: %u %u, %s\n", found, (unsigned)value, word(err));
}

static void maps_and_programs(void)
{
	struct bpf_map *first = map_of("first"), *second = map_of("second"), *hash = map_of("hash_of_maps");
	int array = bpf_map__fd(map_of("array_of_maps")), inner = bpf_map__fd(first), programs, seven;
	uint32_t place = 2, key = 5, id = 0, slot = 3;
	uint64_t value = 100, seventh = 7, eighth = 8;
	struct eunomia_entries entries = { 0 };

	bpf_map__update_elem(first, &key, 4, &value, 8, BPF_ANY);
	/* As libbpf's. */
	bpf_map_update_elem(array, &place, &inner, BPF_ANY);
	int with = run("count_in_inner", 0);
	bpf_map_lookup_elem(array, &place, &id);
	eunomia_map__insert_map(map_of("array_of_maps"), &place, 4, second);
	int other = run("count_in_inner", 0);
	bpf_map_delete_elem(array, &place);
	int without = run("count_in_inner", 0);
	bpf_map__lookup_elem(first, &key, 4, &value, 8, 0);
	printf("array_of_maps: %d %d %d, %u, id %d\n", with, other, without, (unsigned)value, id == eunomia_map__id(first));
	eunomia_map__insert_map(hash, &seventh, 8, second);
	int err = eunomia_map__insert_map(hash, &eighth, 8, map_of("array"));
	eunomia_map__next_batch(hash, &entries, 10);
	printf("hash_of_maps: %u, %s\n", (unsigned)entries.count, word(err));
	eunomia_entries__free(&entries);

	programs = bpf_map__fd(map_of("programs"));
	seven = bpf_program__fd(bpf_object__find_program_by_name(skel->obj, "seven"));
	printf("programs: %d\n", run("call", 16));
	bpf_map_update_elem(programs, &slot, &seven, BPF_ANY);
	printf("programs: %d\n", run("call", 16));
	bpf_map_delete_elem(programs, &slot);
	printf("programs: %d\n", run("call", 16));
	err = eunomia_program__insert(bpf_object__find_program_by_name(skel->obj, "other_kind"), map_of("programs"), &slot, 4);
	printf("programs: %s\n", err == -EINVAL ? "mismatch" : word(err));
}

static void memory(void)
{
	struct bpf_map *commands = map_of("commands"), *arena = map_of("arena");
	uint64_t submitted = 0, address, size, beyond;
	char text[3] = "", after[3] = "";
	uint32_t number = 7;
	int full, never;

	while (!(full = eunomia_map__submit(commands, &submitted, sizeof(submitted))))
		submitted++;
	int drained = run("drain", 0);
	never = eunomia_map__submit(commands, calloc(1, 5000), 5000);
	printf("commands: %u %d, sum %u, %s, %s\n", (unsigned)submitted, drained, (unsigned)variable("sum", 8), word(full), word(never));

	run("fill_arena", 0);
	eunomia_map__memory(arena, &address, &size);
	uint64_t page = variable("made_at", 8) - address;
	eunomia_map__read_memory(arena, page + 16, text, 2);
	eunomia_map__write_memory(arena, page + 17, "o", 1);
	eunomia_map__read_memory(arena, page + 16, after, 2);
	eunomia_map__write_memory(arena, size - 4, &number, 4);
	number = 0;
	eunomia_map__read_memory(arena, size - 4, &number, 4);
	int err = eunomia_map__read_memory(arena, size - 4, &beyond, 8);
	if (eunomia_map__read_memory(arena, 0, NULL, UINT32_MAX) != -EINVAL)
		printf("4 GiB were read\n");
	printf("arena: %s %s %u, %s, null 0\n", text, after, (unsigned)number, word(err));
}

static void refused(void)
{
	static const char *const names[] = { "socket_storage", "ring", "perf", "commands", "arena", "array_of_maps", "sockets",
					     "interfaces" };
	uint8_t key[8] = { 0 }, value[8];

	memset(value, 1, sizeof(value));
	for (int i = 0; i < 8; i++) {
		struct bpf_map *map = map_of(names[i]);
		int err = bpf_map__update_elem(map, key, bpf_map__key_size(map), value, bpf_map__value_size(map), BPF_ANY);

		/* A number that neither bpf_map__fd nor bpf_program__fd gave. */
		printf("%s: %s\n", names[i], err == -EBADF ? "unsupported" : word(err));
	}
}

int main(void)
{
	skel = kinds_bpf__open_and_load();
	if (!skel) {
		printf("%s\n", eunomia_error());
		return 1;
	}
	tables();
	without_keys();
	tries_and_traces();
	storage();
	maps_and_programs();
	memory();
	refused();
	kinds_bpf__destroy(skel);
	return 0;
}
