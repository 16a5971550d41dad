//! Whether the place of a program exists.

use std::path::Path;

use package::{Interface, Target};

use super::hooks::{self, FENTRY, KPROBE_MULTI, NETFILTER, NETKIT, STRUCT_OPS, TCX, UPROBE_MULTI};
use super::symbols::Symbols;
use super::{Finding, State, mounts};

/// `PERF_TYPE_SOFTWARE`, `PERF_TYPE_TRACEPOINT`, `PERF_TYPE_BREAKPOINT`: what needs no counters.
const WITHOUT_COUNTERS: [u32; 3] = [1, 2, 5];

/// What stands before the name of a system call in the name of its function, by architecture.
const SYSCALLS: [&str; 4] = ["__x64_sys_", "__arm64_sys_", "__riscv_sys_", "__se_sys_"];

/// Looks for a place; the check's name is the caller's to give.
pub(super) fn look(target: &Target, symbols: &Symbols) -> Finding {
    let found = |what: String| Finding::ok("", what);
    match target {
        Target::Tracepoint { category, name } => tracepoint(&format!("{category}/{name}")),
        Target::RawTracepoint(name) => raw_tracepoint(name, symbols),
        Target::Trace { kind, function } => trace(kind, function, symbols),
        Target::Kprobe { function, .. } => first_wrong([hooks::kprobes(), kernel_function(function, symbols)]),
        Target::KprobeMulti { functions, .. } => {
            let known = functions
                .iter()
                .any(|pattern| symbols.has_function(pattern) != Some(false));
            let names = if known {
                found(functions.join(","))
            } else {
                no_match(&functions.join(","))
            };
            first_wrong([KPROBE_MULTI.look(), names])
        }
        Target::Ksyscall { name, .. } => {
            let known = SYSCALLS
                .iter()
                .any(|prefix| symbols.has_function(&format!("{prefix}{name}")) != Some(false));
            let call = if known {
                found(format!("system call {name}"))
            } else {
                let hint = "those there are: /proc/kallsyms, behind __x64_sys_, __arm64_sys_ or __riscv_sys_";
                Finding::missing("", format!("this kernel has no system call {name}"), hint)
            };
            first_wrong([hooks::kprobes(), call])
        }
        Target::Uprobe(uprobe) => first_wrong([hooks::uprobes(), file(&uprobe.path)]),
        Target::UprobeMulti { path, .. } => first_wrong([UPROBE_MULTI.look(), file(path)]),
        Target::Usdt { path, .. } => first_wrong([hooks::uprobes(), file(path)]),
        Target::PerfEvent(event) => perf_event(event.kind),
        Target::Xdp { interface, .. } | Target::SocketFilter(interface) => network_interface(interface),
        Target::Tc { interface, .. } => first_wrong([network_interface(interface), hooks::clsact()]),
        Target::Tcx { interface, .. } => first_wrong([network_interface(interface), TCX.look()]),
        Target::Netkit { interface, .. } => first_wrong([network_interface(interface), NETKIT.look()]),
        Target::Cgroup { path, .. } | Target::CgroupIterator(path) => {
            first_wrong([mounts::group(path), mounts::cgroup2()])
        }
        Target::NetworkNamespace(path) => file(path),
        Target::Netfilter(_) => NETFILTER.look(),
        Target::StructOps(_) => STRUCT_OPS.look(),
        // These are there if the object is.
        _ => found(String::new()),
    }
}

/// The one that is missing, else the one that is worth a warning, else the last.
fn first_wrong<const N: usize>(findings: [Finding; N]) -> Finding {
    let worst = findings.iter().find(|finding| finding.state == State::Missing);
    let worst = worst.or_else(|| findings.iter().find(|finding| finding.state == State::Warning));
    match worst.or(findings.first()) {
        Some(finding) => finding.clone(),
        None => Finding::ok("", ""),
    }
}

/// `CATEGORY/NAME`.
pub(crate) fn tracepoint(name: &str) -> Finding {
    let tracefs = mounts::tracefs();
    let Some(events) = mounts::tracefs_events().filter(|_| tracefs.state == State::Ok) else {
        return tracefs;
    };
    let category = name.split('/').next().unwrap_or_default();
    if !name.contains('/') {
        let hint = category_of(events, name).map_or_else(
            || format!("those there are: ls -d {events}/*/*"),
            |category| format!("did you mean SEC(\"tp/{category}/{name}\")?"),
        );
        return Finding::missing("", format!("{name} is no tracepoint: it takes CATEGORY/NAME"), hint);
    }
    if Path::new(events).join(name).exists() {
        return Finding::ok("", format!("{events}/{name}"));
    }
    let hint = if Path::new(events).join(category).exists() {
        format!("those there are: ls {events}/{category}")
    } else {
        format!("there is no category {category}; those there are: ls {events}")
    };
    Finding::missing("", format!("this kernel has no tracepoint {name}"), hint)
}

