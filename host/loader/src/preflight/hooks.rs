//! What this kernel offers to attach programs to, and to keep data in.

use std::path::Path;

use libbpf_sys as sys;

use super::probe::{self, Answer};
use super::{Finding, State, config, mounts, rights};

/// A hook or kind of map that some kernels lack: what to say if it is there, and if not.
pub(crate) struct Hook {
    /// The check's name.
    check: &'static str,
    /// What it gives tools.
    gives: &'static str,
    /// That it is not there.
    pub(crate) lacks: &'static str,
    /// What to do without it.
    pub(crate) hint: &'static str,
    ask: fn() -> Answer<()>,
}

pub(crate) const KPROBE_MULTI: Hook = Hook {
    check: "kprobe.multi",
    gives: "one program can be attached to many functions of the kernel",
    lacks: "this kernel cannot probe many functions at once: that needs Linux 5.18 (arm64: 6.15) with CONFIG_FPROBE",
    hint: "use kprobe, one function a program",
    ask: probe::kprobe_multi,
};
pub(crate) const UPROBE_MULTI: Hook = Hook {
    check: "uprobe.multi",
    gives: "one program can be attached to many functions of a file",
    lacks: "this kernel cannot probe many functions of a file at once: that came with Linux 6.6",
    hint: "use uprobe, one function a program",
    ask: probe::uprobe_multi,
};
pub(crate) const TCX: Hook = Hook {
    check: "tcx",
    gives: "packets of an interface, from a link",
    lacks: "this kernel has no tcx, which came with Linux 6.6",
    hint: "use tc: it works everywhere",
    ask: probe::tcx,
};
pub(crate) const NETKIT: Hook = Hook {
    check: "netkit",
    gives: "packets of netkit devices",
    lacks: "this kernel has no netkit devices, which came with Linux 6.7",
    hint: "use a veth pair and tcx or tc, or a kernel with CONFIG_NETKIT=y",
    ask: probe::netkit,
};
pub(crate) const NETFILTER: Hook = Hook {
    check: "netfilter",
    gives: "packets where netfilter sees them",
    lacks: "this kernel has no netfilter hooks for programs, which came with Linux 6.4",
    hint: "use tc or a control group's hooks, or a kernel with CONFIG_NETFILTER_BPF_LINK=y",
    ask: probe::netfilter,
};
pub(super) const FENTRY: Hook = Hook {
    check: "fentry",
    gives: "programs can be attached to entries and ends of functions (fentry, fexit, fmod_ret)",
    lacks: "this kernel cannot attach programs to entries and ends of functions (fentry, fexit, fmod_ret)",
    hint: "use kprobes or tracepoints, or a kernel with CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS=y (arm64: from Linux 6.4)",
    ask: probe::fentry,
};
pub(super) const STRUCT_OPS: Hook = Hook {
    check: "struct_ops",
    gives: "programs can stand in for tables of the kernel's functions",
    lacks: "this kernel has no struct_ops, which need the JIT and CONFIG_DEBUG_INFO_BTF",
    hint: "use a kernel with CONFIG_BPF_JIT=y and CONFIG_DEBUG_INFO_BTF=y",
    ask: || there(probe::program_type(sys::BPF_PROG_TYPE_STRUCT_OPS)),
};
const RINGBUF: Hook = Hook {
    check: "ringbuf",
    gives: "events come through one buffer for all CPUs, in order",
    lacks: "this kernel has no ring buffers, which came with Linux 5.8",
    hint: "use a perf buffer (BPF_MAP_TYPE_PERF_EVENT_ARRAY), or a newer kernel",
    ask: || there(probe::map_kind(sys::BPF_MAP_TYPE_RINGBUF)),
};
const USER_RINGBUF: Hook = Hook {
    check: "user_ringbuf",
    gives: "tools can send records to programs",
    lacks: "this kernel has no ring buffers from user space to programs, which came with Linux 6.1",
    hint: "use an array or a queue",
    ask: || there(probe::map_kind(sys::BPF_MAP_TYPE_USER_RINGBUF)),
};
const ARENA: Hook = Hook {
    check: "arena",
    gives: "programs and tools can share memory with pointers in it",
    lacks: "this kernel has no arenas, which came with Linux 6.9 (x86-64, arm64)",
    hint: "use an array that is mapped (BPF_F_MMAPABLE)",
    ask: || there(probe::map_kind(sys::BPF_MAP_TYPE_ARENA)),
};

fn there(answer: Answer<bool>) -> Answer<()> {
    match answer {
        Ok(true) => Ok(()),
        Ok(false) => Err(libc::EINVAL),
        Err(errno) => Err(errno),
    }
}

