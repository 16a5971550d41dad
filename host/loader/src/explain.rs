//! What an error number and libbpf's log mean to a person.

mod attach;
mod source;
mod verifier;

use std::path::Path;

use package::Description;

use crate::error::{Error, Kind};
use crate::kernel::KERNEL_BTF;
use crate::preflight::{self, CAP_BPF, CAP_PERFMON, Capability, capabilities_missing};
use crate::raw::{Raw, text};
use crate::sections;

pub(crate) use attach::attach;

const NO_BTF: [&str; 3] = [
    "Error loading vmlinux BTF",
    "kernel BTF is missing",
    "failed to find valid kernel BTF",
];

/// An object that libbpf could not open.
pub(crate) fn open(error: Error, log: &str) -> Error {
    said(error.with_kind(Kind::InvalidInput), log).context("the BPF object cannot be opened")
}

/// An object that could not be loaded: `object` is the file that libbpf opened.
pub(crate) fn load(code: i32, log: &str, raw: &Raw, description: &Description, object: &[u8]) -> Error {
    let errno = code.wrapping_abs();
    if NO_BTF.iter().any(|line| log.contains(line)) {
        let mut btf = preflight::btf();
        btf.message += ", and the object needs it";
        if let Some(error) = btf.error(Kind::NoBtf) {
            return error;
        }
    }
    if let Some(target) = between(log, "failed to find kernel BTF type ID of '", "'") {
        let program = between(log, "prog '", "'").unwrap_or_default();
        return attach_target(code, log, program, target);
    }
    if let Some(map) = between(log, "map '", "': failed to create") {
        return map_failed(errno, map, raw, description);
    }
    // libbpf names the program last of all.
    match failed_program(log) {
        Some(program) => program_failed(errno, log, program, raw, object),
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
        libc::ENOENT | libc::ESRCH if Path::new(KERNEL_BTF).exists() => Error::not_found(format!(
            "this kernel has no {target}, which program {program} attaches to"
        )),
        errno => {
            said(Error::from_errno(errno), log).context(format!("program {program} cannot be loaded for {target}"))
        }
    }
}

fn map_failed(errno: i32, map: &str, raw: &Raw, description: &Description) -> Error {
    // libbpf names data sections as the kernel does.
    let described = raw.sized(description).find(|(described, _)| described.name == map);
    let entries = described.map(|(_, entries)| entries);
    // What libbpf says of a map is its name and the error number.
    let error = Error::from_errno(errno).context(format!("map {map} cannot be created"));
    if let Some(kind) = described.map(|(map, _)| map.kind).filter(|_| errno == libc::EINVAL) {
        // SAFETY: no options; libbpf creates a small map of that kind and closes it.
        let (supported, _) =
            crate::log::record(|| unsafe { libbpf_sys::libbpf_probe_bpf_map_type(kind, std::ptr::null()) });
        // The latter for a kind that libbpf has never heard of.
        if supported == 0 || supported == -libc::EOPNOTSUPP {
            let name = crate::map::kind_name(kind);
            return Error::new(
                Kind::KernelLacks,
                format!("map {map} cannot be created: this kernel has no {name}"),
            )
            .with_hint("use a newer kernel, or a map of another kind");
        }
    }
    match errno {
        libc::ENOMEM | libc::E2BIG => match described.and_then(|(map, entries)| preflight::memory_of(map, entries)) {
            Some(memory) => Error::from_errno(errno)
                .context(memory)
                .with_hint(preflight::LESS_MEMORY)
                .context(format!("map {map} cannot be created")),
            None => error.with_hint(preflight::LESS_MEMORY),
        },
        libc::EINVAL if entries == Some(0) => error
            .with_hint("its definition says no max_entries, and maps of this kind have as many as they are made with"),
        libc::EPERM if capabilities_missing(&[CAP_BPF]).is_none() => error
            .with_hint("kernels before 5.11 charge maps to the memory-lock limit: raise it with ulimit -l unlimited"),
        _ => denied(errno, error, &[CAP_BPF]),
    }
}

