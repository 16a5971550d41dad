/* What a package says about itself. */
#include <stdlib.h>

#include "eunomia.h"
#include "internal.h"

const char *bpf_object__name(const struct bpf_object *obj)
{
	return eunomia_text(eunomia_describe(obj)->name);
}

struct eunomia_documentation eunomia_object__documentation(const struct bpf_object *obj)
{
	const eunomia_bpf_types_documentation_t *texts = &eunomia_describe(obj)->documentation;

	return (struct eunomia_documentation){
		.version = eunomia_optional_text(&texts->version),
		.brief = eunomia_optional_text(&texts->brief),
		.description = eunomia_optional_text(&texts->description),
		.details = eunomia_optional_text(&texts->details),
	};
}

bool eunomia_object__variable(const struct bpf_object *obj, size_t index, struct eunomia_variable *variable)
{
	const eunomia_bpf_object_description_t *description = eunomia_describe(obj);

	if (index >= description->variables.len)
		return false;
	const eunomia_bpf_types_variable_t *from = &description->variables.ptr[index];
	*variable = (struct eunomia_variable){
		.name = eunomia_text(from->name),
		.section = eunomia_text(from->section),
		.type_name = eunomia_text(from->type_name),
		.type = from->type,
		.initial = from->initial.ptr,
		.size = from->initial.len,
		.read_only = from->read_only,
		.hidden = from->hidden,
		.description = eunomia_optional_text(&from->description),
	};
	return true;
}

static uint32_t optional_type(const eunomia_bpf_types_option_type_index_t *type)
{
	return type->is_some ? type->val : EUNOMIA_NO_TYPE;
}

bool eunomia_object__map(const struct bpf_object *obj, size_t index, struct eunomia_map_description *map)
{
	const eunomia_bpf_object_description_t *description = eunomia_describe(obj);

	if (index >= description->maps.len)
		return false;
	const eunomia_bpf_types_map_description_t *from = &description->maps.ptr[index];
	*map = (struct eunomia_map_description){
		.name = eunomia_text(from->name),
		.kind = from->kind,
		.key_size = from->key_size,
		.value_size = from->value_size,
		.max_entries = from->max_entries,
		.flags = from->flags,
		.key = optional_type(&from->key),
		.value = optional_type(&from->value),
		/* In the order of the contract, after none. */
		.source = from->source.is_some ? (enum eunomia_source_kind)(from->source.val.tag + 1) : EUNOMIA_NO_SOURCE,
		.record = EUNOMIA_NO_TYPE,
		.interval = from->interval.is_some ? from->interval.val : 0,
		.clear = from->clear,
	};
	if (map->source == EUNOMIA_EVENTS || map->source == EUNOMIA_STACK_TRACES)
		map->record = from->source.val.val.events;
	return true;
}

bool eunomia_object__program(const struct bpf_object *obj, size_t index, struct eunomia_program_description *program)
{
	const eunomia_bpf_object_description_t *description = eunomia_describe(obj);

	if (index >= description->programs.len)
		return false;
	const eunomia_bpf_types_program_description_t *from = &description->programs.ptr[index];
	*program = (struct eunomia_program_description){
		.name = eunomia_text(from->name),
		.section = eunomia_text(from->section),
		.link = from->link,
		.description = eunomia_optional_text(&from->description),
	};
	return true;
}

static const eunomia_bpf_types_type_definition_t *definition(const struct bpf_object *obj, uint32_t type)
{
	const eunomia_bpf_types_layout_t *layout = &eunomia_describe(obj)->layout;

	return type < layout->len ? &layout->ptr[type] : NULL;
}

bool eunomia_object__type(const struct bpf_object *obj, uint32_t type, struct eunomia_type *result)
{
	const eunomia_bpf_types_type_definition_t *from = definition(obj, type);

	if (!from)
		return false;
	*result = (struct eunomia_type){
		.name = eunomia_text(from->name),
		.size = from->size,
		.kind = (enum eunomia_type_kind)from->kind.tag,
		.element = EUNOMIA_NO_TYPE,
	};
	switch (result->kind) {
	case EUNOMIA_INT:
		result->is_signed = from->kind.val.int_ == EUNOMIA_BPF_TYPES_SIGNEDNESS_SIGNED;
		break;
	case EUNOMIA_ENUM:
		result->is_signed = from->kind.val.enum_.signedness == EUNOMIA_BPF_TYPES_SIGNEDNESS_SIGNED;
		result->elements = from->kind.val.enum_.values.len;
		break;
	case EUNOMIA_ARRAY:
		result->element = from->kind.val.array.element;
		result->elements = from->kind.val.array.count;
		break;
	case EUNOMIA_STRUCT:
	case EUNOMIA_UNION:
		result->elements = from->kind.val.struct_.len;
		break;
	default:
		break;
	}
	return true;
}

bool eunomia_object__member(const struct bpf_object *obj, uint32_t type, size_t index, struct eunomia_member *member)
{
	const eunomia_bpf_types_type_definition_t *from = definition(obj, type);
	bool has_members = from && (from->kind.tag == EUNOMIA_BPF_TYPES_TYPE_KIND_STRUCT ||
				    from->kind.tag == EUNOMIA_BPF_TYPES_TYPE_KIND_UNION);

	if (!has_members || index >= from->kind.val.struct_.len)
		return false;
	const eunomia_bpf_types_member_t *found = &from->kind.val.struct_.ptr[index];
	*member = (struct eunomia_member){
		.name = eunomia_text(found->name),
		.type = found->type,
		.bit_offset = found->bit_offset,
		.bit_width = found->bit_width,
	};
	return true;
}

const char *eunomia_object__enumerator(const struct bpf_object *obj, uint32_t type, int64_t value)
{
	const eunomia_bpf_types_type_definition_t *from = definition(obj, type);

	if (!from || from->kind.tag != EUNOMIA_BPF_TYPES_TYPE_KIND_ENUM)
		return NULL;
	for (size_t i = 0; i < from->kind.val.enum_.values.len; i++)
		if (from->kind.val.enum_.values.ptr[i].value == (uint64_t)value)
			return eunomia_text(from->kind.val.enum_.values.ptr[i].name);
	return NULL;
}
