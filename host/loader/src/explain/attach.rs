//! Why a program could not be attached, from the number that the kernel gave for it and what can be seen of the system.

use std::path::Path;

use super::{denied, said};
use crate::attach::network;
use crate::error::{ENOTSUPP, Error, Kind};
use crate::preflight::{
    self, CAP_BPF, CAP_NET_ADMIN, CAP_NET_RAW, CAP_PERFMON, Finding, GROUPS, Hook, KPROBE_MULTI, NETFILTER, NETKIT,
    TCX, UPROBE_MULTI, capabilities_missing,
};

/// A program that could not be attached to `target`, the text of a section or a target.
pub(crate) fn attach(errno: i32, log: &str, program: &str, target: &str) -> Error {
    let (kind, rest) = target.split_once('/').unwrap_or((target, ""));
    let kind = kind.strip_suffix(".s").unwrap_or(kind);
    let unsupported = matches!(errno, libc::EOPNOTSUPP | ENOTSUPP);
    let may = capabilities_missing(&[CAP_BPF, CAP_PERFMON]).is_none();
    let error = match kind {
        "tp" | "tracepoint" if errno == libc::EACCES && may => Some(beyond_record(rest)),
        _ if matches!(errno, libc::EPERM | libc::EACCES) => None,
        "tp" | "tracepoint" => tracepoint(errno, rest),
        "raw_tp" | "raw_tracepoint" | "raw_tp.w" | "raw_tracepoint.w" if errno == libc::ENOENT => {
            Some(Error::not_found(format!("this kernel has no raw tracepoint {rest}")))
        }
        "kprobe.multi" | "kretprobe.multi" | "kprobe.session" => kprobe_multi(errno, kind, rest),
        "uprobe.multi" | "uretprobe.multi" | "uprobe.session" => uprobe_multi(errno, kind, rest),
        "usdt" => usdt(errno, rest),
        _ if kind.contains("probe") || kind.contains("syscall") => kprobe(errno, kind, rest),
        "fentry" | "fexit" | "fmod_ret" | "lsm" | "tp_btf" | "freplace" if unsupported => Some(lacks(
            "this kernel cannot attach programs of this kind on this architecture",
            "use a kprobe or a tracepoint, or a newer kernel (arm64 has them from Linux 6.4)",
        )),
        "struct_ops" if errno == ENOTSUPP => Some(lacks(
            "this kernel has no struct_ops on this architecture",
            "arm64 has them from Linux 6.0",
        )),
        "perf_event" => perf_event(errno, rest),
        "xdp" => xdp(errno, rest),
        "tc" if matches!(errno, libc::ENOENT | libc::EOPNOTSUPP) => {
            Some(lacks(preflight::NO_CLSACT.0, preflight::NO_CLSACT.1))
        }
        "tcx" if errno == libc::EINVAL || unsupported => Some(lacks_hook(&TCX)),
        "netkit" => netkit(errno),
        "netfilter" => netfilter(errno),
        "cgroup" if errno == libc::EBADF => {
            Some(Error::not_found("this is no folder of the cgroup2 hierarchy").with_hint(GROUPS))
        }
        _ => None,
    };
    let error = error.unwrap_or_else(|| match errno {
        libc::EOPNOTSUPP | ENOTSUPP => Error::new(
            Kind::Unsupported,
            format!("a program in the section {target} cannot be attached without naming a target"),
        )
        .with_hint(format!(
            "name it: --attach {program}=TARGET, such as kprobe/FUNCTION or xdp/INTERFACE"
        )),
        libc::EBUSY | libc::EEXIST => {
            said(Error::from_errno(errno).with_kind(Kind::Busy), log).context(format!("somebody else holds {target}"))
        }
        errno => said(Error::from_errno(errno), log),
    });
    let locked = matches!(errno, libc::EPERM | libc::EACCES) && preflight::lockdown_is_why();
    let error = match preflight::lockdown().error(Kind::Denied).filter(|_| locked) {
        Some(lockdown) => error
            .context(lockdown.to_string())
            .with_hint(lockdown.hint().unwrap_or_default()),
        None => error,
    };
    let needed: &[_] = match kind {
        "xdp" | "tc" | "tcx" | "netkit" | "netfilter" | "cgroup" | "sock_map" | "netns" => &[CAP_BPF, CAP_NET_ADMIN],
        "socket" => &[CAP_BPF, CAP_NET_RAW],
        _ => &[CAP_BPF, CAP_PERFMON],
    };
    denied(errno, error, needed).context(format!("program {program} cannot be attached to {target}"))
}

fn lacks(message: &str, hint: &str) -> Error {
    Error::new(Kind::KernelLacks, message).with_hint(hint)
}

fn lacks_hook(hook: &Hook) -> Error {
    lacks(hook.lacks, hook.hint)
}

/// What a check found that looks at the same thing.
fn found(finding: Finding, kind: Kind) -> Option<Error> {
    finding.error(kind)
}

fn tracepoint(errno: i32, name: &str) -> Option<Error> {
    found(preflight::tracefs(), Kind::NoTracefs).or_else(|| {
        let missing = matches!(errno, libc::ENOENT | libc::EINVAL).then(|| preflight::tracepoint(name));
        found(missing?, Kind::NotFound)
    })
}