impl Hook {
    /// Asks the kernel.
    pub(super) fn look(&self) -> Finding {
        match (self.ask)() {
            Ok(()) => Finding::ok(self.check, self.gives),
            Err(errno) if probe::is_unknown(errno) => Finding::missing(self.check, self.lacks, self.hint),
            Err(errno) => {
                let message = format!("{}: it refuses them ({})", self.lacks, probe::text(errno));
                Finding::missing(self.check, message, self.refused(errno))
            }
        }
    }

    fn refused(&self, errno: i32) -> String {
        if matches!(errno, libc::EPERM | libc::EACCES) && rights::lockdown_is_why() {
            return rights::lockdown().hint.unwrap_or_default();
        }
        self.hint.to_owned()
    }
}

/// All of them. Nothing can be tried where programs cannot be loaded.
pub(super) fn all(may_load: bool) -> Vec<Finding> {
    let mut found = vec![kprobes(), uprobes()];
    if !may_load {
        let message = "what else this kernel offers is not known: it can only be tried by loading programs";
        found.push(Finding::warning("hooks", message, "put the above right first"));
        return found;
    }
    found.extend([&FENTRY, &KPROBE_MULTI, &UPROBE_MULTI].map(Hook::look));
    found.push(lsm());
    found.push(clsact());
    found.extend([&TCX, &NETKIT, &NETFILTER, &STRUCT_OPS, &RINGBUF, &USER_RINGBUF, &ARENA].map(Hook::look));
    found
}

fn event_source(name: &str) -> bool {
    Path::new("/sys/bus/event_source/devices").join(name).exists()
        || mounts::tracefs_events()
            .is_some_and(|events| Path::new(events).with_file_name(format!("{name}_events")).exists())
}

/// Whether functions of the kernel can be probed one by one.
pub(crate) fn kprobes() -> Finding {
    if event_source("kprobe") {
        return Finding::ok("kprobe", "functions of the kernel can be probed");
    }
    Finding::missing(
        "kprobe",
        "this kernel was built without kprobes",
        "use a tracepoint, or a kernel built with CONFIG_KPROBES=y and CONFIG_KPROBE_EVENTS=y",
    )
}

/// Whether functions of files can be probed.
pub(super) fn uprobes() -> Finding {
    if event_source("uprobe") {
        return Finding::ok(
            "uprobe",
            "functions and static probes of programs and libraries can be probed",
        );
    }
    Finding::missing(
        "uprobe",
        "this kernel was built without uprobes",
        "use a kernel built with CONFIG_UPROBES=y and CONFIG_UPROBE_EVENTS=y",
    )
}

/// Whether the security module for programs is active.
pub(super) fn lsm() -> Finding {
    const CHECK: &str = "lsm";
    const FILE: &str = "/sys/kernel/security/lsm";
    const HINT: &str = "add bpf to the list lsm= on the kernel's command line, on a kernel with CONFIG_BPF_LSM=y";
    let active = std::fs::read_to_string(FILE)
        .ok()
        .map(|list| list.trim().split(',').any(|name| name == "bpf"));
    match (active, probe::lsm()) {
        (Some(false), _) => Finding::missing(
            CHECK,
            format!("bpf is not among the active security modules ({FILE}): LSM programs are never called"),
            HINT,
        ),
        (_, Err(errno)) => Finding::missing(
            CHECK,
            format!("the kernel refuses LSM programs: {}", probe::text(errno)),
            HINT,
        ),
        (Some(true), Ok(())) => Finding::ok(
            CHECK,
            format!("programs may decide with the security modules ({FILE} has bpf)"),
        ),
        (None, Ok(())) => Finding::warning(
            CHECK,
            format!("LSM programs are taken, but without {FILE} nobody knows whether they are called"),
            "mount it: mount -t securityfs securityfs /sys/kernel/security",
        ),
    }
}

/// That filters of `tc` cannot be had, and what to do.
pub(crate) const NO_CLSACT: (&str, &str) = (
    "this kernel has no clsact queueing discipline or no BPF filters",
    "load them (modprobe sch_ingress cls_bpf), or use a kernel with CONFIG_NET_SCH_INGRESS and CONFIG_NET_CLS_BPF",
);

/// Whether filters of `tc` can be had: what nobody can say but the configuration, and modules that are there.
pub(super) fn clsact() -> Finding {
    const CHECK: &str = "tc";
    const LACKS: &str = NO_CLSACT.0;
    const HINT: &str = NO_CLSACT.1;
    let states = ["CONFIG_NET_SCH_INGRESS", "CONFIG_NET_CLS_BPF"].map(config::option);
    if states.contains(&Some(config::Setting::Off)) {
        return Finding::missing(CHECK, LACKS, HINT);
    }
    if states.contains(&None) {
        return Finding::new(
            CHECK,
            State::Warning,
            "no configuration can be read: whether there are clsact and BPF filters shows when one is attached",
        )
        .with_hint(HINT);
    }
    Finding::ok(CHECK, "filters of interfaces (clsact), built in or as modules")
}
