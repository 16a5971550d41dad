/* Programs and links. */
#include <stdlib.h>

#include "eunomia.h"
#include "internal.h"

struct bpf_link {
	eunomia_bpf_program_own_link_t handle;
	guest_string_t target;
};

static const eunomia_bpf_types_program_description_t *program_description(const struct bpf_object *obj, const char *name)
{
	const eunomia_bpf_object_description_t *description = eunomia_describe(obj);

	for (size_t i = 0; i < description->programs.len; i++)
		if (!strcmp(eunomia_text(description->programs.ptr[i].name), name))
			return &description->programs.ptr[i];
	return NULL;
}

static int load_program(struct bpf_program *prog)
{
	guest_string_t name = eunomia_string(prog->name);
	eunomia_bpf_object_error_t error;

	if (prog->is_loaded)
		return 0;
	if (!prog->object->is_loaded)
		return eunomia_failf(EINVAL, "program %s is not in the kernel yet: call bpf_object__load first", prog->name);
	if (!eunomia_bpf_object_method_object_program(eunomia_bpf_object_borrow_object(prog->object->object), &name,
						      &prog->handle, &error))
		return eunomia_object_failure(&error);
	prog->is_loaded = true;
	return 0;
}

int eunomia_program_handle(const struct bpf_program *prog, eunomia_bpf_program_borrow_program_t *handle)
{
	int err = load_program((struct bpf_program *)prog);

	if (!err)
		*handle = eunomia_bpf_program_borrow_program(prog->handle);
	return err;
}

struct bpf_program *bpf_object__find_program_by_name(const struct bpf_object *constant, const char *name)
{
	struct bpf_object *obj = (struct bpf_object *)constant;

	for (struct bpf_program *prog = obj->programs; prog; prog = prog->next)
		if (!strcmp(prog->name, name))
			return prog;
	if (!program_description(obj, name)) {
		const eunomia_bpf_object_description_t *description = eunomia_describe(obj);
		eunomia_failf(ENOENT, "%s has no program %s; its first one is %s", eunomia_text(description->name), name,
			      description->programs.len ? eunomia_text(description->programs.ptr[0].name) : "missing");
		return NULL;
	}
	struct bpf_program *prog = eunomia_allocate(sizeof(*prog));
	if (!prog)
		return NULL;
	prog->object = obj;
	prog->name = strdup(name);
	if (!prog->name) {
		free(prog);
		return NULL;
	}
	prog->next = obj->programs;
	obj->programs = prog;
	return prog;
}

struct bpf_program *bpf_object__next_program(const struct bpf_object *obj, struct bpf_program *prog)
{
	const eunomia_bpf_object_description_t *description = eunomia_describe(obj);
	size_t place = prog ? (size_t)(program_description(obj, prog->name) - description->programs.ptr) + 1 : 0;

	if (place >= description->programs.len)
		return NULL;
	return bpf_object__find_program_by_name(obj, eunomia_text(description->programs.ptr[place].name));
}

void eunomia_programs_free(struct bpf_object *obj)
{
	while (obj->programs) {
		struct bpf_program *prog = obj->programs;

		obj->programs = prog->next;
		eunomia_program_close(prog);
		if (prog->is_loaded)
			eunomia_bpf_program_program_drop_own(prog->handle);
		free(prog->name);
		free(prog);
	}
}

const char *bpf_program__name(const struct bpf_program *prog)
{
	return prog->name;
}

const char *bpf_program__section_name(const struct bpf_program *prog)
{
	return eunomia_text(program_description(prog->object, prog->name)->section);
}

int bpf_program__set_autoload(struct bpf_program *prog, bool autoload)
{
	guest_string_t name = eunomia_string(prog->name);
	eunomia_bpf_object_error_t error;
	int err = eunomia_open(prog->object);

	if (err)
		return err;
	return eunomia_bpf_object_method_open_object_set_autoload(
		       eunomia_bpf_object_borrow_open_object(prog->object->open), &name, autoload, &error) ?
		       0 :
		       eunomia_object_failure(&error);
}

int bpf_program__set_attach_target(struct bpf_program *prog, int attach_prog_fd, const char *attach_func_name)
{
	guest_string_t name = eunomia_string(prog->name), function = eunomia_string(attach_func_name);
	eunomia_bpf_object_error_t error;
	int err = attach_prog_fd ? eunomia_fail(ENOSYS, "attaching to another program is not known here: give 0") :
				   eunomia_open(prog->object);

	if (err)
		return err;
	return eunomia_bpf_object_method_open_object_set_attach_function(
		       eunomia_bpf_object_borrow_open_object(prog->object->open), &name, &function, &error) ?
		       0 :
		       eunomia_object_failure(&error);
}

