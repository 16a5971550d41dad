/* Objects, from their package to the kernel. */
#include <stdlib.h>

#include "eunomia.h"
#include "internal.h"

static struct bpf_object *object_of(eunomia_bpf_object_own_skeleton_t skeleton)
{
	struct bpf_object *obj = eunomia_allocate(sizeof(*obj));

	if (!obj) {
		eunomia_bpf_object_skeleton_drop_own(skeleton);
		return NULL;
	}
	obj->skeleton = skeleton;
	return obj;
}

struct bpf_object *eunomia_object__open(const char *name)
{
	eunomia_bpf_object_own_skeleton_t skeleton;
	eunomia_bpf_object_error_t error;
	guest_string_t text = eunomia_string(name);

	if (eunomia_bpf_object_static_skeleton_embedded(&text, &skeleton, &error))
		return object_of(skeleton);
	eunomia_object_failure(&error);
	return NULL;
}

struct bpf_object *eunomia_object__open_given(void)
{
	eunomia_bpf_object_own_skeleton_t skeleton;

	if (eunomia_bpf_session_get_skeleton(&skeleton))
		return object_of(skeleton);
	eunomia_fail(ENOENT, "the user named no package\nhint: this tool runs one that is named before its arguments");
	return NULL;
}

struct bpf_object *eunomia_object__open_mem(const void *package, size_t size)
{
	eunomia_bpf_object_own_skeleton_t skeleton;
	eunomia_bpf_object_error_t error;
	guest_list_u8_t bytes = { (uint8_t *)package, size };

	if (eunomia_bpf_object_static_skeleton_parse(&bytes, &skeleton, &error))
		return object_of(skeleton);
	eunomia_object_failure(&error);
	return NULL;
}

const eunomia_bpf_object_description_t *eunomia_describe(const struct bpf_object *constant)
{
	/* What it caches does not change what the object is. */
	struct bpf_object *obj = (struct bpf_object *)constant;

	if (!obj->is_described) {
		eunomia_bpf_object_method_skeleton_describe(eunomia_bpf_object_borrow_skeleton(obj->skeleton),
							    &obj->description);
		obj->is_described = true;
	}
	return &obj->description;
}

int eunomia_open(struct bpf_object *obj)
{
	eunomia_bpf_object_error_t error;

	if (obj->is_loaded)
		return eunomia_fail(EINVAL, "the object is loaded already: this has to be said before");
	if (obj->is_used)
		return eunomia_fail(EINVAL, "the object was loaded, or could not be: open it again");
	if (obj->is_open)
		return 0;
	if (!eunomia_bpf_object_method_skeleton_open(eunomia_bpf_object_borrow_skeleton(obj->skeleton), &obj->open, &error))
		return eunomia_object_failure(&error);
	obj->is_open = true;
	return 0;
}

int eunomia_object__set(struct bpf_object *obj, const char *variable, const void *value, size_t size)
{
	guest_string_t name = eunomia_string(variable);
	guest_list_u8_t bytes = { (uint8_t *)value, size };
	eunomia_bpf_object_error_t error;
	int err = eunomia_open(obj);

	if (err)
		return err;
	return eunomia_bpf_object_method_open_object_set_variable_bytes(eunomia_bpf_object_borrow_open_object(obj->open),
									&name, &bytes, &error) ?
		       0 :
		       eunomia_object_failure(&error);
}

int eunomia_object__set_json(struct bpf_object *obj, const char *variable, const char *value)
{
	guest_string_t name = eunomia_string(variable), text = eunomia_string(value);
	eunomia_bpf_object_error_t error;
	int err = eunomia_open(obj);

	if (err)
		return err;
	return eunomia_bpf_object_method_open_object_set_variable(eunomia_bpf_object_borrow_open_object(obj->open), &name,
								  &text, &error) ?
		       0 :
		       eunomia_object_failure(&error);
}

int bpf_object__load(struct bpf_object *obj)
{
	eunomia_bpf_object_error_t error;
	int err;

	if (obj->is_loaded)
		return eunomia_fail(EINVAL, "the object is loaded already: open it again to load it again");
	err = eunomia_open(obj);
	if (err)
		return err;
	/* Used up, whether or not it works: what was set is gone with it, so there is no second time. */
	obj->is_open = false;
	obj->is_used = true;
	if (!eunomia_bpf_object_static_open_object_load(obj->open, &obj->object, &error))
		return eunomia_object_failure(&error);
	obj->is_loaded = true;
	return 0;
}

static int check_loaded(const struct bpf_object *obj)
{
	return obj->is_loaded ? 0 : eunomia_fail(EINVAL, "the object is not loaded yet: call bpf_object__load first");
}

int eunomia_object__attach(struct bpf_object *obj)
{
	eunomia_bpf_object_list_own_link_t links;
	eunomia_bpf_object_error_t error;
	int err = check_loaded(obj);

	if (err)
		return err;
	if (obj->links.len)
		return eunomia_fail(EBUSY, "the object is attached already");
	if (!eunomia_bpf_object_method_object_attach(eunomia_bpf_object_borrow_object(obj->object), &links, &error))
		return eunomia_object_failure(&error);
	obj->links = links;
	return 0;
}

int eunomia_object__detach(struct bpf_object *obj)
{
	eunomia_bpf_program_list_own_link_t links = { (void *)obj->links.ptr, obj->links.len };
	eunomia_bpf_program_error_t error;

	if (!links.len)
		return 0;
	bool detached = eunomia_bpf_program_detach(&links, &error);
	free(links.ptr);
	obj->links.len = 0;
	return detached ? 0 : eunomia_program_failure(&error);
}

void bpf_object__close(struct bpf_object *obj)
{
	if (!obj)
		return;
	(void)eunomia_object__detach(obj);
	eunomia_programs_free(obj);
	eunomia_maps_free(obj);
	if (obj->is_loaded)
		eunomia_bpf_object_object_drop_own(obj->object);
	if (obj->is_open)
		eunomia_bpf_object_open_object_drop_own(obj->open);
	if (obj->is_described)
		eunomia_bpf_object_description_free(&obj->description);
	eunomia_bpf_object_skeleton_drop_own(obj->skeleton);
	free(obj);
}

int eunomia_object__read(struct bpf_object *obj, const char *variable, void *value, size_t size)
{
	guest_string_t name = eunomia_string(variable);
	eunomia_bpf_object_error_t error;
	guest_list_u8_t bytes;
	int err = check_loaded(obj);

	if (err)
		return err;
	if (!eunomia_bpf_object_method_object_read_variable(eunomia_bpf_object_borrow_object(obj->object), &name, &bytes,
							    &error))
		return eunomia_object_failure(&error);
	if (bytes.len == size)
		memcpy(value, bytes.ptr, size);
	else
		err = eunomia_failf(EINVAL, "variable %s has %zu bytes, not %zu", variable, bytes.len, size);
	guest_list_u8_free(&bytes);
	return err;
}

int eunomia_object__write(struct bpf_object *obj, const char *variable, const void *value, size_t size)
{
	guest_string_t name = eunomia_string(variable);
	guest_list_u8_t bytes = { (uint8_t *)value, size };
	eunomia_bpf_object_error_t error;
	int err = check_loaded(obj);

	if (err)
		return err;
	return eunomia_bpf_object_method_object_write_variable(eunomia_bpf_object_borrow_object(obj->object), &name, &bytes,
							       &error) ?
		       0 :
		       eunomia_object_failure(&error);
}
