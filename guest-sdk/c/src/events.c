/* Events, a batch a call. */
#include <stdlib.h>

#include "eunomia.h"
#include "internal.h"

/* Large enough that calls cost nothing an event, small enough to stay in a CPU's cache. */
#define ROOM (256 * 1024)

struct eunomia_events {
	eunomia_bpf_events_own_event_source_t source;
	guest_list_u64_t data; /* of the batch that the tool has */
	uint32_t room;
};

static int translate_input(const struct eunomia_input *from, eunomia_bpf_events_input_t *to)
{
	eunomia_bpf_map_borrow_map_t map;
	int err = from->map ? eunomia_map_handle(from->map, &map) : eunomia_fail(EINVAL, "an input of events has no map");

	if (err)
		return err;
	*to = (eunomia_bpf_events_input_t){
		.map = { map.__handle },
		.sampling = { .is_some = from->interval != 0,
			      .val = { .interval = from->interval, .clear = from->clear, .per_cpu = from->per_cpu } },
	};
	return 0;
}

struct eunomia_events *eunomia_events__open(const struct eunomia_input *inputs, size_t count)
{
	struct eunomia_events *events = eunomia_allocate(sizeof(*events));
	eunomia_bpf_events_list_input_t list = { count ? eunomia_allocate(count * sizeof(*list.ptr)) : NULL, count };
	eunomia_bpf_events_error_t error;
	int err = events && (list.ptr || !count) ? 0 : -ENOMEM;

	for (size_t i = 0; !err && i < count; i++)
		err = translate_input(&inputs[i], &list.ptr[i]);
	if (!err && !eunomia_bpf_events_static_event_source_open(&list, &events->source, &error))
		err = eunomia_events_failure(&error);
	free(list.ptr);
	if (err) {
		free(events);
		return NULL;
	}
	events->room = ROOM;
	return events;
}

static void release_batch(struct eunomia_events *events)
{
	guest_list_u64_free(&events->data);
}

void eunomia_events__close(struct eunomia_events *events)
{
	if (!events)
		return;
	release_batch(events);
	eunomia_bpf_events_event_source_drop_own(events->source);
	free(events);
}

int eunomia_events__next(struct eunomia_events *events, struct eunomia_batch *batch, uint64_t wait)
{
	eunomia_bpf_events_option_batch_t next;
	eunomia_bpf_events_error_t error;

	release_batch(events);
	*batch = (struct eunomia_batch){ 0 };
	int failed = wait ? eunomia_before_wait() : 0;
	if (failed && failed != -EPIPE)
		return failed;
	while (!eunomia_bpf_events_method_event_source_next(eunomia_bpf_events_borrow_event_source(events->source), events->room,
							    wait == EUNOMIA_FOREVER ? NULL : &wait, &next, &error)) {
		/* What no room is enough for is an error, not a reason to ask for ever. */
		if (error.tag != EUNOMIA_BPF_EVENTS_ERROR_TOO_SMALL || error.val.too_small <= events->room)
			return eunomia_events_failure(&error);
		events->room = error.val.too_small;
	}
	if (!next.is_some) {
		eunomia_interrupt();
		return 0;
	}
	events->data = next.val.data;
	*batch = (struct eunomia_batch){
		.data = next.val.data.ptr,
		.words = next.val.data.len,
		.records = next.val.records,
		.lost = next.val.lost,
		.time = next.val.time,
	};
	return 1;
}

int eunomia_events__next_until(struct eunomia_events *events, struct eunomia_batch *batch, uint64_t deadline)
{
	uint64_t now = eunomia_now();

	return eunomia_events__next(events, batch, deadline > now ? deadline - now : 0);
}

struct eunomia_totals eunomia_events__totals(const struct eunomia_events *events)
{
	eunomia_bpf_events_totals_t totals;

	eunomia_bpf_events_method_event_source_totals(eunomia_bpf_events_borrow_event_source(events->source), &totals);
	return (struct eunomia_totals){
		.delivered = totals.delivered,
		.samples = totals.samples,
		.lost = totals.lost.is_some ? totals.lost.val : 0,
		.unread = totals.unread,
		.lost_is_known = totals.lost.is_some,
	};
}
