/* SPDX-License-Identifier: MIT */
/*
 * Events from the kernel, a batch a call: records are read where they lie in the batch, none is copied.
 *
 *     struct eunomia_input inputs[] = { { .map = bpf_object__find_map_by_name(obj, "events") } };
 *     struct eunomia_events *events = eunomia_events__open(inputs, 1);
 *     struct eunomia_batch batch;
 *     int err;
 *
 *     while ((err = eunomia_events__next(events, &batch, EUNOMIA_FOREVER)) > 0) {
 *             struct eunomia_record record = {0};
 *             while (eunomia_batch__next(&batch, &record)) {
 *                     const struct event *event = eunomia_record__as(&record, struct event);
 *                     if (event)
 *                             show(event);
 *             }
 *     }
 */
#ifndef EUNOMIA_EVENTS_H
#define EUNOMIA_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "object.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A reader of several maps. */
struct eunomia_events;

/* One map to read: a ring buffer or a perf event array; or a map of any other kind, which is sampled: first at once, then at each
 * interval, each map on a clock of its own, and once more at the end. A sample's entries are records of a key, padded to 8 bytes, and a
 * value; a record of length 0 ends it. */
struct eunomia_input {
	const struct bpf_map *map;
	uint64_t interval; /* nanoseconds, at least 1,000,000; 0 for a buffer */
	bool clear;	   /* whether what was sampled is deleted */
	bool per_cpu;	   /* whether values of a per-CPU map come as one record a CPU, instead of all in one */
};

/* Opens a reader, after the object is loaded and before it is attached, so that a perf event array loses nothing. No more than one
 * reader for a map. The place of a map in `inputs` is its source number. With no input it waits for the end of the run. */
struct eunomia_events *eunomia_events__open(const struct eunomia_input *inputs, size_t count);

/* Closes it. NULL is fine. */
void eunomia_events__close(struct eunomia_events *events);

/* Records that were read together; they are valid until the next call for the same reader. */
struct eunomia_batch {
	const uint64_t *data; /* a header of 8 bytes before each record, as types.batch of the contract says */
	size_t words;	      /* of data */
	uint32_t records;
	uint64_t lost; /* how many the kernel has reported lost since the batch before */
	uint64_t time; /* when it was read: nanoseconds since 1970-01-01 00:00 UTC */
};

/* For as long as it takes. */
#define EUNOMIA_FOREVER UINT64_MAX

/*
 * Waits for events, for at most `wait` nanoseconds; 0 does not wait. 1 with a batch, which is empty if the time is up; 0 if the run
 * should end, and all that was there has been given back; or an error, after which it can be called again.
 *
 * What was printed is written before it waits. Batches have up to 256 KiB, more only where one record needs it.
 */
int eunomia_events__next(struct eunomia_events *events, struct eunomia_batch *batch, uint64_t wait);

/* The same until a moment of eunomia_now(): for tools that print at intervals, without drifting. */
int eunomia_events__next_until(struct eunomia_events *events, struct eunomia_batch *batch, uint64_t deadline);

/* What became of the events so far. Exact only while nothing produces. */
struct eunomia_totals {
	uint64_t delivered; /* records of buffers that the tool was given */
	uint64_t samples;   /* samples of maps that it was given to their end */
	uint64_t lost;	 /* if `lost_is_known`: did not fit into a buffer */
	uint64_t unread; /* lie in the buffers now */
	bool lost_is_known;
};
struct eunomia_totals eunomia_events__totals(const struct eunomia_events *events);

/* Where the kernel does not tell which CPU wrote a record. */
#define EUNOMIA_NO_CPU 0xffff

/* One record of a batch, where it lies: aligned to 8 bytes. */
struct eunomia_record {
	const void *data;
	uint32_t size;
	uint16_t source; /* the map's place in the inputs */
	uint16_t cpu;	 /* that wrote it, or EUNOMIA_NO_CPU */
};

/* Goes on to the next record, the first if `record` is all 0. False at the end. */
static inline bool eunomia_batch__next(const struct eunomia_batch *batch, struct eunomia_record *record)
{
	const uint64_t *end = batch->data + batch->words;
	const uint64_t *header =
		record->data ? (const uint64_t *)record->data + ((uint64_t)record->size + 7) / 8 : batch->data;

	if (header >= end)
		return false;
	record->data = header + 1;
	record->size = (uint32_t)*header;
	record->source = (uint16_t)(*header >> 32);
	record->cpu = (uint16_t)(*header >> 48);
	/* The host makes batches whole; what reaches past the end is none. */
	return record->size <= (size_t)(end - header - 1) * 8;
}

/* The record as a struct, or NULL if it is shorter. */
#define eunomia_record__as(record, type) ((record)->size >= sizeof(type) ? (const type *)(record)->data : (const type *)NULL)

/* The key and the value of a sampled entry: the key is padded to 8 bytes. */
static inline const void *eunomia_record__key(const struct eunomia_record *record)
{
	return record->data;
}
static inline const void *eunomia_record__value(const struct eunomia_record *record, size_t key_size)
{
	return (const char *)record->data + (key_size + 7) / 8 * 8;
}

#ifdef __cplusplus
}
#endif

#endif
