/* The default reader of command lines. */
#include <stdio.h>
#include <stdlib.h>

#include "eunomia.h"
#include "internal.h"

static int apply(struct bpf_object *obj, const eunomia_bpf_args_list_assignment_t *assignments)
{
	int err = 0;

	for (size_t i = 0; !err && i < assignments->len; i++)
		err = eunomia_object__set_json(obj, eunomia_text(assignments->ptr[i].variable),
					       eunomia_text(assignments->ptr[i].value));
	return err;
}

int eunomia_object__parse_args(struct bpf_object *obj, int argc, char *const *argv)
{
	guest_list_string_t arguments = { NULL, argc > 1 ? (size_t)argc - 1 : 0 };
	eunomia_bpf_args_outcome_t outcome;
	int result;

	if (arguments.len) {
		arguments.ptr = eunomia_allocate(arguments.len * sizeof(*arguments.ptr));
		if (!arguments.ptr)
			return -ENOMEM;
	}
	for (size_t i = 0; i < arguments.len; i++)
		arguments.ptr[i] = eunomia_string(argv[i + 1]);
	/* The host reads it, and takes nothing over. */
	eunomia_bpf_args_parse((eunomia_bpf_args_description_t *)eunomia_describe(obj), &arguments, &outcome);
	free(arguments.ptr);
	switch (outcome.tag) {
	case EUNOMIA_BPF_ARGS_OUTCOME_RUN:
		result = apply(obj, &outcome.val.run);
		break;
	case EUNOMIA_BPF_ARGS_OUTCOME_TEXT:
		result = eunomia_write(outcome.val.text.ptr, outcome.val.text.len);
		/* Who does not read on has seen enough. */
		if (!result || result == -EPIPE)
			result = 1;
		break;
	default:
		result = eunomia_fail(EINVAL, eunomia_text(outcome.val.usage));
	}
	eunomia_bpf_args_outcome_free(&outcome);
	if (result < 0)
		fprintf(stderr, "error: %s\n", eunomia_error());
	return result;
}
