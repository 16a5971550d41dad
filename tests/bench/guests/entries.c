// SPDX-License-Identifier: MIT
/* Fills a map with 100,000 entries, and reads them all in batches as often as it is told. */
#include <eunomia.h>
#include <stdio.h>
#include <stdlib.h>

#include "entries.skel.h"

#define ENTRIES 100000
#define BATCH 4096

static uint64_t keys[ENTRIES];
static struct entries_value values[ENTRIES];

int main(int argc, char **argv)
{
	int times = argc > 1 ? atoi(argv[1]) : 1;
	struct entries_bpf *skel = entries_bpf__open_and_load();
	unsigned long long sum = 0;

	if (!skel) {
		eunomia_complain("cannot load entries");
		return 1;
	}
	for (int i = 0; i < ENTRIES; i++) {
		keys[i] = i;
		values[i].count = i;
		values[i].bytes = 1;
	}
	if (eunomia_map__update_batch(skel->maps.entries, keys, values, ENTRIES, BPF_ANY) != ENTRIES) {
		eunomia_complain("cannot fill the map");
		return 1;
	}
	for (int i = 0; i < times; i++) {
		struct eunomia_entries entries = { 0 };

		while (eunomia_map__next_batch(skel->maps.entries, &entries, BATCH) > 0) {
			const uint64_t *key = entries.keys;
			const struct entries_value *value = entries.values;

			for (uint32_t j = 0; j < entries.count; j++)
				sum += key[j] + value[j].count + value[j].bytes;
		}
	}
	printf("%llu\n", sum);
	entries_bpf__destroy(skel);
	return 0;
}
