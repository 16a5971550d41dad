/* libbpf's ring_buffer and perf_buffer: a callback a record. */
#include <stdlib.h>

#include "eunomia.h"
#include "internal.h"

/* A ring buffer and who is called for its records. */
struct ring {
	const struct bpf_map *map;
	ring_buffer_sample_fn callback;
	void *context;
};

/* What both have: a reader, and the batch that it is in. A callback may have ended a poll in the middle of one. */
struct reader {
	struct eunomia_events *events;
	struct eunomia_batch batch;
	struct eunomia_record record;
};

struct ring_buffer {
	struct reader reader;
	struct ring *rings;
	size_t count;
};

struct perf_buffer {
	struct reader reader;
	perf_buffer_sample_fn sample;
	perf_buffer_lost_fn lost;
	void *context;
};

/* Sees to it that the reader has a batch, and waits for one if it has none. 1, or a negative errno. */
static int fetch(struct reader *reader, int timeout_ms)
{
	struct eunomia_record next = reader->record;

	if (eunomia_batch__next(&reader->batch, &next))
		return 1;
	reader->record = (struct eunomia_record){ 0 };
	int got = eunomia_events__next(reader->events, &reader->batch,
				       timeout_ms < 0 ? EUNOMIA_FOREVER : (uint64_t)timeout_ms * EUNOMIA_MILLISECOND);
	return got ? got : eunomia_fail(EINTR, "the run should end");
}

struct ring_buffer *ring_buffer__new(int map_fd, ring_buffer_sample_fn sample_cb, void *ctx,
				     const struct ring_buffer_opts *opts)
{
	struct ring_buffer *rb = eunomia_allocate(sizeof(*rb));

	(void)opts;
	if (rb && ring_buffer__add(rb, map_fd, sample_cb, ctx)) {
		free(rb);
		return NULL;
	}
	return rb;
}

int ring_buffer__add(struct ring_buffer *rb, int map_fd, ring_buffer_sample_fn sample_cb, void *ctx)
{
	struct bpf_map *map = eunomia_map_of(map_fd);

	if (!map)
		return -EBADF;
	if (rb->reader.events)
		return eunomia_fail(EINVAL, "ring_buffer__add comes before the first poll");
	struct ring *rings = realloc(rb->rings, (rb->count + 1) * sizeof(*rings));
	if (!rings)
		return eunomia_fail(ENOMEM, "there is no memory left for another ring buffer");
	rings[rb->count++] = (struct ring){ map, sample_cb, ctx };
	rb->rings = rings;
	return 0;
}

/* The reader of all rings: opened by the first poll, when all are known. What is written meanwhile waits in them. */
static int open_rings(struct ring_buffer *rb)
{
	struct eunomia_input *inputs = eunomia_allocate(rb->count * sizeof(*inputs));

	if (!inputs)
		return -ENOMEM;
	for (size_t i = 0; i < rb->count; i++)
		inputs[i].map = rb->rings[i].map;
	rb->reader.events = eunomia_events__open(inputs, rb->count);
	free(inputs);
	return rb->reader.events ? 0 : -errno;
}

int ring_buffer__poll(struct ring_buffer *rb, int timeout_ms)
{
	struct reader *reader = &rb->reader;
	int err = reader->events ? 0 : open_rings(rb), count = 0;

	if (!err)
		err = fetch(reader, timeout_ms);
	if (err < 0)
		return err;
	for (; eunomia_batch__next(&reader->batch, &reader->record); count++) {
		/* The place of a map among the inputs, which are the rings. */
		if (reader->record.source >= rb->count)
			continue;
		const struct ring *ring = &rb->rings[reader->record.source];

		err = ring->callback(ring->context, (void *)reader->record.data, reader->record.size);
		if (err < 0)
			return err;
	}
	return count;
}

int ring_buffer__consume(struct ring_buffer *rb)
{
	return ring_buffer__poll(rb, 0);
}

void ring_buffer__free(struct ring_buffer *rb)
{
	if (!rb)
		return;
	eunomia_events__close(rb->reader.events);
	free(rb->rings);
	free(rb);
}

struct perf_buffer *perf_buffer__new(int map_fd, size_t page_cnt, perf_buffer_sample_fn sample_cb,
				     perf_buffer_lost_fn lost_cb, void *ctx, const struct perf_buffer_opts *opts)
{
	struct eunomia_input input = { .map = eunomia_map_of(map_fd) };
	struct perf_buffer *pb = input.map ? eunomia_allocate(sizeof(*pb)) : NULL;

	(void)page_cnt;
	(void)opts;
	if (!pb)
		return NULL;
	pb->sample = sample_cb;
	pb->lost = lost_cb;
	pb->context = ctx;
	pb->reader.events = eunomia_events__open(&input, 1);
	if (!pb->reader.events) {
		free(pb);
		return NULL;
	}
	return pb;
}

int perf_buffer__poll(struct perf_buffer *pb, int timeout_ms)
{
	struct reader *reader = &pb->reader;
	int err = fetch(reader, timeout_ms), count = 0;

	if (err < 0)
		return err;
	for (; eunomia_batch__next(&reader->batch, &reader->record); count++)
		if (pb->sample)
			pb->sample(pb->context, reader->record.cpu, (void *)reader->record.data, reader->record.size);
	if (reader->batch.lost && pb->lost)
		pb->lost(pb->context, -1, reader->batch.lost);
	reader->batch.lost = 0;
	return count;
}

int perf_buffer__consume(struct perf_buffer *pb)
{
	return perf_buffer__poll(pb, 0);
}

void perf_buffer__free(struct perf_buffer *pb)
{
	if (!pb)
		return;
	eunomia_events__close(pb->reader.events);
	free(pb);
}
