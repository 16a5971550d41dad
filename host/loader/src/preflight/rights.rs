//! What this process may do.

use std::fs;
use std::path::Path;

use rustix::thread::{CapabilitySet, capabilities as sets};

use super::kernel::number;
use super::{Finding, probe};

/// A capability and its name.
pub(crate) type Capability = (CapabilitySet, &'static str);

pub(crate) const CAP_NET_ADMIN: Capability = (CapabilitySet::NET_ADMIN, "CAP_NET_ADMIN");
pub(crate) const CAP_NET_RAW: Capability = (CapabilitySet::NET_RAW, "CAP_NET_RAW");
pub(crate) const CAP_PERFMON: Capability = (CapabilitySet::PERFMON, "CAP_PERFMON");
pub(crate) const CAP_BPF: Capability = (CapabilitySet::BPF, "CAP_BPF");
/// What lifts the memory-lock limit.
pub(super) const RESOURCE: Capability = (CapabilitySet::SYS_RESOURCE, "CAP_SYS_RESOURCE");
/// What loads a program of any kind.
pub(super) const BPF: &str = "bpf";

/// Numbers of the first namespaces: `PROC_USER_INIT_INO`, `PROC_PID_INIT_INO` of the kernel's `include/linux/proc_ns.h`.
const FIRST_USER_NAMESPACE: &str = "user:[4026531837]";
const FIRST_PID_NAMESPACE: &str = "pid:[4026531836]";

/// Those of the capabilities that the kernel would not grant to this thread. `CAP_SYS_ADMIN` stands in for each of them.
pub(crate) fn missing(needed: &[Capability]) -> Vec<&'static str> {
    let effective = effective();
    if effective.contains(CapabilitySet::SYS_ADMIN) {
        return Vec::new();
    }
    let lacking = needed.iter().filter(|(capability, _)| !effective.contains(*capability));
    lacking.map(|(_, name)| *name).collect()
}

/// The same as a list for people; none if all are there.
pub(crate) fn capabilities_missing(needed: &[Capability]) -> Option<String> {
    let missing = missing(needed);
    (!missing.is_empty()).then(|| missing.join(" and "))
}

fn effective() -> CapabilitySet {
    // Those of other user namespaces count for nothing in bpf(2): `bpf_capable` asks for the first one's.
    if in_user_namespace() {
        return CapabilitySet::empty();
    }
    // If the kernel does not say, what it refuses has another reason.
    sets(None).map_or(CapabilitySet::all(), |sets| sets.effective)
}

fn in_user_namespace() -> bool {
    is_other_namespace("user", FIRST_USER_NAMESPACE)
}

fn is_other_namespace(kind: &str, first: &str) -> bool {
    fs::read_link(format!("/proc/thread-self/ns/{kind}")).is_ok_and(|link| link != Path::new(first))
}

/// What a process lacks that is refused for want of capabilities: said before the reason.
pub(crate) fn without_capabilities(missing: &str) -> String {
    if in_user_namespace() {
        "the process is in a user namespace, whose capabilities do not count for BPF".to_owned()
    } else {
        format!("the process lacks {missing}")
    }
}

/// How a process comes to capabilities that it lacks.
pub(crate) fn how_to_get(missing: &str) -> String {
    if in_user_namespace() {
        "run it outside: as root of the host, or in a container without a user namespace of its own".to_owned()
    } else {
        format!("run as root, or with {missing}")
    }
}