/// The category that has a tracepoint of this name.
fn category_of(events: &str, name: &str) -> Option<String> {
    let categories = std::fs::read_dir(events).ok()?.flatten();
    let mut having = categories.filter(|category| !name.is_empty() && category.path().join(name).is_dir());
    having.next()?.file_name().into_string().ok()
}

fn raw_tracepoint(name: &str, symbols: &Symbols) -> Finding {
    match symbols.types_have_typedef(&format!("btf_trace_{name}")) {
        Some(false) => Finding::missing(
            "",
            format!("this kernel has no raw tracepoint {name}"),
            "those there are: available_events in /sys/kernel/tracing",
        ),
        _ => Finding::ok("", format!("tracepoint {name}")),
    }
}

fn trace(kind: &str, function: &str, symbols: &Symbols) -> Finding {
    // `MODULE:FUNCTION`.
    let function = function.rsplit(':').next().unwrap_or(function);
    let bare = kind.strip_suffix(".s").unwrap_or(kind);
    let (known, prefix) = match bare {
        "tp_btf" => (
            symbols.types_have_typedef(&format!("btf_trace_{function}")),
            "tracepoint ",
        ),
        "lsm" => (
            symbols.types_have_function(&format!("bpf_lsm_{function}")),
            "security hook ",
        ),
        _ => (symbols.types_have_function(function), "function "),
    };
    let name = match known {
        Some(true) => Finding::ok("", format!("{prefix}{function} in the kernel's BTF")),
        Some(false) => Finding::missing(
            "",
            format!("this kernel has no {prefix}{function} in its BTF"),
            "those there are: bpftool btf dump file /sys/kernel/btf/vmlinux; some are inlined, or called otherwise in this version",
        ),
        None => super::btf(),
    };
    let hook = match bare {
        "lsm" => hooks::lsm(),
        "tp_btf" => return name,
        _ => FENTRY.look(),
    };
    first_wrong([name, hook])
}

/// A function that a kprobe may sit in.
pub(crate) fn kernel_function(name: &str, symbols: &Symbols) -> Finding {
    match symbols.has_function(name) {
        Some(false) => Finding::missing("", no_function(name), FUNCTIONS),
        _ => Finding::ok("", format!("function {name}")),
    }
}

/// Where functions are listed.
pub(crate) const FUNCTIONS: &str =
    "those there are: /proc/kallsyms; some are inlined, or called otherwise in this version";

/// That a function is not there.
pub(crate) fn no_function(name: &str) -> String {
    format!("this kernel has no function {name}, or not one that can be probed")
}

/// That no function is called so.
pub(crate) fn no_match(patterns: &str) -> Finding {
    Finding::missing(
        "",
        format!("no function that can be traced is called {patterns}"),
        "those there are: available_filter_functions in /sys/kernel/tracing",
    )
}

fn file(path: &str) -> Finding {
    // Other names are looked up when the program is attached, as the shell and the dynamic linker do.
    if path.starts_with('/') && !Path::new(path).exists() {
        return Finding::missing(
            "",
            format!("there is no file {path}"),
            "name another: --attach PROGRAM=TARGET",
        );
    }
    Finding::ok("", path)
}

fn perf_event(kind: u32) -> Finding {
    if WITHOUT_COUNTERS.contains(&kind) || has_counters() {
        return Finding::ok("", "perf event");
    }
    Finding::missing(
        "",
        "this machine has no hardware counters",
        "virtual machines often have no hardware events: cpu-clock is there everywhere",
    )
}

/// Whether a unit counts what a CPU does: it is called so on x86, and has one file for each kind of CPU on arm64.
fn has_counters() -> bool {
    let devices = std::fs::read_dir("/sys/bus/event_source/devices")
        .into_iter()
        .flatten()
        .flatten();
    devices.map(|entry| entry.file_name()).any(|name| {
        let name = name.to_string_lossy();
        name.starts_with("cpu") || name.starts_with("armv")
    })
}

fn network_interface(interface: &Interface) -> Finding {
    match crate::attach::network::index(interface) {
        Ok(_) => Finding::ok("", format!("interface {interface}")),
        Err(error) => Finding::missing(
            "",
            error.to_string(),
            error.hint().unwrap_or("those there are: ip link"),
        ),
    }
}
