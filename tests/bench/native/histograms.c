// SPDX-License-Identifier: MIT
// Prints all histograms of a map as often as it is told, as tools on libbpf do: key by key, with printf.
#include <stdio.h>
#include <stdlib.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "object.h"

#define SLOTS 27
#define STARS 40

struct hist {
	unsigned int slots[SLOTS];
};

static void print_stars(unsigned int value, unsigned int most)
{
	int stars = most ? (int)((unsigned long long)value * STARS / most) : 0;

	for (int i = 0; i < stars; i++)
		printf("*");
	for (int i = stars; i < STARS; i++)
		printf(" ");
}

static void print_histogram(unsigned int key, const struct hist *hist)
{
	unsigned int most = 0;
	int last = -1;

	for (int i = 0; i < SLOTS; i++) {
		if (hist->slots[i])
			last = i;
		if (hist->slots[i] > most)
			most = hist->slots[i];
	}
	printf("key = %u\n", key);
	printf("%*s%-*s : count    distribution\n", 5, "", 19, "usecs");
	for (int i = 0; i <= last; i++) {
		unsigned long long low = i ? 1ull << i : 0, high = (1ull << (i + 1)) - 1;

		printf("%10llu -> %-10llu : %-8u |", low, high, hist->slots[i]);
		print_stars(hist->slots[i], most);
		printf("|\n");
	}
}

int main(int argc, char **argv)
{
	unsigned int keys = argc > 1 ? atoi(argv[1]) : 1;
	int times = argc > 2 ? atoi(argv[2]) : 1;
	struct bpf_object *object = bpf_object__open_mem(object_start, object_end - object_start, NULL);
	int map;

	if (!object || bpf_object__load(object))
		return 1;
	map = bpf_object__find_map_fd_by_name(object, "hists");
	for (unsigned int key = 0; key < keys; key++) {
		struct hist hist = { 0 };

		for (unsigned int i = 0; i < 20; i++)
			hist.slots[i] = (key * 7 + i * i * 13) % 1000 + 1;
		if (bpf_map_update_elem(map, &key, &hist, BPF_ANY))
			return 1;
	}
	for (int i = 0; i < times; i++) {
		unsigned int *from = NULL, key, next;
		struct hist hist;

		while (!bpf_map_get_next_key(map, from, &next)) {
			key = next;
			from = &key;
			if (!bpf_map_lookup_elem(map, &key, &hist))
				print_histogram(key, &hist);
		}
		fflush(stdout);
	}
	bpf_object__close(object);
	return 0;
}
