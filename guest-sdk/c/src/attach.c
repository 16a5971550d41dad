/* Targets chosen at run time: everything that the contract has, and libbpf's names for some. */
#include <stdlib.h>

#include "eunomia.h"
#include "internal.h"

/* Each kind of target has the number that the contract gives it. */
_Static_assert(EUNOMIA_TRACEPOINT == EUNOMIA_BPF_PROGRAM_TARGET_TRACEPOINT, "the order of the contract");
_Static_assert(EUNOMIA_UPROBE == EUNOMIA_BPF_PROGRAM_TARGET_UPROBE, "the order of the contract");
_Static_assert(EUNOMIA_XDP == EUNOMIA_BPF_PROGRAM_TARGET_XDP, "the order of the contract");
_Static_assert(EUNOMIA_CGROUP == EUNOMIA_BPF_PROGRAM_TARGET_CGROUP, "the order of the contract");
_Static_assert(EUNOMIA_STRUCT_OPS == EUNOMIA_BPF_PROGRAM_TARGET_STRUCT_OPS, "the order of the contract");

static guest_option_u32_t pid(uint32_t number)
{
	return (guest_option_u32_t){ .is_some = number != 0, .val = number };
}

/* A list as the host takes it, to be freed; `failed` is set if there is no memory. */
static guest_list_string_t names(const struct eunomia_names *from, bool *failed)
{
	guest_list_string_t list = { from->count ? eunomia_allocate(from->count * sizeof(*list.ptr)) : NULL, from->count };

	if (!list.ptr && list.len) {
		*failed = true;
		return list;
	}
	for (size_t i = 0; i < list.len; i++)
		list.ptr[i] = eunomia_string(from->names[i]);
	return list;
}

/* Strings that may be NULL by mistake are empty: the host says what it lacks. */
static guest_string_t text(const char *string)
{
	return eunomia_string(string ? string : "");
}