pub(super) fn capabilities() -> Finding {
    let who = match rustix::process::geteuid().as_raw() {
        0 => "root".to_owned(),
        user => format!("user {user}"),
    };
    if let Some(lacking) = capabilities_missing(&[CAP_BPF, CAP_PERFMON]) {
        let message = if in_user_namespace() {
            format!("{who} of a user namespace has none of the capabilities that BPF asks for")
        } else {
            format!("{who} without {lacking}: programs cannot be loaded")
        };
        let hint = how_to_get(&lacking);
        let hint = if in_user_namespace() {
            hint
        } else {
            format!("{hint}: sudo, or docker run --cap-add")
        };
        return Finding::missing("capabilities", message, hint);
    }
    match capabilities_missing(&[CAP_NET_ADMIN]) {
        Some(lacking) => Finding::warning(
            "capabilities",
            format!(
                "{who} with CAP_BPF and CAP_PERFMON, without {lacking}: what traces works, programs on packets and sockets do not"
            ),
            format!("for these, {}", how_to_get(&lacking)),
        ),
        None => Finding::ok(
            "capabilities",
            format!("{who} with CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN: programs of all kinds may be loaded"),
        ),
    }
}

/// Whether this is a container, and of which kind.
pub(super) fn namespaces() -> Finding {
    const CHECK: &str = "container";
    if in_user_namespace() {
        return Finding::missing(
            CHECK,
            "this is a user namespace (a rootless container, or `unshare -U`): the kernel takes none of its capabilities for BPF",
            how_to_get(""),
        );
    }
    if is_other_namespace("pid", FIRST_PID_NAMESPACE) {
        return Finding::warning(
            CHECK,
            "this is a PID namespace, as of a container: tools see the whole machine and show the host's process IDs, and --pid takes those",
            "share the host's: docker run --pid=host, or hostPID: true",
        );
    }
    if !Path::new("/proc/thread-self/ns").exists() {
        return Finding::warning(
            CHECK,
            "/proc is not mounted: nobody knows whether this is a container",
            "mount it: mount -t proc proc /proc",
        );
    }
    let files = ["/.dockerenv", "/run/.containerenv", "/run/systemd/container"];
    Finding::ok(
        CHECK,
        match files.iter().find(|file| Path::new(file).exists()) {
            Some(file) => format!("the host's PID and user namespaces, inside of a container ({file})"),
            None => "none: the host's PID and user namespaces".to_owned(),
        },
    )
}

const LOCKDOWN: &str = "/sys/kernel/security/lockdown";

/// How far the kernel keeps even root out: `kernel_lockdown(7)`.
pub(crate) fn lockdown() -> Finding {
    const CHECK: &str = "lockdown";
    let text = fs::read_to_string(LOCKDOWN).unwrap_or_default();
    let mode = text
        .split_once('[')
        .and_then(|(_, rest)| rest.split_once(']'))
        .map(|(mode, _)| mode);
    match mode {
        Some("confidentiality") => Finding::missing(
            CHECK,
            format!(
                "the kernel is locked down for confidentiality ({LOCKDOWN}): programs may not read its memory, nor be attached to probes"
            ),
            "boot with lockdown=integrity or none on the kernel's command line",
        ),
        Some("integrity") => Finding::warning(
            CHECK,
            format!(
                "the kernel is locked down for integrity ({LOCKDOWN}): programs may look, but not write to memory of processes"
            ),
            "tools that call bpf_probe_write_user need a boot with lockdown=none",
        ),
        Some(mode) => Finding::ok(CHECK, format!("{LOCKDOWN} is {mode}")),
        None => Finding::ok(
            CHECK,
            format!("there is no {LOCKDOWN} to be seen, so most likely no lockdown"),
        ),
    }
}

/// Whether a refusal for want of permission is the lockdown's.
pub(crate) fn lockdown_is_why() -> bool {
    lockdown().state == super::State::Missing
}

