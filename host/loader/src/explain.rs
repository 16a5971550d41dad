//! What an error number and libbpf's log mean to a person.

mod attach;

use std::fs;
use std::path::Path;

use package::Description;

use crate::error::{Error, Kind, Result};
use crate::log::keep_end;
use crate::raw::{Raw, text};

pub(crate) use attach::attach;

/// How much of a verifier's log an error keeps.
const VERIFIER_LOG: usize = 64 * 1024;
const LOG_BEGIN: &str = "-- BEGIN PROG LOAD LOG --\n";
const LOG_END: &str = "-- END PROG LOAD LOG --";
const NO_BTF: [&str; 3] = [
    "Error loading vmlinux BTF",
    "kernel BTF is missing",
    "failed to find valid kernel BTF",
];

/// Capabilities by their bit in `CapEff` (`include/uapi/linux/capability.h`); the last may stand in for the others.
const CAP_NET_ADMIN: (u32, &str) = (12, "CAP_NET_ADMIN");
const CAP_NET_RAW: (u32, &str) = (13, "CAP_NET_RAW");
const CAP_PERFMON: (u32, &str) = (38, "CAP_PERFMON");
const CAP_BPF: (u32, &str) = (39, "CAP_BPF");
const CAP_SYS_ADMIN: u32 = 21;

/// Where the tracing file system shows its events.
const TRACEFS: [&str; 2] = ["/sys/kernel/tracing/events", "/sys/kernel/debug/tracing/events"];

/// An object that libbpf could not open.
pub(crate) fn open(error: Error, log: &str) -> Error {
    said(error.with_kind(Kind::InvalidInput), log).context("the BPF object cannot be opened")
}

/// An object that could not be loaded.
pub(crate) fn load(code: i32, log: &str, raw: &Raw, description: &Description) -> Error {
    let errno = code.wrapping_abs();
    if NO_BTF.iter().any(|line| log.contains(line)) && !Path::new("/sys/kernel/btf/vmlinux").exists() {
        return Error::new(
            Kind::NoBtf,
            "this kernel shows no type information (/sys/kernel/btf/vmlinux), and the object needs it",
        )
        .with_hint("use a kernel built with CONFIG_DEBUG_INFO_BTF=y, or a package that carries this kernel's types (`ecc --btfgen`)");
    }
    if let Some(target) = between(log, "failed to find kernel BTF type ID of '", "'") {
        let program = between(log, "prog '", "'").unwrap_or_default();
        return attach_target(code, log, program, target);
    }
    if let Some(map) = between(log, "map '", "': failed to create") {
        return map_failed(errno, map, description);
    }
    // libbpf names the program last of all.
    match failed_program(log) {
        Some(program) => program_failed(errno, log, program, raw),
        None => {
            let error = Error::from_errno(errno);
            // libbpf would guess at other causes, in a long line; this one is known.
            let error = if capability_is_why(errno) {
                error
            } else {
                said(error, log)
            };
            denied(errno, error, &[CAP_BPF]).context("the object cannot be loaded")
        }
    }
}

/// The program that loading failed at.
pub(crate) fn failed_program(log: &str) -> Option<&str> {
    last_between(log, "prog '", "': failed to load").or_else(|| last_between(log, "prog '", "'"))
}

/// A function or tracepoint that a program would be loaded for, and that the kernel's BTF does not have.
pub(crate) fn attach_target(code: i32, log: &str, program: &str, target: &str) -> Error {
    match code.wrapping_abs() {
        libc::ENOENT | libc::ESRCH if Path::new("/sys/kernel/btf/vmlinux").exists() => Error::not_found(format!(
            "this kernel has no {target}, which program {program} attaches to"
        )),
        errno => {
            said(Error::from_errno(errno), log).context(format!("program {program} cannot be loaded for {target}"))
        }
    }
}

