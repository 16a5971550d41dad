/* The time of day, the time that only goes forward, and sleeping. */
#include <errno.h>
#include <stdlib.h>

#include "../bindings.h"
#include "../internal.h"
#include "wasi.h"

#define SECOND 1000000000ull

int32_t SYSTEM(clock_time_get)(int32_t clock, int64_t precision, int32_t time);
int32_t SYSTEM(clock_res_get)(int32_t clock, int32_t resolution);
int32_t SYSTEM(poll_oneoff)(int32_t in, int32_t out, int32_t count, int32_t events);
int32_t SYSTEM(sched_yield)(void);

int32_t SYSTEM(clock_time_get)(int32_t clock, int64_t precision, int32_t time)
{
	wasi_clocks_wall_clock_datetime_t now;

	(void)precision;
	switch (clock) {
	case __WASI_CLOCKID_REALTIME:
		wasi_clocks_wall_clock_now(&now);
		*AT(uint64_t, time) = now.seconds * SECOND + now.nanoseconds;
		return __WASI_ERRNO_SUCCESS;
	case __WASI_CLOCKID_MONOTONIC:
		*AT(uint64_t, time) = wasi_clocks_monotonic_clock_now();
		return __WASI_ERRNO_SUCCESS;
	default:
		return __WASI_ERRNO_NOTSUP;
	}
}

int32_t SYSTEM(clock_res_get)(int32_t clock, int32_t resolution)
{
	/* Both clocks of the host count nanoseconds. */
	if (clock != __WASI_CLOCKID_REALTIME && clock != __WASI_CLOCKID_MONOTONIC)
		return __WASI_ERRNO_NOTSUP;
	*AT(uint64_t, resolution) = 1;
	return __WASI_ERRNO_SUCCESS;
}

/* How long a subscription waits. */
static uint64_t duration(const __wasi_subscription_clock_t *clock)
{
	uint64_t now = 0;

	if (!(clock->flags & __WASI_SUBCLOCKFLAGS_SUBSCRIPTION_CLOCK_ABSTIME))
		return clock->timeout;
	SYSTEM(clock_time_get)((int32_t)clock->id, 0, (int32_t)(uintptr_t)&now);
	return clock->timeout > now ? clock->timeout - now : 0;
}

/*
 * What sleep, usleep, nanosleep and poll become. Only waits for a clock are known: there is no descriptor to wait for. The host
 * wakes whoever sleeps when the run should end; the handler of SIGINT, if there is one, has then run before this returns.
 */
int32_t SYSTEM(poll_oneoff)(int32_t in, int32_t out, int32_t count, int32_t events)
{
	const __wasi_subscription_t *asked = AT(const __wasi_subscription_t, in), *first = NULL;
	__wasi_event_t *event = AT(__wasi_event_t, out);

	for (int32_t i = 0; i < count; i++) {
		if (asked[i].u.tag != __WASI_EVENTTYPE_CLOCK)
			return __WASI_ERRNO_NOTSUP;
		if (!first || duration(&asked[i].u.u.clock) < duration(&first->u.u.clock))
			first = &asked[i];
	}
	if (!first)
		return __WASI_ERRNO_INVAL;
	wasi_io_poll_own_pollable_t timer = wasi_clocks_monotonic_clock_subscribe_duration(duration(&first->u.u.clock));
	wasi_io_poll_method_pollable_block(wasi_io_poll_borrow_pollable(timer));
	wasi_io_poll_pollable_drop_own(timer);
	if (eunomia_bpf_session_stop_requested())
		eunomia_interrupt();
	*event = (__wasi_event_t){ .userdata = first->userdata, .type = __WASI_EVENTTYPE_CLOCK };
	*AT(size_t, events) = 1;
	return __WASI_ERRNO_SUCCESS;
}

int32_t SYSTEM(sched_yield)(void)
{
	return __WASI_ERRNO_SUCCESS;
}
