/* SPDX-License-Identifier: MIT */
/* BPF objects: opened, set up, loaded, attached. */
#ifndef EUNOMIA_OBJECT_H
#define EUNOMIA_OBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A BPF object with its metadata. Its programs and maps belong to it, and are gone when it is closed. */
struct bpf_object;
struct bpf_program;
struct bpf_map;
struct bpf_link;

/* Opens the package that the component carries under this name (ecc gen-wasm-skel puts it there). NULL: the sentence names those
 * there are. Nothing has touched the kernel when this returns. */
struct bpf_object *eunomia_object__open(const char *name);

/* Opens the package that the user named beside this component. NULL with ENOENT if there was none. */
struct bpf_object *eunomia_object__open_given(void);

/* Opens a package from its bytes, JSON as ecc makes it. One that the component does not carry is refused (EPERM) unless the user
 * allows it. `package` may be freed afterwards. */
struct bpf_object *eunomia_object__open_mem(const void *package, size_t size);

/* The tool's name, as its package has it. */
const char *bpf_object__name(const struct bpf_object *obj);

/* Sets a variable before the object is loaded, from its bytes: as many as its type has.
 * -ENOENT names the variables there are, -EINVAL tells the size. */
int eunomia_object__set(struct bpf_object *obj, const char *variable, const void *value, size_t size);

/* The same from JSON text: a number, true, a string for char[N], an array, an object; enumerations by name or number. */
int eunomia_object__set_json(struct bpf_object *obj, const char *variable, const char *value);

/* Loads maps and programs into the kernel, once: -EINVAL after that, also if it failed, for what was set is used up by then. */
int bpf_object__load(struct bpf_object *obj);

/* Attaches each program, but those that the package excludes, to what its section names: all or none. The links belong to the
 * object. */
int eunomia_object__attach(struct bpf_object *obj);

/* Detaches what eunomia_object__attach attached, side by side: the kernel needs tens of milliseconds for some. 0 if nothing is. */
int eunomia_object__detach(struct bpf_object *obj);

/* Detaches, unloads and frees. NULL is fine. Links that the tool made stay until they are destroyed. */
void bpf_object__close(struct bpf_object *obj);

/* Reads the bytes that a variable has now. `size` is that of its type. */
int eunomia_object__read(struct bpf_object *obj, const char *variable, void *value, size_t size);

/* Changes a variable that is not read-only while programs run; they may see some of its bytes before the others. */
int eunomia_object__write(struct bpf_object *obj, const char *variable, const void *value, size_t size);

/* The map or program of this name; NULL with ENOENT, and the sentence names those there are. */
struct bpf_map *bpf_object__find_map_by_name(const struct bpf_object *obj, const char *name);
struct bpf_program *bpf_object__find_program_by_name(const struct bpf_object *obj, const char *name);

/* bpf_map__fd of the map of this name. */
int bpf_object__find_map_fd_by_name(const struct bpf_object *obj, const char *name);

/* One after the other: NULL gives the first, and comes back after the last. */
struct bpf_map *bpf_object__next_map(const struct bpf_object *obj, const struct bpf_map *map);
struct bpf_program *bpf_object__next_program(const struct bpf_object *obj, struct bpf_program *prog);

#define bpf_object__for_each_map(pos, obj)                                                                  \
	for ((pos) = bpf_object__next_map((obj), NULL); (pos) != NULL; (pos) = bpf_object__next_map((obj), (pos)))
#define bpf_object__for_each_program(pos, obj)                                                                     \
	for ((pos) = bpf_object__next_program((obj), NULL); (pos) != NULL; (pos) = bpf_object__next_program((obj), (pos)))

#ifdef __cplusplus
}
#endif

#endif
