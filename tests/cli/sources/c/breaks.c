/* Misbehaves in the way that its argument names. */
#include <eunomia.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static volatile int sink;
/* What nobody may take for unused. */
static char *volatile kept;

static int deep(int depth)
{
	char local[1000];

	memset(local, depth, sizeof(local));
	sink = local[depth % 1000];
	return depth < 0 ? depth : deep(depth + 1) + local[0];
}

/* The contract's own function, called with a handle that nobody has given out. */
__attribute__((import_module("eunomia:bpf/object@0.1.0"), import_name("[method]skeleton.open"))) extern void
open_skeleton(int handle, void *result);

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	char result[16];

	printf("begins\n");
	fflush(stdout);
	if (!strcmp(what, "loop"))
		for (;;)
			sink++;
	if (!strcmp(what, "memory"))
		for (;;) {
			kept = malloc(1 << 20);
			memset(kept, 1, 1 << 20);
		}
	if (!strcmp(what, "recursion"))
		return deep(0);
	if (!strcmp(what, "abort"))
		abort();
	if (!strcmp(what, "null"))
		((void (*)(void))(uintptr_t)(argc - 2))();
	if (!strcmp(what, "handle"))
		open_skeleton(99, result);
	if (!strcmp(what, "address"))
		return *(volatile int *)(uintptr_t)0xfffffff0u;
	return 0;
}