/* In the contract's words; `functions` is what has to be freed afterwards. */
static int translate_target(const struct eunomia_target *from, eunomia_bpf_program_target_t *to, guest_list_string_t *functions)
{
	eunomia_bpf_map_borrow_map_t map;
	bool failed = false;
	int err = 0;

	to->tag = (uint8_t)from->kind;
	switch (from->kind) {
	case EUNOMIA_TRACEPOINT:
		to->val.tracepoint.category = text(from->tracepoint.category);
		to->val.tracepoint.name = text(from->tracepoint.name);
		break;
	case EUNOMIA_RAW_TRACEPOINT:
		to->val.raw_tracepoint = text(from->raw_tracepoint);
		break;
	case EUNOMIA_TRACE:
	case EUNOMIA_ITERATOR:
		break;
	case EUNOMIA_LSM_CGROUP:
		to->val.lsm_cgroup = text(from->lsm_cgroup);
		break;
	case EUNOMIA_KPROBE:
		to->val.kprobe.function = text(from->kprobe.function);
		to->val.kprobe.offset = from->kprobe.offset;
		to->val.kprobe.point = (uint8_t)from->kprobe.point;
		break;
	case EUNOMIA_KPROBE_MULTI:
		to->val.kprobe_multi.functions = *functions = names(&from->kprobe_multi.functions, &failed);
		to->val.kprobe_multi.point = (uint8_t)from->kprobe_multi.point;
		break;
	case EUNOMIA_KSYSCALL:
		to->val.ksyscall.name = text(from->ksyscall.name);
		to->val.ksyscall.point = (uint8_t)from->ksyscall.point;
		break;
	case EUNOMIA_UPROBE:
		to->val.uprobe.path = text(from->uprobe.path);
		to->val.uprobe.function.is_some = from->uprobe.function != NULL;
		to->val.uprobe.function.val = text(from->uprobe.function);
		to->val.uprobe.offset = from->uprobe.offset;
		to->val.uprobe.pid = pid(from->uprobe.pid);
		to->val.uprobe.point = (uint8_t)from->uprobe.point;
		to->val.uprobe.semaphore = from->uprobe.semaphore;
		break;
	case EUNOMIA_UPROBE_MULTI:
		to->val.uprobe_multi.path = text(from->uprobe_multi.path);
		to->val.uprobe_multi.functions = *functions = names(&from->uprobe_multi.functions, &failed);
		to->val.uprobe_multi.pid = pid(from->uprobe_multi.pid);
		to->val.uprobe_multi.point = (uint8_t)from->uprobe_multi.point;
		break;
	case EUNOMIA_USDT:
		to->val.usdt.path = text(from->usdt.path);
		to->val.usdt.provider = text(from->usdt.provider);
		to->val.usdt.name = text(from->usdt.name);
		to->val.usdt.pid = pid(from->usdt.pid);
		break;
	case EUNOMIA_PERF_EVENT:
		to->val.perf_event.type = from->perf_event.type;
		to->val.perf_event.config = from->perf_event.config;
		if (from->perf_event.period) {
			to->val.perf_event.rate.tag = EUNOMIA_BPF_PROGRAM_SAMPLE_RATE_PERIOD;
			to->val.perf_event.rate.val.period = from->perf_event.period;
		} else {
			to->val.perf_event.rate.tag = EUNOMIA_BPF_PROGRAM_SAMPLE_RATE_FREQUENCY;
			to->val.perf_event.rate.val.frequency = from->perf_event.frequency;
		}
		to->val.perf_event.cpu.is_some = from->perf_event.cpu >= 0;
		to->val.perf_event.cpu.val = (uint32_t)from->perf_event.cpu;
		to->val.perf_event.pid = pid(from->perf_event.pid);
		break;
	case EUNOMIA_XDP:
		to->val.xdp.interface = text(from->xdp.interface);
		to->val.xdp.mode = (uint8_t)from->xdp.mode;
		break;
	case EUNOMIA_TC:
		to->val.tc.interface = text(from->tc.interface);
		to->val.tc.direction = (uint8_t)from->tc.direction;
		to->val.tc.handle = from->tc.handle;
		to->val.tc.priority = from->tc.priority;
		break;
	case EUNOMIA_TCX:
	case EUNOMIA_NETKIT:
		to->val.tcx.interface = text(from->device.interface);
		to->val.tcx.direction = (uint8_t)from->device.direction;
		break;
	case EUNOMIA_CGROUP:
		to->val.cgroup.path = text(from->cgroup.path);
		to->val.cgroup.mode = (uint8_t)from->cgroup.mode;
		break;
	case EUNOMIA_SOCK_MAP:
	case EUNOMIA_MAP_ITERATOR:
	case EUNOMIA_STRUCT_OPS:
		err = from->map ? eunomia_map_handle(from->map, &map) : eunomia_fail(EINVAL, "the target names no map");
		to->val.sock_map.__handle = err ? 0 : map.__handle;
		break;
	case EUNOMIA_NETWORK_NAMESPACE:
		to->val.network_namespace = text(from->network_namespace);
		break;
	case EUNOMIA_SOCKET_FILTER:
		to->val.socket_filter = text(from->socket_filter);
		break;
	case EUNOMIA_SK_REUSEPORT:
		to->val.sk_reuseport = from->sk_reuseport;
		break;
	case EUNOMIA_NETFILTER:
		to->val.netfilter.family = from->netfilter.family;
		to->val.netfilter.hook = from->netfilter.hook;
		to->val.netfilter.priority = from->netfilter.priority;
		to->val.netfilter.defragment = from->netfilter.defragment;
		break;
	case EUNOMIA_CGROUP_ITERATOR:
		to->val.cgroup_iterator = text(from->cgroup_iterator);
		break;
	case EUNOMIA_TASK_ITERATOR:
		to->val.task_iterator = from->task_iterator;
		break;
	default:
		return eunomia_failf(EINVAL, "%d is no kind of target", (int)from->kind);
	}
	return failed ? -ENOMEM : err;
}

struct bpf_link *eunomia_program__attach(const struct bpf_program *prog, const struct eunomia_target *target)
{
	guest_list_string_t functions = { NULL, 0 };
	eunomia_bpf_program_borrow_program_t handle;
	eunomia_bpf_program_target_t translated;
	eunomia_bpf_program_own_link_t own;
	eunomia_bpf_program_error_t error;
	struct bpf_link *link = NULL;

	memset(&translated, 0, sizeof(translated));
	if (!translate_target(target, &translated, &functions) && !eunomia_program_handle(prog, &handle)) {
		if (target->cookie ?
			    eunomia_bpf_program_method_program_attach_with_cookie(handle, &translated, target->cookie, &own, &error) :
			    eunomia_bpf_program_method_program_attach_to(handle, &translated, &own, &error))
			link = eunomia_link_new(own);
		else
			eunomia_program_failure(&error);
	}
	free(functions.ptr);
	return link;
}
