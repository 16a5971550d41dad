/* What is put into the output: `number` each number in all ways that there are, `json` each text, which comes in hexadecimal. */
#include <eunomia.h>
#include <stdlib.h>
#include <string.h>

static void put_number(uint64_t number)
{
	eunomia_put_u64(number, 0);
	eunomia_put("|", 1);
	eunomia_put_i64((int64_t)number, 0);
	eunomia_put("|", 1);
	eunomia_put_hex(number, 0);
	eunomia_put("|", 1);
	eunomia_put_u64(number, 12);
	eunomia_put("|", 1);
	eunomia_put_i64((int64_t)number, -12);
	eunomia_put("|", 1);
	eunomia_put_hex(number, 40);
	eunomia_put_char('\n');
}

static void put_json(const char *hex)
{
	size_t size = strlen(hex) / 2;
	/* With no NUL after it, as an array of an event may be. */
	char *text = malloc(size);

	for (size_t i = 0; text && i < size; i++) {
		char digits[] = { hex[2 * i], hex[2 * i + 1], '\0' };

		text[i] = (char)strtoul(digits, NULL, 16);
	}
	eunomia_put_json(text, size);
	eunomia_put_char('\n');
	free(text);
}

int main(int argc, char **argv)
{
	for (int i = 2; i < argc; i++) {
		if (!strcmp(argv[1], "number"))
			put_number(strtoull(argv[i], NULL, 10));
		else
			put_json(argv[i]);
	}
	return 0;
}
