/* Every power of the SDK on the object of layouts.bpf.c; each line that it prints is expected by the test. */
#include <eunomia.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "layouts.skel.h"

/* The last failure, without the paths and names that follow. */
static const char *why(void)
{
	static char line[160];

	snprintf(line, sizeof(line), "%.*s", (int)strcspn(eunomia_error(), "\n"), eunomia_error());
	return line;
}

static void objects(struct layouts_bpf *skel)
{
	struct eunomia_variable variable;
	struct eunomia_map_description map;
	struct eunomia_type type;
	struct eunomia_member member;
	size_t count = 0;

	printf("unknown: %s\n", eunomia_object__open("nobody") ? "opened" : why());
	printf("no package: %d\n", eunomia_object__open_mem("{}", 2) ? 0 : -errno);
	printf("name: %s\n", bpf_object__name(skel->obj));
	for (size_t i = 0; eunomia_object__variable(skel->obj, i, &variable); i++)
		count += !variable.hidden;
	printf("variables: %zu\n", count);
	eunomia_object__map(skel->obj, 0, &map);
	eunomia_object__type(skel->obj, map.record, &type);
	printf("map %s: source %d of struct %s, %u bytes, %u members\n", map.name, map.source, type.name, type.size, type.elements);
	eunomia_object__member(skel->obj, map.record, 2, &member);
	eunomia_object__type(skel->obj, member.type, &type);
	printf("member %s at %u: enum %s, -1 is %s\n", member.name, member.bit_offset, type.name,
	       eunomia_object__enumerator(skel->obj, member.type, -1));
	printf("too early: %d, %s\n", bpf_map__fd(skel->maps.counts), why());
	printf("wrong size: %d\n", eunomia_object__set(skel->obj, "level", "x", 1));
	printf("no variable: %d\n", eunomia_object__set_json(skel->obj, "nobody", "1"));
	printf("no map: %s\n", bpf_object__find_map_by_name(skel->obj, "nobody") ? "found" : why());
	printf("entries: %d, then %u\n", bpf_map__set_max_entries(skel->maps.waiting, 3),
	       bpf_map__max_entries(skel->maps.waiting));
}

static void maps(struct layouts_bpf *skel)
{
	const struct bpf_map *counts = skel->maps.counts, *waiting = skel->maps.waiting;
	uint32_t cpus = eunomia_map__num_cpus(counts), stride = eunomia_map__value_stride(counts);
	size_t size = (size_t)cpus * stride;
	char *values = calloc(2, size);
	uint32_t keys[] = { 0, 1 }, key, number = 0;
	struct eunomia_entries entries = { 0 };
	int sum = 0, count = 0;

	/* One value a CPU. */
	((struct layouts_inner *)(values + size + (cpus - 1) * stride))->number = 7;
	printf("per CPU: %u bytes each, apart by %u\n", bpf_map__value_size(counts), stride);
	printf("written: %d\n", eunomia_map__update_batch(counts, keys, values, 2, BPF_ANY));
	while (eunomia_map__next_batch(counts, &entries, 1) > 0) {
		count += entries.count;
		for (uint32_t i = 0; i < entries.count * cpus; i++)
			sum += ((const struct layouts_inner *)((const char *)entries.values + i * stride))->number;
	}
	printf("read: %d, sum %d\n", count, sum);
	printf("too few: %d\n", bpf_map__update_elem(counts, keys, 4, values, size - stride, BPF_ANY));
	printf("lookup: %d, %d\n", bpf_map__lookup_elem(counts, &keys[1], 4, values, size, 0),
	       ((struct layouts_inner *)(values + (cpus - 1) * stride))->number);
	count = 0;
	for (int err = bpf_map_get_next_key(bpf_map__fd(counts), NULL, &key); !err;
	     err = bpf_map_get_next_key(bpf_map__fd(counts), &key, &key))
		count += 1 + (int)key;
	printf("keys: %d, then %d\n", count, -errno);
	printf("CPUs: %s\n", libbpf_num_possible_cpus() == (int)cpus ? "as many" : why());
	printf("no number: %d\n", bpf_map_lookup_elem(3, &key, values));
	free(values);

	/* A queue has no keys. */
	for (number = 1; number <= 3; number++)
		bpf_map__update_elem(waiting, NULL, 0, &number, sizeof(number), BPF_ANY);
	printf("full: %d\n", bpf_map__update_elem(waiting, NULL, 0, &number, sizeof(number), BPF_ANY));
	while (!bpf_map__lookup_and_delete_elem(waiting, NULL, 0, &number, sizeof(number), 0))
		printf("popped %u\n", number);
	printf("empty: %d\n", -errno);
}

