/* SPDX-License-Identifier: MIT */
/*
 * libbpf's readers of ring and perf buffers: a callback a record. For sources that were written for libbpf; events.h has what is
 * behind them. The record passed to a callback lies in the batch, and is valid during the call.
 */
#ifndef EUNOMIA_BUFFER_H
#define EUNOMIA_BUFFER_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ring_buffer;
struct ring_buffer_opts {
	size_t sz;
};

/* A negative result ends the poll, which gives it back. The records after it come with the next poll. */
typedef int (*ring_buffer_sample_fn)(void *ctx, void *data, size_t size);

/* A reader of the ring buffer with this bpf_map__fd, and further ones: all before the first poll. `opts` is ignored. */
struct ring_buffer *ring_buffer__new(int map_fd, ring_buffer_sample_fn sample_cb, void *ctx,
				     const struct ring_buffer_opts *opts);
int ring_buffer__add(struct ring_buffer *rb, int map_fd, ring_buffer_sample_fn sample_cb, void *ctx);

/* Waits for records, up to `timeout_ms`, negative for ever, and calls back for each. How many; -EINTR if the run should end, once all
 * that was there has been given back: the handler of SIGINT or SIGTERM, if there is one, has been called then. */
int ring_buffer__poll(struct ring_buffer *rb, int timeout_ms);

/* The same without waiting. */
int ring_buffer__consume(struct ring_buffer *rb);

void ring_buffer__free(struct ring_buffer *rb);

struct perf_buffer;
struct perf_buffer_opts {
	size_t sz;
};
typedef void (*perf_buffer_sample_fn)(void *ctx, int cpu, void *data, uint32_t size);
/* `cpu` is -1: the host counts what was lost on all together. */
typedef void (*perf_buffer_lost_fn)(void *ctx, int cpu, uint64_t cnt);

/* A reader of the perf event array with this bpf_map__fd: before the object is attached. The host chooses the size of the buffers:
 * `page_cnt` and `opts` are ignored. `lost_cb` may be NULL. */
struct perf_buffer *perf_buffer__new(int map_fd, size_t page_cnt, perf_buffer_sample_fn sample_cb,
				     perf_buffer_lost_fn lost_cb, void *ctx, const struct perf_buffer_opts *opts);

/* As those of ring buffers. */
int perf_buffer__poll(struct perf_buffer *pb, int timeout_ms);
int perf_buffer__consume(struct perf_buffer *pb);
void perf_buffer__free(struct perf_buffer *pb);

#ifdef __cplusplus
}
#endif

#endif
