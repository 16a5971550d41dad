/* SPDX-License-Identifier: MIT */
/*
 * What the skeletons that ecc gen-wasm-skel writes are made of. Tools use NAME_bpf__open and the like, and the members of struct
 * NAME_bpf; these functions are for generated code.
 */
#ifndef EUNOMIA_SKELETON_H
#define EUNOMIA_SKELETON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "object.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A variable: its bytes are in a struct of the skeleton that stands for its section. */
struct eunomia_skeleton_variable {
	const char *name;
	uint32_t offset; /* of the pointer to the struct, in the skeleton */
	uint32_t place;	 /* in the struct */
	uint32_t size;
	bool read_only;
	const void *initial; /* the bytes that the package has; NULL for zeros */
};

/* A map: where the skeleton has the pointer to it. */
struct eunomia_skeleton_map {
	const char *name;
	uint32_t offset;
};

/* A program: where the skeleton has the pointer to it, and to its link. */
struct eunomia_skeleton_program {
	const char *name;
	uint32_t offset, link;
};

/* A struct that stands for a section: where the skeleton has the pointer to it. */
struct eunomia_skeleton_section {
	uint32_t offset, size;
};

struct eunomia_skeleton {
	const char *name;
	size_t size; /* of the skeleton's struct, which begins with the object and `shadow` */
	const struct eunomia_skeleton_section *sections;
	const struct eunomia_skeleton_variable *variables;
	const struct eunomia_skeleton_map *maps;
	const struct eunomia_skeleton_program *programs;
	size_t num_sections, num_variables, num_maps, num_programs;
};

void *eunomia_skeleton__open(const struct eunomia_skeleton *skeleton);
int eunomia_skeleton__load(const struct eunomia_skeleton *skeleton, void *opened);
int eunomia_skeleton__attach(const struct eunomia_skeleton *skeleton, void *opened);
int eunomia_skeleton__detach(const struct eunomia_skeleton *skeleton, void *opened);
int eunomia_skeleton__pull(const struct eunomia_skeleton *skeleton, void *opened);
int eunomia_skeleton__push(const struct eunomia_skeleton *skeleton, void *opened);
void eunomia_skeleton__destroy(const struct eunomia_skeleton *skeleton, void *opened);

#ifdef __cplusplus
}
#endif

#endif