fn program_failed(errno: i32, log: &str, program: &str, raw: &Raw, object: &[u8]) -> Error {
    let context = format!("program {program} cannot be loaded");
    let loaded = raw.program(program).ok();
    if let Some(log) = verifier::log_of(log).filter(|_| !capability_is_why(errno))
        && let Some(error) = verifier::refused(log, object, program)
    {
        return error.context(context);
    }
    let error = if let Some(kind) = loaded.filter(|_| errno == libc::EINVAL).and_then(lacking_type) {
        if kind == "unspec" {
            let section = loaded.map(section_of).unwrap_or_default();
            let message = format!("its section {section} says no type of program that libbpf knows");
            Error::invalid(message).with_hint(sections::hint_for(&section))
        } else {
            let message = format!("this kernel has no programs of the type {kind}");
            Error::new(Kind::KernelLacks, message)
                .with_hint("use a newer kernel, or one that was built with what they need")
        }
    } else if matches!(errno, libc::EPERM | libc::EACCES) && capabilities_missing(&[CAP_BPF, CAP_PERFMON]).is_none() {
        refused_kind(errno)
    } else {
        // SAFETY: the program is an object's that is still open.
        let kind = loaded.map(|program| unsafe { libbpf_sys::bpf_program__type(program.as_ptr()) });
        let needed = preflight::capabilities_for(kind);
        denied(errno, said(Error::from_errno(errno), log), &needed)
    };
    error.context(context)
}

/// A program that nobody may load here, whatever the capabilities.
fn refused_kind(errno: i32) -> Error {
    let refused = format!(
        "the kernel refuses programs of this kind ({})",
        Error::from_errno(errno)
    );
    if let Some(lockdown) = preflight::lockdown().error(Kind::Denied) {
        return lockdown.context(refused);
    }
    Error::new(Kind::KernelLacks, refused)
        .with_hint("it was built without what they need, or is locked down: see /sys/kernel/security/lockdown")
}

/// Where its source puts a program.
fn section_of(program: std::ptr::NonNull<libbpf_sys::bpf_program>) -> String {
    // SAFETY: the program is an object's that is still open; libbpf lends a string for as long.
    let section = text(unsafe { libbpf_sys::bpf_program__section_name(program.as_ptr()) });
    section.trim_start_matches('?').to_owned()
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
fn denied(errno: i32, error: Error, needed: &[Capability]) -> Error {
    if !matches!(errno, libc::EPERM | libc::EACCES) {
        return error;
    }
    let Some(missing) = capabilities_missing(needed) else {
        return error;
    };
    let error = error
        .with_kind(Kind::Denied)
        .context(preflight::without_capabilities(&missing));
    let asks_for_tracing = needed.contains(&CAP_PERFMON) || capabilities_missing(&[CAP_PERFMON]).is_none();
    let how = preflight::how_to_get(&missing);
    error.with_hint(if asks_for_tracing || !how.ends_with(&missing) {
        how
    } else {
        format!("{how}; programs that trace need CAP_PERFMON as well")
    })
}

fn capability_is_why(errno: i32) -> bool {
    errno == libc::EPERM && capabilities_missing(&[CAP_BPF]).is_some()
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
    fn names_are_taken_from_the_line_that_they_stand_in() {
        let log = "libbpf: prog 'one': something\nlibbpf: prog 'two': failed to load: -13\nlibbpf: failed to load object 'x'\n";
        assert_eq!(last_between(log, "prog '", "': failed to load"), Some("two"));
        assert_eq!(between(log, "prog '", "': failed to load"), Some("two"));
        assert_eq!(between(log, "map '", "'"), None);
        let log = "libbpf: extern (var ksym) 'x': not found in kernel BTF\n";
        assert_eq!(last_between(log, "prog '", "'"), None);
    }
}