static void targets(struct layouts_bpf *skel)
{
	struct bpf_program *fill = skel->progs.fill;
	struct eunomia_target wrong = { .kind = EUNOMIA_XDP, .xdp = { .interface = "lo" } };

	printf("missing: %s %d\n", bpf_program__attach_tracepoint(fill, "no", "such") ? "attached" : "refused", -errno);
	printf("misfit: %s %d\n", eunomia_program__attach(fill, &wrong) ? "attached" : "refused", -errno);
	skel->links.fill = bpf_program__attach_tracepoint(fill, "sched", "sched_process_fork");
	printf("attached to %s\n", skel->links.fill ? eunomia_link__target(skel->links.fill) : why());
	printf("program %s, %s\n", bpf_program__name(fill), bpf_program__section_name(fill));
}

static int events(struct layouts_bpf *skel)
{
	struct eunomia_input inputs[] = { { .map = skel->maps.events } };
	struct eunomia_events *reader = eunomia_events__open(inputs, 1);
	uint64_t deadline = eunomia_now() + EUNOMIA_MILLISECOND;
	bool has_event = false;
	struct eunomia_batch batch;
	int err = 0;

	if (!reader) {
		eunomia_complain("cannot read events");
		return -1;
	}
	printf("ready\n");
	/* The link is there already: this program is not attached twice. */
	printf("attach: %d\n", layouts_bpf__attach(skel));
	err = eunomia_events__next_until(reader, &batch, deadline);
	while (err > 0 && !has_event) {
		struct eunomia_record record = { 0 };

		while (eunomia_batch__next(&batch, &record)) {
			const struct layouts_layouts *event = eunomia_record__as(&record, struct layouts_layouts);

			if (!has_event && event) {
				printf("event: yes %d, text %s, level %d, bits %d %d %u %llu, tag %c, number %d, value %#x\n",
				       event->yes, event->text, event->level, event->low, event->minus, event->rest,
				       (unsigned long long)event->wide, event->pair[1].tag, event->pair[1].number,
				       event->value.whole);
				printf("tight %c %#x %#llx, grid %d, pointer %#llx, type %d, last %lld, batch has a time: %d\n",
				       event->tight.byte, event->tight.word, (unsigned long long)event->tight.double_word,
				       event->grid[1][2], (unsigned long long)event->pointer, event->type,
				       (long long)event->last, batch.time > 1700000000ull * EUNOMIA_SECOND);
				has_event = true;
			}
		}
		err = eunomia_events__next(reader, &batch, 10 * EUNOMIA_MILLISECOND);
	}
	printf("totals: %d, lost known: %d\n", eunomia_events__totals(reader).delivered > 0,
	       eunomia_events__totals(reader).lost_is_known);
	eunomia_events__close(reader);
	return err;
}

int main(void)
{
	struct layouts_bpf *skel = layouts_bpf__open();

	if (!skel)
		return 1;
	objects(skel);
	printf("label was %s\n", skel->rodata->label);
	strcpy(skel->rodata->label, "mine");
	skel->rodata->start.tag = 'z';
	skel->rodata->level = layouts_HIGH;
	if (layouts_bpf__load(skel)) {
		eunomia_complain("cannot load");
		return 1;
	}
	printf("too late: %d\n", eunomia_object__set_json(skel->obj, "level", "1"));
	printf("load again: %d, %s\n", layouts_bpf__load(skel), why());
	/* Nor is it the variable that is complained of. */
	skel->rodata->level = layouts_LOW;
	printf("and again: %d, %s\n", layouts_bpf__load(skel), why());
	maps(skel);
	targets(skel);
	int err = events(skel);
	layouts_bpf__detach(skel);
	layouts_bpf__pull(skel);
	printf("seen: %d\n", skel->bss->seen > 0);
	skel->bss->seen = 41;
	layouts_bpf__push(skel);
	skel->bss->seen = 0;
	layouts_bpf__pull(skel);
	printf("written: %llu\n", (unsigned long long)skel->bss->seen);
	printf("slept: %d\n", eunomia_sleep(EUNOMIA_MILLISECOND));
	layouts_bpf__destroy(skel);
	return err < 0;
}