/// Whether the kernel takes a program that does nothing.
pub(super) fn bpf() -> Finding {
    let Err(errno) = probe::load(probe::SOCKET_FILTER) else {
        return Finding::ok(BPF, "bpf(2) loads a program that does nothing");
    };
    let found = Finding::missing(
        BPF,
        format!(
            "bpf(2) refuses even a program that does nothing: {}",
            probe::text(errno)
        ),
        "",
    );
    match (errno, capabilities_missing(&[CAP_BPF])) {
        (libc::ENOSYS, _) => {
            found.with_hint("use a kernel with CONFIG_BPF_SYSCALL=y, or a container whose seccomp filter knows bpf(2)")
        }
        (libc::EPERM, Some(lacking)) => found.with_hint(how_to_get(&lacking)),
        (libc::EPERM, None) if has_seccomp() => found.with_hint(
            "a seccomp filter is in the way, as containers have them: docker run --security-opt seccomp=unconfined",
        ),
        (libc::EPERM, None) => {
            found.with_hint("look for a security module's denial in the kernel's log: dmesg, ausearch -m avc")
        }
        _ => found.with_hint("look at the kernel's log: dmesg"),
    }
}

fn has_seccomp() -> bool {
    let status = fs::read_to_string("/proc/thread-self/status").unwrap_or_default();
    status
        .lines()
        .any(|line| line.starts_with("Seccomp:") && !line.ends_with('0'))
}

/// Who else may load programs.
pub(super) fn unprivileged() -> Finding {
    const FILE: &str = "/proc/sys/kernel/unprivileged_bpf_disabled";
    const CHECK: &str = "unprivileged";
    match number(FILE) {
        Some(0) => Finding::warning(
            CHECK,
            format!("{FILE} is 0: every user of this system may load socket filters, which no tool needs"),
            "switch it off: sysctl -w kernel.unprivileged_bpf_disabled=2",
        ),
        Some(value) => Finding::ok(CHECK, format!("{FILE} is {value}: loading programs takes capabilities")),
        None => Finding::ok(CHECK, format!("{FILE} cannot be read; tools do not depend on it")),
    }
}

/// Whether perf events may be opened, which probes and profilers are.
pub(super) fn perf_events() -> Finding {
    const FILE: &str = "/proc/sys/kernel/perf_event_paranoid";
    const CHECK: &str = "perf_events";
    match number(FILE) {
        None => Finding::missing(
            CHECK,
            format!("there is no {FILE}: this kernel has no perf events, and with them no probes and no profilers"),
            "use a kernel with CONFIG_PERF_EVENTS=y, and /proc mounted",
        ),
        Some(level) => match capabilities_missing(&[CAP_PERFMON]) {
            Some(lacking) if level > -1 => Finding::warning(
                CHECK,
                format!("{FILE} is {level}: without {lacking}, events of the whole system cannot be opened"),
                how_to_get(&lacking),
            ),
            _ => Finding::ok(CHECK, format!("{FILE} is {level}, which does not bind this process")),
        },
    }
}

/// Whether the kernel shows the addresses of its functions.
pub(super) fn addresses() -> Finding {
    use std::io::{BufRead, BufReader};
    const CHECK: &str = "kallsyms";
    const FILE: &str = "/proc/kallsyms";
    let restrict = number("/proc/sys/kernel/kptr_restrict").map_or("not known".to_owned(), |value| value.to_string());
    let mut line = String::new();
    let read = fs::File::open(FILE).and_then(|file| BufReader::new(file).read_line(&mut line));
    match read {
        Ok(size) if size > 0 => {
            let hidden = line
                .split(' ')
                .next()
                .is_some_and(|address| address.bytes().all(|digit| digit == b'0'));
            if hidden {
                Finding::warning(
                    CHECK,
                    format!(
                        "{FILE} hides the addresses (kptr_restrict is {restrict}): stacks of the kernel have no names"
                    ),
                    "show them to root: sysctl -w kernel.kptr_restrict=1",
                )
            } else {
                Finding::ok(
                    CHECK,
                    format!("{FILE} has names and addresses of functions (kptr_restrict is {restrict})"),
                )
            }
        }
        _ => Finding::warning(
            CHECK,
            format!("{FILE} cannot be read: functions to probe cannot be looked up, stacks have no names"),
            "use a kernel with CONFIG_KALLSYMS=y, and /proc mounted",
        ),
    }
}
