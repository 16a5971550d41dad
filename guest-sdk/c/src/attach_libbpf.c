/* Attaching under libbpf's names. */
#include <stdlib.h>

#include "eunomia.h"
#include "internal.h"

static enum eunomia_probe_point point(bool at_return)
{
	return at_return ? EUNOMIA_RETURN : EUNOMIA_ENTRY;
}

/* libbpf's -1 is every process. */
static int check_pid(pid_t pid, uint32_t *result)
{
	if (pid == 0)
		return eunomia_fail(EINVAL, "a tool in a sandbox is no process that could be traced: give -1 for all, or a pid");
	*result = pid < 0 ? 0 : (uint32_t)pid;
	return 0;
}

struct bpf_link *bpf_program__attach_kprobe(const struct bpf_program *prog, bool retprobe, const char *func_name)
{
	struct eunomia_target target = { EUNOMIA_KPROBE, .kprobe = { .function = func_name, .point = point(retprobe) } };

	return eunomia_program__attach(prog, &target);
}

struct bpf_link *bpf_program__attach_uprobe_opts(const struct bpf_program *prog, pid_t pid, const char *binary_path,
						 size_t func_offset, const struct bpf_uprobe_opts *opts)
{
	struct eunomia_target target = { EUNOMIA_UPROBE, .uprobe = { .path = binary_path, .offset = func_offset } };

	if (check_pid(pid, &target.uprobe.pid))
		return NULL;
	if (opts) {
		target.cookie = opts->bpf_cookie;
		target.uprobe.function = opts->func_name;
		target.uprobe.point = point(opts->retprobe);
		target.uprobe.semaphore = opts->ref_ctr_offset;
	}
	return eunomia_program__attach(prog, &target);
}

struct bpf_link *bpf_program__attach_uprobe(const struct bpf_program *prog, bool retprobe, pid_t pid,
					    const char *binary_path, size_t func_offset)
{
	LIBBPF_OPTS(bpf_uprobe_opts, opts, .retprobe = retprobe);

	return bpf_program__attach_uprobe_opts(prog, pid, binary_path, func_offset, &opts);
}

struct bpf_link *bpf_program__attach_usdt(const struct bpf_program *prog, pid_t pid, const char *binary_path,
					  const char *usdt_provider, const char *usdt_name, const void *opts)
{
	struct eunomia_target target = {
		EUNOMIA_USDT, .usdt = { .path = binary_path, .provider = usdt_provider, .name = usdt_name }
	};

	if (opts)
		eunomia_fail(ENOSYS, "options of USDT probes are not known here: give NULL");
	return opts || check_pid(pid, &target.usdt.pid) ? NULL : eunomia_program__attach(prog, &target);
}

struct bpf_link *bpf_program__attach_ksyscall(const struct bpf_program *prog, const char *syscall_name,
					      const struct bpf_ksyscall_opts *opts)
{
	struct eunomia_target target = {
		EUNOMIA_KSYSCALL, .ksyscall = { .name = syscall_name, .point = point(opts && opts->retprobe) }
	};

	target.cookie = opts ? opts->bpf_cookie : 0;
	return eunomia_program__attach(prog, &target);
}

struct bpf_link *bpf_program__attach_tracepoint(const struct bpf_program *prog, const char *tp_category,
						const char *tp_name)
{
	struct eunomia_target target = { EUNOMIA_TRACEPOINT, .tracepoint = { .category = tp_category, .name = tp_name } };

	return eunomia_program__attach(prog, &target);
}

struct bpf_link *bpf_program__attach_raw_tracepoint(const struct bpf_program *prog, const char *tp_name)
{
	struct eunomia_target target = { EUNOMIA_RAW_TRACEPOINT, .raw_tracepoint = tp_name };

	return eunomia_program__attach(prog, &target);
}

struct bpf_link *bpf_program__attach_trace(const struct bpf_program *prog)
{
	struct eunomia_target target = { .kind = EUNOMIA_TRACE };

	return eunomia_program__attach(prog, &target);
}

struct bpf_link *bpf_program__attach_lsm(const struct bpf_program *prog)
{
	return bpf_program__attach_trace(prog);
}