int eunomia_program__set_attach_program(struct bpf_program *prog, const struct bpf_program *other, const char *function)
{
	guest_string_t name = eunomia_string(prog->name), text = eunomia_string(function);
	eunomia_bpf_program_borrow_program_t handle;
	eunomia_bpf_object_error_t error;
	int err = eunomia_program_handle(other, &handle);

	if (!err)
		err = eunomia_open(prog->object);
	if (err)
		return err;
	return eunomia_bpf_object_method_open_object_set_attach_program(
		       eunomia_bpf_object_borrow_open_object(prog->object->open), &name, handle, &text, &error) ?
		       0 :
		       eunomia_object_failure(&error);
}

uint32_t eunomia_program__id(const struct bpf_program *prog)
{
	eunomia_bpf_program_borrow_program_t handle;

	return eunomia_program_handle(prog, &handle) ? 0 : eunomia_bpf_program_method_program_id(handle);
}

int eunomia_program__run(const struct bpf_program *prog, void *context, size_t size, uint32_t *result)
{
	guest_list_u8_t bytes = { context, size };
	eunomia_bpf_program_borrow_program_t handle;
	eunomia_bpf_program_run_result_t left;
	eunomia_bpf_program_error_t error;
	int err = eunomia_program_handle(prog, &handle);

	if (err)
		return err;
	if (!eunomia_bpf_program_method_program_run(handle, &bytes, &left, &error))
		return eunomia_program_failure(&error);
	memcpy(context, left.context.ptr, left.context.len < size ? left.context.len : size);
	*result = left.value;
	guest_list_u8_free(&left.context);
	return 0;
}

int eunomia_program__run_on_packet(const struct bpf_program *prog, void *packet, size_t *size, size_t room, uint32_t *result)
{
	guest_list_u8_t bytes = { packet, *size }, context = { NULL, 0 };
	eunomia_bpf_program_borrow_program_t handle;
	eunomia_bpf_program_packet_result_t left;
	eunomia_bpf_program_error_t error;
	int err = eunomia_program_handle(prog, &handle);

	if (err)
		return err;
	if (!eunomia_bpf_program_method_program_run_on_packet(handle, &bytes, &context, &left, &error))
		return eunomia_program_failure(&error);
	*size = left.packet.len < room ? left.packet.len : room;
	memcpy(packet, left.packet.ptr, *size);
	*result = left.value;
	guest_list_u8_free(&left.packet);
	return 0;
}

struct bpf_link *eunomia_link_new(eunomia_bpf_program_own_link_t handle)
{
	struct bpf_link *link = eunomia_allocate(sizeof(*link));

	if (link)
		link->handle = handle;
	else
		eunomia_bpf_program_link_drop_own(handle);
	return link;
}

struct bpf_link *bpf_program__attach(const struct bpf_program *prog)
{
	eunomia_bpf_program_borrow_program_t handle;
	eunomia_bpf_program_own_link_t link;
	eunomia_bpf_program_error_t error;

	if (eunomia_program_handle(prog, &handle))
		return NULL;
	if (eunomia_bpf_program_method_program_attach(handle, &link, &error))
		return eunomia_link_new(link);
	eunomia_program_failure(&error);
	return NULL;
}

int eunomia_links__destroy(struct bpf_link **links, size_t count)
{
	eunomia_bpf_program_list_own_link_t handles = { NULL, 0 };
	eunomia_bpf_program_error_t error;

	for (size_t i = 0; i < count; i++)
		handles.len += links[i] != NULL;
	if (!handles.len)
		return 0;
	handles.ptr = eunomia_allocate(handles.len * sizeof(*handles.ptr));
	if (!handles.ptr)
		return -ENOMEM;
	handles.len = 0;
	for (size_t i = 0; i < count; i++) {
		if (!links[i])
			continue;
		handles.ptr[handles.len++] = links[i]->handle;
		guest_string_free(&links[i]->target);
		free(links[i]);
		links[i] = NULL;
	}
	bool detached = eunomia_bpf_program_detach(&handles, &error);
	free(handles.ptr);
	return detached ? 0 : eunomia_program_failure(&error);
}

int bpf_link__destroy(struct bpf_link *link)
{
	return eunomia_links__destroy(&link, 1);
}

const char *eunomia_link__target(struct bpf_link *link)
{
	if (!link->target.len)
		eunomia_bpf_program_method_link_target(eunomia_bpf_program_borrow_link(link->handle), &link->target);
	return eunomia_text(link->target);
}

void *eunomia_link__read(struct bpf_link *link, size_t *size)
{
	eunomia_bpf_program_error_t error;
	guest_list_u8_t bytes;

	if (!eunomia_bpf_program_method_link_read(eunomia_bpf_program_borrow_link(link->handle), &bytes, &error)) {
		eunomia_program_failure(&error);
		return NULL;
	}
	*size = bytes.len;
	/* An empty list is not on the heap, and the tool frees what it gets. */
	return bytes.len ? bytes.ptr : eunomia_allocate(1);
}
