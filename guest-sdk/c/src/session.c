/* What the host hands to the run. */
#include "eunomia.h"
#include "internal.h"

/* A text that stays for the whole run; the empty one stands for none. */
static const char *lasting(bool is_some, guest_string_t text)
{
	return is_some ? eunomia_text(text) : NULL;
}

static struct eunomia_output_options ask(void)
{
	eunomia_bpf_session_output_options_t options;
	const char **fields;

	eunomia_bpf_session_output(&options);
	fields = eunomia_allocate((options.fields.len + 1) * sizeof(*fields));
	for (size_t i = 0; fields && i < options.fields.len; i++)
		fields[i] = eunomia_text(options.fields.ptr[i]);
	return (struct eunomia_output_options){
		.format = (enum eunomia_output_format)options.format,
		.header = options.header,
		.color = options.color,
		.utc_offset = options.utc_offset,
		.width = options.width.is_some ? options.width.val : 0,
		.fields = fields,
		.field_count = fields ? options.fields.len : 0,
		.filter = lasting(options.filter.is_some, options.filter.val),
		.sort = lasting(options.sort.is_some, options.sort.val),
		.top = options.top.is_some ? options.top.val : 0,
		.max_rows = options.max_rows.is_some ? options.max_rows.val : 0,
		.interval = options.interval.is_some ? options.interval.val : 0,
		.per_cpu = options.per_cpu,
	};
}

struct eunomia_output_options eunomia_output_options(void)
{
	static struct eunomia_output_options options;
	static bool asked;

	if (!asked)
		options = ask();
	asked = true;
	return options;
}

bool eunomia_stop_requested(void)
{
	return eunomia_bpf_session_stop_requested();
}

void eunomia_set_exit_code(uint8_t code)
{
	eunomia_bpf_session_set_exit_code(code);
}

struct tm *eunomia_local_time(uint64_t nanoseconds_since_1970, struct tm *result)
{
	time_t seconds = (time_t)(nanoseconds_since_1970 / EUNOMIA_SECOND) + eunomia_output_options().utc_offset;

	return gmtime_r(&seconds, result);
}

uint64_t eunomia_now(void)
{
	return wasi_clocks_monotonic_clock_now();
}

/* A reader of no map: what its waiting gives back is that the time is up, or that the run should end. */
bool eunomia_sleep(uint64_t nanoseconds)
{
	static struct eunomia_events *nothing;
	struct eunomia_batch batch;

	if (!nothing)
		nothing = eunomia_events__open(NULL, 0);
	return nothing && eunomia_events__next(nothing, &batch, nanoseconds) > 0;
}
