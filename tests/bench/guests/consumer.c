// SPDX-License-Identifier: MIT
/* A tool of one's own as people write it: records are read where they lie, the SDK's output makes the lines. */
#include <eunomia.h>

#include "workload.skel.h"

#define PUT(literal) eunomia_put(literal, sizeof(literal) - 1)

static void show(const struct workload_event *event)
{
	PUT("{\"duration_ns\":");
	eunomia_put_u64(event->duration_ns, 0);
	PUT(",\"pid\":");
	eunomia_put_u64(event->pid, 0);
	PUT(",\"ppid\":");
	eunomia_put_u64(event->ppid, 0);
	PUT(",\"uid\":");
	eunomia_put_u64(event->uid, 0);
	PUT(",\"exit_code\":");
	eunomia_put_i64(event->exit_code, 0);
	PUT(",\"sequence\":");
	eunomia_put_u64(event->sequence, 0);
	PUT(",\"exit_event\":");
	if (event->exit_event)
		PUT("true");
	else
		PUT("false");
	PUT(",\"monotonic_time_ns\":");
	eunomia_put_u64(event->monotonic_time_ns, 0);
	PUT(",\"comm\":");
	eunomia_put_json(event->comm, sizeof(event->comm));
	PUT(",\"filename\":");
	eunomia_put_json(event->filename, sizeof(event->filename));
	PUT("}\n");
}

int main(void)
{
	struct workload_bpf *skel = workload_bpf__open_and_load();

	if (!skel) {
		eunomia_complain("cannot load workload");
		return 1;
	}
	struct eunomia_input inputs[] = { { .map = skel->maps.events } };
	struct eunomia_events *events = eunomia_events__open(inputs, 1);
	int err = events ? workload_bpf__attach(skel) : -errno;
	struct eunomia_batch batch;

	while (!err && (err = eunomia_events__next(events, &batch, EUNOMIA_FOREVER)) > 0) {
		struct eunomia_record record = { 0 };

		while (eunomia_batch__next(&batch, &record)) {
			const struct workload_event *event = eunomia_record__as(&record, struct workload_event);

			if (event)
				show(event);
		}
		err = 0;
	}
	if (err)
		eunomia_complain("cannot read events");
	eunomia_events__close(events);
	workload_bpf__destroy(skel);
	return err != 0;
}