/// `perf_event_set_bpf_prog` of the kernel's `kernel/events/core.c` compares how far a program reads with how long records are.
fn beyond_record(name: &str) -> Error {
    Error::invalid(format!("it reads beyond the record of tracepoint {name}: it takes it for another struct")).with_hint(format!(
        "cat /sys/kernel/tracing/events/{name}/format shows the record; programs of tp_btf and raw_tp get the arguments themselves"
    ))
}

fn kprobe(errno: i32, kind: &str, function: &str) -> Option<Error> {
    if kind.starts_with('u') {
        return (errno == libc::ENOENT).then(|| no_symbol(function));
    }
    found(preflight::kprobes(), Kind::KernelLacks).or_else(|| {
        matches!(errno, libc::ENOENT | libc::EINVAL)
            .then(|| Error::not_found(preflight::no_function(function)).with_hint(preflight::FUNCTIONS))
    })
}

/// `FILE:SYMBOL`, of which one is not there.
fn no_symbol(place: &str) -> Error {
    match place.rsplit_once(':') {
        Some((file, symbol)) if Path::new(file).is_file() => Error::not_found(format!("{file} has no symbol {symbol}"))
            .with_hint(format!(
                "those there are: readelf -sW {file}; a file without symbols takes an offset, such as {file}:0x1234"
            )),
        Some((file, _)) if file.starts_with('/') => Error::not_found(format!("there is no file {file}")),
        _ => Error::not_found(format!("there is no file or symbol {place}")),
    }
}

fn kprobe_multi(errno: i32, kind: &str, functions: &str) -> Option<Error> {
    match errno {
        libc::EINVAL | libc::EOPNOTSUPP | ENOTSUPP if kind == "kprobe.session" => Some(lacks(
            "this kernel has no kprobe sessions, which came with Linux 6.10",
            "use kprobe.multi and kretprobe.multi",
        )),
        libc::EINVAL | libc::EOPNOTSUPP | ENOTSUPP => Some(lacks_hook(&KPROBE_MULTI)),
        libc::ENOENT | libc::ESRCH => found(preflight::no_match(functions), Kind::NotFound),
        _ => None,
    }
}

fn uprobe_multi(errno: i32, kind: &str, functions: &str) -> Option<Error> {
    match errno {
        libc::EINVAL | libc::EOPNOTSUPP | ENOTSUPP if kind == "uprobe.session" => Some(lacks(
            "this kernel has no uprobe sessions, which came with Linux 6.13",
            "use uprobe.multi and uretprobe.multi",
        )),
        libc::EINVAL | libc::EOPNOTSUPP | ENOTSUPP => Some(lacks_hook(&UPROBE_MULTI)),
        libc::ENOENT | libc::ESRCH => Some(no_symbol(functions)),
        _ => None,
    }
}

fn usdt(errno: i32, probe: &str) -> Option<Error> {
    (errno == libc::ENOENT).then(|| {
        Error::not_found(format!("there is no file or static probe {probe}"))
            .with_hint("`readelf -n FILE` lists the static probes of a file")
    })
}

fn perf_event(errno: i32, event: &str) -> Option<Error> {
    match errno {
        libc::ENOENT | libc::EOPNOTSUPP | libc::ENODEV => Some(lacks(
            &format!("this machine does not count {event}"),
            "virtual machines often have no hardware events: cpu-clock is there everywhere",
        )),
        libc::ESRCH => Some(Error::not_found(format!("{event}: there is no such process"))),
        libc::EINVAL => Some(
            Error::invalid(format!("the kernel does not take {event}"))
                .with_hint("the most that it samples a second is in /proc/sys/kernel/perf_event_max_sample_rate"),
        ),
        _ => None,
    }
}

fn xdp(errno: i32, interface: &str) -> Option<Error> {
    let interface = &network::name(interface.split(',').next().unwrap_or(interface));
    match errno {
        libc::EBUSY | libc::EEXIST => Some(
            Error::new(Kind::Busy, format!("{interface} has another XDP program already"))
                .with_hint(format!("`ip link show {interface}` names it; it stays as it is")),
        ),
        libc::EOPNOTSUPP => Some(lacks(
            &format!("the driver of {interface} has no XDP of this kind"),
            "use mode=generic, which works with every driver",
        )),
        _ => None,
    }
}

fn netkit(errno: i32) -> Option<Error> {
    match errno {
        libc::ENXIO | libc::EACCES => Some(Error::not_found(
            "this interface is no netkit device, or the wrong end of one",
        )),
        libc::EINVAL | libc::EOPNOTSUPP | ENOTSUPP => Some(lacks_hook(&NETKIT)),
        _ => None,
    }
}

fn netfilter(errno: i32) -> Option<Error> {
    match errno {
        libc::EAFNOSUPPORT => Some(Error::invalid("netfilter hooks are those of IPv4 and IPv6")),
        libc::EINVAL | libc::EOPNOTSUPP | ENOTSUPP => Some(lacks_hook(&NETFILTER)),
        _ => None,
    }
}