fn map_failed(errno: i32, map: &str, description: &Description) -> Error {
    // libbpf names data sections as the kernel does.
    let described = description.maps.iter().find(|described| described.name == map);
    // What libbpf says of a map is its name and the error number.
    let error = Error::from_errno(errno).context(format!("map {map} cannot be created"));
    if let Some(kind) = described.map(|map| map.kind).filter(|_| errno == libc::EINVAL) {
        // SAFETY: no options; libbpf creates a small map of that kind and closes it.
        let (supported, _) =
            crate::log::record(|| unsafe { libbpf_sys::libbpf_probe_bpf_map_type(kind, std::ptr::null()) });
        // The latter for a kind that libbpf has never heard of.
        if supported == 0 || supported == -libc::EOPNOTSUPP {
            let name = crate::map::kind_name(kind);
            return Error::new(
                Kind::KernelLacks,
                format!("map {map} cannot be created: this kernel has no {name}"),
            );
        }
    }
    match errno {
        libc::ENOMEM | libc::E2BIG => error.with_hint("ask for fewer entries"),
        libc::EPERM if capabilities_missing(&[CAP_BPF]).is_none() => error
            .with_hint("kernels before 5.11 charge maps to the memory-lock limit: raise it with ulimit -l unlimited"),
        _ => denied(errno, error, &[CAP_BPF]),
    }
}

fn program_failed(errno: i32, log: &str, program: &str, raw: &Raw) -> Error {
    let verifier = log.rsplit_once(LOG_BEGIN).map_or(log, |(_, rest)| rest);
    let verifier = log
        .contains(LOG_END)
        .then(|| verifier.split(LOG_END).next().unwrap_or_default().trim_end());
    let verifier = verifier.filter(|text| !text.trim().is_empty() && !capability_is_why(errno));
    let reason = verifier.and_then(reason);
    let context = format!("program {program} cannot be loaded");
    if let (Some(verifier), Some(reason)) = (verifier, reason) {
        let mut kept = format!("{verifier}\n");
        keep_end(&mut kept, VERIFIER_LOG);
        let error = if let Some(relocation) = between(verifier, "failed to resolve CO-RE relocation", "\n") {
            let what = relocation.split_once("] ").map_or(relocation, |(_, what)| what).trim();
            let what = what.split(" (").next().unwrap_or(what);
            Error::new(
                Kind::KernelLacks,
                format!("it needs {what}, which this kernel does not have"),
            )
        } else if reason.starts_with("unknown func") || reason.contains("invalid func ") {
            Error::new(Kind::KernelLacks, format!("this kernel lacks a helper: {reason}"))
        } else {
            Error::new(
                Kind::VerifierRejected,
                format!("the kernel's verifier refused it: {reason}"),
            )
        };
        return error.with_verifier_log(kept).context(context);
    }
    let error = if let Some(kind) = raw
        .program(program)
        .ok()
        .filter(|_| errno == libc::EINVAL)
        .and_then(lacking_type)
    {
        if kind == "unspec" {
            Error::invalid("its section says no type of program that libbpf knows")
        } else {
            let message = format!("this kernel has no programs of the type {kind}");
            Error::new(Kind::KernelLacks, message)
        }
    } else if matches!(errno, libc::EPERM | libc::EACCES) && capabilities_missing(&[CAP_BPF, CAP_PERFMON]).is_none() {
        Error::new(
            Kind::KernelLacks,
            format!(
                "the kernel refuses programs of this kind ({})",
                Error::from_errno(errno)
            ),
        )
        .with_hint("it was built without what they need, or is locked down: see /sys/kernel/security/lockdown")
    } else {
        denied(
            errno,
            said(Error::from_errno(errno), log),
            &[CAP_BPF, CAP_PERFMON, CAP_NET_ADMIN],
        )
    };
    error.context(context)
}

/// The name of the program's type, if this kernel does not have it.
fn lacking_type(program: std::ptr::NonNull<libbpf_sys::bpf_program>) -> Option<String> {
    // SAFETY: the program is an object's that is still open. Probing loads a trivial program and closes it.
    let (kind, (supported, _)) = unsafe {
        let kind = libbpf_sys::bpf_program__type(program.as_ptr());
        (
            kind,
            crate::log::record(|| libbpf_sys::libbpf_probe_bpf_prog_type(kind, std::ptr::null())),
        )
    };
    // SAFETY: libbpf answers a string of its own, or null.
    (supported == 0).then(|| text(unsafe { libbpf_sys::libbpf_bpf_prog_type_str(kind) }))
}

