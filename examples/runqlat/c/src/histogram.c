#include "histogram.h"

#include <eunomia.h>

/* Characters of the longest bar. */
#define WIDTH 40

void print_histogram(const uint32_t *slots, size_t count, const char *unit)
{
	uint32_t most = 0;

	while (count > 0 && slots[count - 1] == 0)
		count--;
	for (size_t i = 0; i < count; i++)
		most = slots[i] > most ? slots[i] : most;
	if (count == 0)
		return;
	eunomia_printf("%5s%-19s : count    distribution\n", "", unit);
	for (size_t i = 0; i < count; i++) {
		uint64_t stars = (uint64_t)slots[i] * WIDTH / most;

		eunomia_put_u64(i == 0 ? 0 : 1ull << i, 10);
		eunomia_put(" -> ", 4);
		eunomia_put_u64((1ull << (i + 1)) - 1, -10);
		eunomia_put(" : ", 3);
		eunomia_put_u64(slots[i], -8);
		eunomia_put(" |", 2);
		for (uint64_t place = 0; place < WIDTH; place++)
			eunomia_put_char(place < stars ? '*' : ' ');
		eunomia_put("|\n", 2);
	}
}
