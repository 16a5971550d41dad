/* Names of addresses. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "eunomia.h"
#include "internal.h"

/* How many addresses one call of the contract takes. */
#define AT_ONCE 4096

static size_t text_size(bool is_some, guest_string_t text)
{
	return is_some ? text.len + 1 : 0;
}

/* Copies a text behind the array, and moves on. */
static const char *keep(bool is_some, guest_string_t text, char **place)
{
	char *copy = *place;

	if (!is_some)
		return NULL;
	memcpy(copy, text.ptr, text.len);
	copy[text.len] = '\0';
	*place += text.len + 1;
	return copy;
}

/* The symbols of one call, with their texts behind them. */
struct part {
	eunomia_bpf_symbols_list_option_symbol_t found;
};

static size_t texts_of(const struct part *part)
{
	size_t size = 0;

	for (size_t i = 0; i < part->found.len; i++) {
		const eunomia_bpf_symbols_symbol_t *symbol = &part->found.ptr[i].val;

		if (part->found.ptr[i].is_some)
			size += text_size(true, symbol->name) + text_size(symbol->module.is_some, symbol->module.val) +
				text_size(symbol->file.is_some, symbol->file.val);
	}
	return size;
}

static int resolve(uint32_t process, const uint64_t *addresses, size_t count, bool lines, struct part *part)
{
	eunomia_bpf_symbols_space_t space = { .tag = EUNOMIA_BPF_SYMBOLS_SPACE_KERNEL };
	guest_list_u64_t list = { (uint64_t *)addresses, count };
	eunomia_bpf_symbols_error_t error;

	if (process != EUNOMIA_KERNEL)
		space = (eunomia_bpf_symbols_space_t){ .tag = EUNOMIA_BPF_SYMBOLS_SPACE_PROCESS, .val.process = process };
	return eunomia_bpf_symbols_resolve(&space, &list, lines, &part->found, &error) ? 0 : eunomia_symbols_failure(&error);
}

static struct eunomia_symbol *look_up(uint32_t process, const uint64_t *addresses, size_t count, bool lines)
{
	size_t parts = (count + AT_ONCE - 1) / AT_ONCE, size = count * sizeof(struct eunomia_symbol), done = 0;
	struct part *part = eunomia_allocate((parts + 1) * sizeof(*part));
	struct eunomia_symbol *symbols = NULL;
	int err = part ? 0 : -ENOMEM;
	char *texts;

	for (; !err && done < parts; done++) {
		size_t first = done * AT_ONCE, left = count - first;

		err = resolve(process, addresses + first, left < AT_ONCE ? left : AT_ONCE, lines, &part[done]);
		if (err)
			break;
		size += texts_of(&part[done]);
	}
	if (!err)
		symbols = eunomia_allocate(size + 1);
	texts = symbols ? (char *)(symbols + count) : NULL;
	for (size_t i = 0; symbols && i < count; i++) {
		const eunomia_bpf_symbols_option_symbol_t *found = &part[i / AT_ONCE].found.ptr[i % AT_ONCE];

		if (!found->is_some)
			continue;
		symbols[i] = (struct eunomia_symbol){
			.name = keep(true, found->val.name, &texts),
			.offset = found->val.offset,
			.module = keep(found->val.module.is_some, found->val.module.val, &texts),
			.file = keep(found->val.file.is_some, found->val.file.val, &texts),
			.line = found->val.line.is_some ? found->val.line.val : 0,
		};
	}
	for (size_t i = 0; i < done; i++)
		eunomia_bpf_symbols_list_option_symbol_free(&part[i].found);
	free(part);
	return symbols;
}

struct eunomia_symbol *eunomia_symbols__resolve(uint32_t process, const uint64_t *addresses, size_t count)
{
	return look_up(process, addresses, count, false);
}

struct eunomia_symbol *eunomia_symbols__resolve_lines(uint32_t process, const uint64_t *addresses, size_t count)
{
	return look_up(process, addresses, count, true);
}
