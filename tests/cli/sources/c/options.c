/* A command line that is read with what eunomia/options.h has. */
#include <eunomia.h>
#include <eunomia/options.h>

static const struct option options[] = {
	{ "all", no_argument, NULL, 'a' },
	{ "percent", required_argument, NULL, 'p' },
	{ "time", required_argument, NULL, 't' },
	{ 0 },
};

int main(int argc, char **argv)
{
	int32_t percent = -1;
	int64_t time = -1;
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":ap:t:", options, NULL)) != -1) {
		switch (option) {
		case 'a':
			break;
		case 'p':
			if (!eunomia_read_i32(optarg, 0, 100, &percent))
				return EUNOMIA_USAGE;
			break;
		case 't':
			if (!eunomia_read_i64(optarg, INT64_MIN, INT64_MAX, &time))
				return EUNOMIA_USAGE;
			break;
		default:
			return eunomia_wrong_option(option, argv);
		}
	}
	if (optind < argc)
		return eunomia_unexpected_argument(argv[optind]);
	printf("%d %lld\n", (int)percent, (long long)time);
	return 0;
}