/// The line of a verifier's log that says why: the last one that is not about counting.
fn reason(log: &str) -> Option<&str> {
    const COUNTS: [&str; 5] = [
        "processed ",
        "verification time",
        "stack depth",
        "peak_states",
        "mark_read",
    ];
    log.lines()
        .rev()
        .map(str::trim)
        .find(|line| !line.is_empty() && !COUNTS.iter().any(|count| line.starts_with(count)))
}

/// Puts libbpf's last words, if there are any, in front of the error.
fn said(error: Error, log: &str) -> Error {
    let line = log
        .lines()
        .rev()
        .map(|line| line.trim_start_matches("libbpf: ").trim())
        .find(|line| !line.is_empty());
    match line {
        Some(line) if !line.starts_with("failed to load object") => error.context(line),
        _ => error,
    }
}

/// Where the error may be for lack of a capability: says which, and how to get it.
fn denied(errno: i32, error: Error, needed: &[(u32, &str)]) -> Error {
    if !matches!(errno, libc::EPERM | libc::EACCES) {
        return error;
    }
    let Some(missing) = capabilities_missing(needed) else {
        return error;
    };
    let error = error
        .with_kind(Kind::Denied)
        .context(format!("the process lacks {missing}"));
    let asks_for_tracing = needed.contains(&CAP_PERFMON) || capabilities_missing(&[CAP_PERFMON]).is_none();
    error.with_hint(if asks_for_tracing {
        format!("run as root, or with {missing}")
    } else {
        format!("run as root, or with {missing}; programs that trace need CAP_PERFMON as well")
    })
}

fn capability_is_why(errno: i32) -> bool {
    errno == libc::EPERM && capabilities_missing(&[CAP_BPF]).is_some()
}

/// Those of the capabilities that this process does not have, as a list for people.
fn capabilities_missing(needed: &[(u32, &str)]) -> Option<String> {
    let effective = effective_capabilities().ok()?;
    if effective & (1 << CAP_SYS_ADMIN) != 0 {
        return None;
    }
    let missing: Vec<_> = needed
        .iter()
        .filter(|(bit, _)| effective & (1 << bit) == 0)
        .map(|(_, name)| *name)
        .collect();
    (!missing.is_empty()).then(|| missing.join(" and "))
}

fn effective_capabilities() -> Result<u64> {
    let status = fs::read_to_string("/proc/thread-self/status")?;
    let mask = between(&status, "CapEff:", "\n").unwrap_or_default().trim();
    u64::from_str_radix(mask, 16).map_err(|error| Error::new(Kind::Other, error.to_string()))
}

fn between<'text>(text: &'text str, before: &str, after: &str) -> Option<&'text str> {
    let end = |rest: &'text str| rest.split_once(after).map(|(found, _)| found);
    // Where what comes after stands further on, it belongs to a later line.
    text.split(before)
        .skip(1)
        .filter_map(end)
        .find(|found| !found.contains('\n'))
}

fn last_between<'text>(text: &'text str, before: &str, after: &str) -> Option<&'text str> {
    let end = |rest: &'text str| rest.split_once(after).map(|(found, _)| found);
    text.rmatch_indices(before)
        .filter_map(|(at, _)| end(text.get(at + before.len()..)?))
        .find(|found| !found.contains(['\n', '\'']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_in_a_verifiers_log_is_its_last_line_that_does_not_count() {
        let log =
            "0: (b7) r0 = 0\nR1 invalid mem access 'scalar'\nprocessed 5 insns (limit 1000000) max_states_per_insn 0\n";
        assert_eq!(reason(log), Some("R1 invalid mem access 'scalar'"));
        assert_eq!(reason("processed 1 insns\n"), None);
    }

    #[test]
    fn names_are_taken_from_the_line_that_they_stand_in() {
        let log = "libbpf: prog 'one': something\nlibbpf: prog 'two': failed to load: -13\nlibbpf: failed to load object 'x'\n";
        assert_eq!(last_between(log, "prog '", "': failed to load"), Some("two"));
        assert_eq!(between(log, "prog '", "': failed to load"), Some("two"));
        assert_eq!(between(log, "map '", "'"), None);
        let log = "libbpf: extern (var ksym) 'x': not found in kernel BTF\n";
        assert_eq!(last_between(log, "prog '", "'"), None);
    }
}
