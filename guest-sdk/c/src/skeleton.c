/* What is behind the functions of a generated skeleton. */
#include <stdlib.h>

#include "eunomia.h"
#include "internal.h"

/* What every skeleton begins with. */
struct opened {
	struct bpf_object *obj;
	/* What the kernel had when the sections were last read or written, one section after the other. */
	char *shadow;
};

/* The pointer at an offset of the skeleton. */
static void **slot(void *opened, uint32_t offset)
{
	return (void **)((char *)opened + offset);
}

/* Where a variable's bytes are: in its section, and in the shadow. */
static char *bytes_of(const struct eunomia_skeleton *skeleton, void *opened, const struct eunomia_skeleton_variable *variable,
		      char **shadow)
{
	*shadow = ((struct opened *)opened)->shadow;
	for (size_t i = 0; i < skeleton->num_sections && skeleton->sections[i].offset != variable->offset; i++)
		*shadow += skeleton->sections[i].size;
	*shadow += variable->place;
	return (char *)*slot(opened, variable->offset) + variable->place;
}

/* The links that the tool has put into the skeleton itself. */
static struct bpf_link **link_of(void *opened, const struct eunomia_skeleton_program *program)
{
	return (struct bpf_link **)slot(opened, program->link);
}

int eunomia_skeleton__detach(const struct eunomia_skeleton *skeleton, void *opened)
{
	struct bpf_link **links = eunomia_allocate((skeleton->num_programs + 1) * sizeof(*links));

	if (!links)
		return -ENOMEM;
	for (size_t i = 0; i < skeleton->num_programs; i++) {
		links[i] = *link_of(opened, &skeleton->programs[i]);
		*link_of(opened, &skeleton->programs[i]) = NULL;
	}
	int err = eunomia_links__destroy(links, skeleton->num_programs);
	free(links);
	int second = eunomia_object__detach(((struct opened *)opened)->obj);
	return err ?: second;
}

/* What the tool has attached by itself is left as it is, and not attached twice. */
int eunomia_skeleton__attach(const struct eunomia_skeleton *skeleton, void *opened)
{
	struct bpf_object *obj = ((struct opened *)opened)->obj;
	struct eunomia_program_description program;
	bool is_some_attached = false;

	for (size_t i = 0; i < skeleton->num_programs; i++)
		is_some_attached |= *link_of(opened, &skeleton->programs[i]) != NULL;
	if (!is_some_attached)
		return eunomia_object__attach(obj);
	for (size_t i = 0; i < skeleton->num_programs; i++) {
		struct bpf_link **link = link_of(opened, &skeleton->programs[i]);

		if (*link)
			continue;
		for (size_t j = 0; eunomia_object__program(obj, j, &program); j++)
			if (!strcmp(program.name, skeleton->programs[i].name) && program.link) {
				*link = bpf_program__attach(*slot(opened, skeleton->programs[i].offset));
				if (!*link)
					return -errno;
			}
	}
	return 0;
}

void eunomia_skeleton__destroy(const struct eunomia_skeleton *skeleton, void *opened)
{
	if (!opened)
		return;
	if (((struct opened *)opened)->obj)
		(void)eunomia_skeleton__detach(skeleton, opened);
	bpf_object__close(((struct opened *)opened)->obj);
	for (size_t i = 0; i < skeleton->num_sections; i++)
		free(*slot(opened, skeleton->sections[i].offset));
	free(((struct opened *)opened)->shadow);
	free(opened);
}

/* The structs of the sections, with what is in the package; maps and programs by name. */
static int fill_skeleton(const struct eunomia_skeleton *skeleton, struct opened *opened)
{
	size_t total = 0;

	for (size_t i = 0; i < skeleton->num_sections; i++) {
		const struct eunomia_skeleton_section *section = &skeleton->sections[i];

		*slot(opened, section->offset) = eunomia_allocate(section->size);
		if (!*slot(opened, section->offset))
			return -ENOMEM;
		total += section->size;
	}
	opened->shadow = eunomia_allocate(total + 1);
	if (!opened->shadow)
		return -ENOMEM;
	for (size_t i = 0; i < skeleton->num_variables; i++) {
		const struct eunomia_skeleton_variable *variable = &skeleton->variables[i];
		char *shadow, *bytes = bytes_of(skeleton, opened, variable, &shadow);

		if (variable->initial) {
			memcpy(bytes, variable->initial, variable->size);
			memcpy(shadow, variable->initial, variable->size);
		}
	}
	for (size_t i = 0; i < skeleton->num_maps; i++) {
		struct bpf_map *map = bpf_object__find_map_by_name(opened->obj, skeleton->maps[i].name);

		*slot(opened, skeleton->maps[i].offset) = map;
		if (!map)
			return -ENOENT;
	}
	for (size_t i = 0; i < skeleton->num_programs; i++) {
		struct bpf_program *prog = bpf_object__find_program_by_name(opened->obj, skeleton->programs[i].name);

		*slot(opened, skeleton->programs[i].offset) = prog;
		if (!prog)
			return -ENOENT;
	}
	return 0;
}

void *eunomia_skeleton__open(const struct eunomia_skeleton *skeleton)
{
	struct opened *opened = eunomia_allocate(skeleton->size);

	if (!opened)
		return NULL;
	opened->obj = eunomia_object__open(skeleton->name);
	if (opened->obj && !fill_skeleton(skeleton, opened))
		return opened;
	eunomia_skeleton__destroy(skeleton, opened);
	return NULL;
}

int eunomia_skeleton__load(const struct eunomia_skeleton *skeleton, void *opened)
{
	struct bpf_object *obj = ((struct opened *)opened)->obj;
	int err = 0;

	/* Or the first variable that was changed would be what is too late. */
	if (obj->is_loaded)
		return bpf_object__load(obj);
	/* What is as the package has it need not be said. */
	for (size_t i = 0; !err && i < skeleton->num_variables; i++) {
		const struct eunomia_skeleton_variable *variable = &skeleton->variables[i];
		char *shadow, *bytes = bytes_of(skeleton, opened, variable, &shadow);

		if (!memcmp(bytes, shadow, variable->size))
			continue;
		err = eunomia_object__set(obj, variable->name, bytes, variable->size);
		if (!err)
			memcpy(shadow, bytes, variable->size);
	}
	return err ?: bpf_object__load(obj);
}

int eunomia_skeleton__pull(const struct eunomia_skeleton *skeleton, void *opened)
{
	int err = 0;

	for (size_t i = 0; !err && i < skeleton->num_variables; i++) {
		const struct eunomia_skeleton_variable *variable = &skeleton->variables[i];
		char *shadow, *bytes = bytes_of(skeleton, opened, variable, &shadow);

		if (variable->read_only)
			continue;
		err = eunomia_object__read(((struct opened *)opened)->obj, variable->name, bytes, variable->size);
		if (!err)
			memcpy(shadow, bytes, variable->size);
	}
	return err;
}

int eunomia_skeleton__push(const struct eunomia_skeleton *skeleton, void *opened)
{
	int err = 0;

	for (size_t i = 0; !err && i < skeleton->num_variables; i++) {
		const struct eunomia_skeleton_variable *variable = &skeleton->variables[i];
		char *shadow, *bytes = bytes_of(skeleton, opened, variable, &shadow);

		if (variable->read_only || !memcmp(bytes, shadow, variable->size))
			continue;
		err = eunomia_object__write(((struct opened *)opened)->obj, variable->name, bytes, variable->size);
		if (!err)
			memcpy(shadow, bytes, variable->size);
	}
	return err;
}
