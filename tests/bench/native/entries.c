// SPDX-License-Identifier: MIT
// Fills a map with 100,000 entries, and reads them all in batches as often as it is told.
#include <stdio.h>
#include <stdlib.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "object.h"

#define ENTRIES 100000
#define BATCH 4096

struct value {
	unsigned long long count, bytes;
};

static unsigned long long keys[ENTRIES];
static struct value values[ENTRIES];

int main(int argc, char **argv)
{
	int times = argc > 1 ? atoi(argv[1]) : 1;
	struct bpf_object *object = bpf_object__open_mem(object_start, object_end - object_start, NULL);
	unsigned long long sum = 0;
	__u32 count = ENTRIES;
	int map;

	if (!object || bpf_object__load(object))
		return 1;
	map = bpf_object__find_map_fd_by_name(object, "entries");
	for (int i = 0; i < ENTRIES; i++) {
		keys[i] = i;
		values[i].count = i;
		values[i].bytes = 1;
	}
	if (bpf_map_update_batch(map, keys, values, &count, NULL))
		return 1;
	for (int i = 0; i < times; i++) {
		__u64 in, out;
		void *from = NULL;
		int error;

		do {
			count = BATCH;
			error = bpf_map_lookup_batch(map, from, &out, keys, values, &count, NULL);
			for (__u32 j = 0; j < count; j++)
				sum += keys[j] + values[j].count + values[j].bytes;
			in = out;
			from = &in;
		} while (!error);
	}
	printf("%llu\n", sum);
	bpf_object__close(object);
	return 0;
}
