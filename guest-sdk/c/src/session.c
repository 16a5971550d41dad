/* What the host hands to the run. */
#include "eunomia.h"
#include "internal.h"

struct eunomia_output_options eunomia_output_options(void)
{
	eunomia_bpf_session_output_options_t options;

	eunomia_bpf_session_output(&options);
	return (struct eunomia_output_options){
		.format = (enum eunomia_output_format)options.format,
		.header = options.header,
		.color = options.color,
		.utc_offset = options.utc_offset,
		.width = options.width.is_some ? options.width.val : 0,
	};
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
