/* SPDX-License-Identifier: MIT */
/* Programs, and where they are attached. */
#ifndef EUNOMIA_PROGRAM_H
#define EUNOMIA_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "object.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The C function's name, and libbpf's section text, such as `tracepoint/sched/sched_process_exec`. */
const char *bpf_program__name(const struct bpf_program *prog);
const char *bpf_program__section_name(const struct bpf_program *prog);

/* Whether it is loaded at all: all are, unless their section says otherwise. Before the object is loaded. */
int bpf_program__set_autoload(struct bpf_program *prog, bool autoload);

/* The function that an fentry, fexit, fmod_ret, LSM or tp_btf program is loaded for. Before the object is loaded. `attach_prog_fd`
 * must be 0. */
int bpf_program__set_attach_target(struct bpf_program *prog, int attach_prog_fd, const char *attach_func_name);

/* The function of another object's loaded program that an freplace program takes the place of, or that an fentry or fexit program
 * looks at. Before the object is loaded. */
int eunomia_program__set_attach_program(struct bpf_program *prog, const struct bpf_program *other, const char *function);

/* The kernel's number of it, as `bpftool prog` lists it; 0 before the object is loaded. */
uint32_t eunomia_program__id(const struct bpf_program *prog);

/* A number for bpf_map_update_elem on a program array; -EINVAL before the object is loaded. No file descriptor. */
int bpf_program__fd(const struct bpf_program *prog);

/* Puts the program into a program array, where bpf_tail_call finds it, in place of what is there. -EINVAL if the map is none, or if its
 * programs are of another type. bpf_map__delete_elem takes it out again. */
int eunomia_program__insert(const struct bpf_program *prog, const struct bpf_map *map, const void *key, size_t key_size);

/*
 * Attaching. A program may have several links. A link lives until it is destroyed, whatever becomes of the object.
 * NULL: -ENOENT if there is no such target here, -EINVAL if it does not fit the type of the program.
 */

/* To what its section names. */
struct bpf_link *bpf_program__attach(const struct bpf_program *prog);

/* To a kernel function's entry, or its return. */
struct bpf_link *bpf_program__attach_kprobe(const struct bpf_program *prog, bool retprobe, const char *func_name);

/* To a function of a program or library. `binary_path` is absolute, or a name looked up as the dynamic linker and the shell do; `pid`
 * -1 for all processes, 0 is refused: a sandboxed tool has none. `func_offset` counts from the start of the file. */
struct bpf_link *bpf_program__attach_uprobe(const struct bpf_program *prog, bool retprobe, pid_t pid,
					    const char *binary_path, size_t func_offset);

struct bpf_uprobe_opts {
	size_t sz; /* of this struct */
	size_t ref_ctr_offset;
	uint64_t bpf_cookie; /* what bpf_get_attach_cookie gives the program; 0 for none */
	bool retprobe;
	const char *func_name; /* `func_offset` counts from this function */
};
struct bpf_link *bpf_program__attach_uprobe_opts(const struct bpf_program *prog, pid_t pid, const char *binary_path,
						 size_t func_offset, const struct bpf_uprobe_opts *opts);

/* To a static probe of user space. `opts` must be NULL. */
struct bpf_link *bpf_program__attach_usdt(const struct bpf_program *prog, pid_t pid, const char *binary_path,
					  const char *usdt_provider, const char *usdt_name, const void *opts);

/* To a system call by its bare name, such as `openat`; with `opts` to its return if they say so. */
struct bpf_ksyscall_opts {
	size_t sz;	     /* of this struct */
	uint64_t bpf_cookie; /* what bpf_get_attach_cookie gives the program; 0 for none */
	bool retprobe;
};
struct bpf_link *bpf_program__attach_ksyscall(const struct bpf_program *prog, const char *syscall_name,
					      const struct bpf_ksyscall_opts *opts);

struct bpf_link *bpf_program__attach_tracepoint(const struct bpf_program *prog, const char *tp_category,
						const char *tp_name);
struct bpf_link *bpf_program__attach_raw_tracepoint(const struct bpf_program *prog, const char *tp_name);

/* To the function that the program was loaded for: fentry, fexit, fmod_ret, tp_btf, LSM. */
struct bpf_link *bpf_program__attach_trace(const struct bpf_program *prog);
struct bpf_link *bpf_program__attach_lsm(const struct bpf_program *prog);

/* Whatever else there is: target.h. */

/* Detaches and frees. NULL is fine. */
int bpf_link__destroy(struct bpf_link *link);

/* Destroys several side by side: the kernel needs tens of milliseconds to close a tracepoint, most of it waiting. All are gone
 * afterwards, whatever is returned: the first error, if there was one. NULLs are fine. */
int eunomia_links__destroy(struct bpf_link **links, size_t count);

/* What it is attached to, in words. Valid until the link is destroyed. */
const char *eunomia_link__target(struct bpf_link *link);

/* Reads what an iterator prints, from its beginning to its end. To be freed with free(); NULL on errors. A NUL follows. */
void *eunomia_link__read(struct bpf_link *link, size_t *size);

/* Runs the program once with `context` as its argument, which is replaced by what the program leaves in it. Gives 0 and what it
 * returned in `result`. For the types of program that the kernel can run so: syscall, raw_tp. */
int eunomia_program__run(const struct bpf_program *prog, void *context, size_t size, uint32_t *result);

/* Runs the program once on a packet of at least 14 bytes, from its Ethernet header on: XDP, tc, socket filters and the like. The packet
 * is replaced by what the program leaves of it, up to `room` bytes; `size` becomes its length. Gives 0 and what the program returned in
 * `result`. */
int eunomia_program__run_on_packet(const struct bpf_program *prog, void *packet, size_t *size, size_t room, uint32_t *result);

/* For libbpf_get_error and the like: what a designated initialiser gives. */
#define LIBBPF_OPTS(TYPE, NAME, ...) struct TYPE NAME = { .sz = sizeof(struct TYPE), __VA_ARGS__ }
#define DECLARE_LIBBPF_OPTS LIBBPF_OPTS

#ifdef __cplusplus
}
#endif

#endif
