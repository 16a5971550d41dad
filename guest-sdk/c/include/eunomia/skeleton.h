/* SPDX-License-Identifier: MIT */
/*
 * What the skeletons that ecc gen-wasm-skel writes are made of. Tools use NAME__open, NAME__load, NAME__attach, NAME__destroy and
 * the members of struct NAME; these functions are for generated code.
 */
#ifndef EUNOMIA_SKELETON_H
#define EUNOMIA_SKELETON_H

#include <stddef.h>
#include <stdint.h>

#include "object.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A variable: its bytes are in a struct of the skeleton that stands for the section. */
struct eunomia_skeleton_variable {
	const char *name;
	uint32_t offset; /* of the pointer to the struct, in the skeleton */
	uint32_t place;	 /* in the struct */
	uint32_t size;
	bool read_only;
};

/* A map, a program: where the skeleton has the pointer to it. */
struct eunomia_skeleton_member {
	const char *name;
	uint32_t offset;
};

/* A struct that stands for a section. */
struct eunomia_skeleton_section {
	uint32_t offset; /* of the pointer to it, in the skeleton */
	uint32_t size;
	const void *initial; /* its bytes before anybody sets them */
};

struct eunomia_skeleton {
	const char *name;
	size_t size; /* of struct NAME, whose first member is the object and whose second is `shadow` */
	const struct eunomia_skeleton_section *sections;
	size_t num_sections;
	const struct eunomia_skeleton_variable *variables;
	size_t num_variables;
	const struct eunomia_skeleton_member *maps;
	size_t num_maps;
	const struct eunomia_skeleton_member *programs;
	size_t num_programs;
};

void *eunomia_skeleton__open(const struct eunomia_skeleton *skeleton);
int eunomia_skeleton__load(const struct eunomia_skeleton *skeleton, void *opened);
/* From the kernel into the structs, and back: what the tool has changed since. */
int eunomia_skeleton__pull(const struct eunomia_skeleton *skeleton, void *opened);
int eunomia_skeleton__push(const struct eunomia_skeleton *skeleton, void *opened);
void eunomia_skeleton__destroy(const struct eunomia_skeleton *skeleton, void *opened);

#ifdef __cplusplus
}
#endif

#endif
