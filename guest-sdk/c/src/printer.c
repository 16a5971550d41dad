/* The default printer. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "eunomia.h"
#include "internal.h"

struct eunomia_printer {
	eunomia_bpf_printer_own_printer_t handle;
};

struct eunomia_events *eunomia_object__events(struct bpf_object *obj)
{
	const eunomia_bpf_object_description_t *description = eunomia_describe(obj);
	const struct eunomia_output_options wished = eunomia_output_options();
	struct eunomia_input *inputs = eunomia_allocate((description->maps.len + 1) * sizeof(*inputs));
	struct eunomia_events *events = NULL;
	size_t count = 0;

	if (!inputs)
		return NULL;
	for (size_t i = 0; i < description->maps.len; i++) {
		const eunomia_bpf_types_map_description_t *map = &description->maps.ptr[i];

		if (!map->source.is_some)
			continue;
		inputs[count].map = bpf_object__find_map_by_name(obj, eunomia_text(map->name));
		if (map->interval.is_some)
			inputs[count].interval = wished.interval ? wished.interval : map->interval.val;
		inputs[count].clear = map->clear;
		inputs[count].per_cpu = wished.per_cpu;
		if (!inputs[count++].map)
			goto out;
	}
	events = eunomia_events__open(inputs, count);
out:
	free(inputs);
	return events;
}

/* A text as the contract has it, which stays the tool's. */
static guest_string_t borrowed(const char *text)
{
	return (guest_string_t){ (uint8_t *)text, text ? strlen(text) : 0 };
}

struct eunomia_printer *eunomia_printer__open(struct bpf_object *obj, const struct eunomia_output_options *options)
{
	const eunomia_bpf_object_description_t *description = eunomia_describe(obj);
	const struct eunomia_output_options wished = options ? *options : eunomia_output_options();
	eunomia_bpf_printer_output_options_t how = {
		.format = (uint8_t)wished.format,
		/* The package may say that its table has no header. */
		.header = wished.header && description->header,
		.utc_offset = wished.utc_offset,
		.width = { .is_some = wished.width != 0, .val = wished.width },
		.color = wished.color,
		.filter = { .is_some = wished.filter != NULL, .val = borrowed(wished.filter) },
		.sort = { .is_some = wished.sort != NULL, .val = borrowed(wished.sort) },
		.top = { .is_some = wished.top != 0, .val = wished.top },
		.max_rows = { .is_some = wished.max_rows != 0, .val = wished.max_rows },
		.interval = { .is_some = wished.interval != 0, .val = wished.interval },
		.per_cpu = wished.per_cpu,
	};
	eunomia_bpf_printer_list_source_format_t sources = { NULL, 0 };
	struct eunomia_printer *printer = eunomia_allocate(sizeof(*printer));
	eunomia_bpf_printer_error_t error;

	sources.ptr = eunomia_allocate((description->maps.len + 1) * sizeof(*sources.ptr));
	how.fields.ptr = eunomia_allocate((wished.field_count + 1) * sizeof(*how.fields.ptr));
	if (!printer || !sources.ptr || !how.fields.ptr)
		goto failed;
	for (; how.fields.len < wished.field_count; how.fields.len++)
		how.fields.ptr[how.fields.len] = borrowed(wished.fields[how.fields.len]);
	for (size_t i = 0; i < description->maps.len; i++) {
		const eunomia_bpf_types_map_description_t *map = &description->maps.ptr[i];

		if (map->source.is_some)
			sources.ptr[sources.len++] = (eunomia_bpf_printer_source_format_t){ map->name, map->source.val };
	}
	if (!eunomia_bpf_printer_static_printer_open((eunomia_bpf_printer_layout_t *)&description->layout, &sources, &how,
						     &printer->handle, &error)) {
		eunomia_printer_failure(&error);
		goto failed;
	}
	free(sources.ptr);
	free(how.fields.ptr);
	return printer;
failed:
	free(sources.ptr);
	free(how.fields.ptr);
	free(printer);
	return NULL;
}

/* What a printer has to say: it has no place for words of its own. */
static void tell(guest_list_string_t *sentences)
{
	for (size_t i = 0; i < sentences->len; i++)
		fprintf(stderr, "warning: %s\n", eunomia_text(sentences->ptr[i]));
	guest_list_string_free(sentences);
}

int eunomia_printer__print(struct eunomia_printer *printer, const struct eunomia_batch *batch)
{
	eunomia_bpf_printer_batch_t records = {
		.data = { (uint64_t *)batch->data, batch->words },
		.records = batch->records,
		.lost = batch->lost,
		.time = batch->time,
	};
	eunomia_bpf_printer_error_t error;
	guest_list_string_t sentences;

	if (!eunomia_bpf_printer_method_printer_print(eunomia_bpf_printer_borrow_printer(printer->handle), &records, &sentences,
						      &error))
		return eunomia_printer_failure(&error);
	tell(&sentences);
	return 0;
}

int eunomia_printer__close(struct eunomia_printer *printer)
{
	eunomia_bpf_printer_error_t error;
	guest_list_string_t sentences;
	int err = 0;

	if (!printer)
		return 0;
	if (eunomia_bpf_printer_method_printer_finish(eunomia_bpf_printer_borrow_printer(printer->handle), &sentences, &error))
		tell(&sentences);
	else
		err = eunomia_printer_failure(&error);
	eunomia_bpf_printer_printer_drop_own(printer->handle);
	free(printer);
	return err;
}
