/* SPDX-License-Identifier: MIT */
/* Everything that a program can be attached to, chosen at run time. */
#ifndef EUNOMIA_TARGET_H
#define EUNOMIA_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "object.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Where in a function a probe sits. */
enum eunomia_probe_point {
	EUNOMIA_ENTRY,	 /* when it is called, or at the offset */
	EUNOMIA_RETURN,	 /* when it returns */
	EUNOMIA_SESSION, /* both, with state between them: for multi probes, from Linux 6.13 */
};

enum eunomia_xdp_mode {
	EUNOMIA_XDP_AUTOMATIC, /* in the driver if it can, else generic */
	EUNOMIA_XDP_DRIVER,
	EUNOMIA_XDP_GENERIC, /* in the network stack */
	EUNOMIA_XDP_HARDWARE,
};

enum eunomia_direction { EUNOMIA_INGRESS, EUNOMIA_EGRESS };

/* How a program shares a control group's hook. */
enum eunomia_cgroup_mode {
	EUNOMIA_CGROUP_MULTI,	  /* all run, from the group upwards */
	EUNOMIA_CGROUP_OVERRIDE,  /* a program of a group below takes its place */
	EUNOMIA_CGROUP_EXCLUSIVE, /* no group below may attach another */
};

/* A list of names, such as that of { "vfs_read", "vfs_write" }: functions of multi probes may be patterns with * and ?. */
struct eunomia_names {
	const char *const *names;
	size_t count;
};

enum eunomia_target_kind {
	EUNOMIA_TRACEPOINT,
	EUNOMIA_RAW_TRACEPOINT,
	EUNOMIA_TRACE,
	EUNOMIA_LSM_CGROUP,
	EUNOMIA_KPROBE,
	EUNOMIA_KPROBE_MULTI,
	EUNOMIA_KSYSCALL,
	EUNOMIA_UPROBE,
	EUNOMIA_UPROBE_MULTI,
	EUNOMIA_USDT,
	EUNOMIA_PERF_EVENT,
	EUNOMIA_XDP,
	EUNOMIA_TC,
	EUNOMIA_TCX,
	EUNOMIA_NETKIT,
	EUNOMIA_CGROUP,
	EUNOMIA_SOCK_MAP,
	EUNOMIA_NETWORK_NAMESPACE,
	EUNOMIA_SOCKET_FILTER,
	EUNOMIA_SK_REUSEPORT,
	EUNOMIA_NETFILTER,
	EUNOMIA_ITERATOR,
	EUNOMIA_MAP_ITERATOR,
	EUNOMIA_CGROUP_ITERATOR,
	EUNOMIA_TASK_ITERATOR,
	EUNOMIA_STRUCT_OPS,
};

/*
 * A target. `kind` says which member of the union counts. Strings and maps are borrowed for the call. A member that is 0 or NULL
 * takes what its comment says.
 *
 *     struct eunomia_target target = { EUNOMIA_XDP, .xdp = { .interface = "eth0" } };
 *     struct bpf_link *link = eunomia_program__attach(prog, &target);
 */
struct eunomia_target {
	enum eunomia_target_kind kind;
	union {
		struct { const char *category, *name; } tracepoint;
		const char *raw_tracepoint;
		/* A path below the cgroup2 mount; the hook is what the program was loaded for. */
		const char *lsm_cgroup;
		struct { const char *function; uint64_t offset; enum eunomia_probe_point point; } kprobe;
		struct { struct eunomia_names functions; enum eunomia_probe_point point; } kprobe_multi;
		struct { const char *name; enum eunomia_probe_point point; } ksyscall;
		struct {
			const char *path;
			const char *function; /* NULL: `offset` counts from the start of the file */
			uint64_t offset;
			uint32_t pid; /* 0 for all */
			enum eunomia_probe_point point;
			uint64_t semaphore; /* its offset in the file, 0 for none */
		} uprobe;
		struct {
			const char *path;
			struct eunomia_names functions;
			uint32_t pid; /* 0 for all */
			enum eunomia_probe_point point;
		} uprobe_multi;
		struct { const char *path, *provider, *name; uint32_t pid; /* 0 for all */ } usdt;
		struct {
			uint32_t type; /* PERF_TYPE_*: 0 hardware, 1 software, 3 cache, 4 raw */
			uint64_t config;
			uint64_t frequency; /* runs a second and CPU, or */
			uint64_t period;    /* one run in so many events */
			int32_t cpu;	    /* EUNOMIA_EVERY_CPU, or one */
			uint32_t pid;	    /* 0 for all */
		} perf_event;
		struct { const char *interface; enum eunomia_xdp_mode mode; } xdp;
		struct {
			const char *interface;
			enum eunomia_direction direction;
			uint32_t handle, priority; /* 0 lets the kernel choose */
		} tc;
		/* tcx, netkit. */
		struct { const char *interface; enum eunomia_direction direction; } device;
		/* A directory of the cgroup2 hierarchy. */
		struct { const char *path; enum eunomia_cgroup_mode mode; } cgroup;
		/* sock_map, map_iterator, struct_ops. */
		const struct bpf_map *map;
		/* For sk_lookup and flow_dissector: such as /proc/self/ns/net. */
		const char *network_namespace;
		/* The interface whose packets are filtered. */
		const char *socket_filter;
		/* A port of the loopback, on which the host opens a reuseport socket. */
		uint16_t sk_reuseport;
		struct {
			uint32_t family; /* NFPROTO_IPV4 (2) or NFPROTO_IPV6 (10) */
			uint32_t hook;	 /* NF_INET_*: 0 pre-routing, 1 local in, 2 forward, 3 local out, 4 post-routing */
			int32_t priority;
			bool defragment;
		} netfilter;
		const char *cgroup_iterator;
		/* A thread group id. */
		uint32_t task_iterator;
	};
	/* What bpf_get_attach_cookie gives the program, from Linux 5.15; 0 for none. Probes, tracepoints, perf events, trace. */
	uint64_t cookie;
};

#define EUNOMIA_EVERY_CPU (-1)

/* Attaches to a target; NULL as bpf_program__attach says. */
struct bpf_link *eunomia_program__attach(const struct bpf_program *prog, const struct eunomia_target *target);

#ifdef __cplusplus
}
#endif

#endif
