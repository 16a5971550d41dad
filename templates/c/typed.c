/* {{name}}: user space of its own. */
#include <eunomia.h>

#include "{{name}}.skel.h"

{{functions}}

/* Until the user presses Ctrl-C, or the time is up that `ecli run --timeout` sets. */
static int show_all(struct eunomia_events *events)
{
	struct eunomia_batch batch;
	int err;

	while ((err = eunomia_events__next(events, &batch, EUNOMIA_FOREVER)) > 0) {
		struct eunomia_record record = { 0 };

		while (eunomia_batch__next(&batch, &record)) {
{{calls}}
		}
	}
	return err;
}

static int run(struct {{struct}}_bpf *skel)
{
	int err = {{struct}}_bpf__load(skel);

	if (err) {
		eunomia_complain("cannot load {{name}}");
		return err;
	}
	/* The reader comes before anything is attached, so that nothing is lost between the two. */
	struct eunomia_input inputs[] = {
{{inputs}}
	};
	struct eunomia_events *events = eunomia_events__open(inputs, sizeof(inputs) / sizeof(*inputs));
	err = events ? {{struct}}_bpf__attach(skel) : -errno;
	if (!err)
		err = show_all(events);
	if (err)
		eunomia_complain("cannot read events");
	eunomia_events__close(events);
	return err;
}

int main(int argc, char **argv)
{
	struct {{struct}}_bpf *skel = {{struct}}_bpf__open();

	if (!skel) {
		eunomia_complain("cannot open {{name}}");
		return 1;
	}
	/* An option for each variable that the BPF program has; `-h` lists them. Above 0: there is nothing to do but to end. */
	int err = eunomia_object__parse_args(skel->obj, argc, argv);
	int status = err == -EINVAL ? 2 : err < 0;

	if (err == 0)
		status = run(skel) != 0;
	{{struct}}_bpf__destroy(skel);
	return status;
}
