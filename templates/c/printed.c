/* {{name}}: user space of its own. */
#include <eunomia.h>

#include "{{name}}.skel.h"

/* Until the user presses Ctrl-C, or the time is up that `ecli run --timeout` sets. */
static int show_all(struct eunomia_events *events, struct eunomia_printer *printer)
{
	struct eunomia_batch batch = { 0 };
	/* A table's header, so that whoever waits for the first event sees it. */
	int err = eunomia_printer__print(printer, &batch);

	while (!err && (err = eunomia_events__next(events, &batch, EUNOMIA_FOREVER)) > 0)
		err = eunomia_printer__print(printer, &batch);
	/* Whoever read the output has gone: nothing to complain about. */
	return err == -EPIPE ? 0 : err;
}

static int run(struct {{struct}}_bpf *skel)
{
	int err = {{struct}}_bpf__load(skel);

	if (err) {
		eunomia_complain("cannot load {{name}}");
		return err;
	}
	/* Whatever the package says is to be read, for the printer that comes with the host. The reader comes before anything is
	 * attached, so that nothing is lost between the two. */
	struct eunomia_events *events = eunomia_object__events(skel->obj);
	struct eunomia_printer *printer = events ? eunomia_printer__open(skel->obj, NULL) : NULL;
	err = printer ? {{struct}}_bpf__attach(skel) : -errno;
	if (!err)
		err = show_all(events, printer);
	if (err)
		eunomia_complain("cannot show events");
	eunomia_printer__close(printer);
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
