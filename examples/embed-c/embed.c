// SPDX-License-Identifier: MIT
/* Runs a package or a component inside this program, and does something with what it prints. */
#include <ecli.h>
#include <stdio.h>
#include <stdlib.h>

/* Receives events: whole lines of JSON, many a call. */
static int on_output(void *context, const void *bytes, size_t size)
{
	const char *line = bytes;
	unsigned long *lines = context;

	for (size_t i = 0; i < size; i++)
		if (line[i] == '\n')
			++*lines;
	printf("received: %.*s", (int)size, line);
	return 0;
}

int main(int argc, char **argv)
{
	static char bytes[16 << 20];
	unsigned long lines = 0;
	FILE *file = argc > 1 ? fopen(argv[1], "rb") : NULL;

	if (!file) {
		fprintf(stderr, "usage: embed FILE [ARGS]...\n");
		return 2;
	}
	struct ecli *ecli = ecli_new();
	struct ecli_outcome outcome;
	struct ecli_run run = {
		.bytes = bytes,
		.size = fread(bytes, 1, sizeof(bytes), file),
		.name = "embedded",
		.arguments = (const char *const *)argv + 2,
		.argument_count = argc - 2,
		.format = ECLI_JSON,
		.count = 3,
		.on_output = on_output,
		.context = &lines,
	};
	fclose(file);
	int failed = ecli_run(ecli, &run, &outcome);
	if (outcome.error)
		fprintf(stderr, "error: %s\n", outcome.error);
	printf("ended: %d, %lu lines, %lu events, %ld lost\n", outcome.exit_code, lines, (unsigned long)outcome.delivered,
	       (long)outcome.lost);
	ecli_outcome_clear(&outcome);
	ecli_free(ecli);
	return failed ? 1 : outcome.exit_code;
}
