//! What must be known of a target before the program is loaded: its type, and the function that it is compiled against.

use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::ptr::NonNull;

use libbpf_sys::bpf_program;
use package::{Attachment, Target};

use crate::error::{Error, Result};
use crate::explain;
use crate::log::record;
use crate::raw::{self, c_string, text};
use crate::sections;

/// Sets up a program that goes to another place than its section says. What it gives back has to live until the program is loaded.
pub(crate) fn prepare(raw: NonNull<bpf_program>, program: &str, attachment: &Attachment) -> Result<Option<OwnedFd>> {
    let Attachment::Target(target) = attachment else {
        return Ok(None);
    };
    let section = match target {
        Target::Trace { .. } | Target::Tracepoint { .. } | Target::RawTracepoint(_) => target.to_string(),
        Target::Replace { .. } => "freplace".to_owned(),
        Target::Kprobe { .. } | Target::Ksyscall { .. } | Target::Uprobe(_) => "kprobe".to_owned(),
        Target::KprobeMulti { .. } | Target::UprobeMulti { .. } => target.to_string(),
        // These are what their section says: libbpf knows programs of the network and of USDT probes by it alone.
        _ => return Ok(None),
    };
    let prepared = || -> Result<Option<OwnedFd>> {
        // SAFETY: the program is an open object's, and its section a string that it owns.
        let own = text(unsafe { libbpf_sys::bpf_program__section_name(raw.as_ptr()) });
        let unknown = || Error::invalid(format!("{section} is no section that libbpf knows"));
        let wanted = sections::types(&section).ok_or_else(unknown)?;
        if sections::types(own.trim_start_matches('?')) != Some(wanted) {
            // SAFETY: the program is an open object's.
            raw::check(unsafe {
                libbpf_sys::bpf_program__set_type(raw.as_ptr(), wanted.0);
                libbpf_sys::bpf_program__set_expected_attach_type(raw.as_ptr(), wanted.1)
            })?;
        }
        match target {
            Target::Trace { function, .. } => attach_target(raw, program, None, function).map(|()| None),
            Target::Replace {
                program: number,
                function,
            } => {
                let other = by_number(*number)?;
                attach_target(raw, program, Some(&other), function).map(|()| Some(other))
            }
            _ => Ok(None),
        }
    };
    prepared().map_err(|error| error.context(format!("program {program} cannot be turned to {target}")))
}

/// Names the function that a program is loaded for: the kernel's, or that of another program, whose descriptor libbpf uses when it loads.
pub(crate) fn attach_target(
    raw: NonNull<bpf_program>,
    program: &str,
    other: Option<&OwnedFd>,
    function: &str,
) -> Result<()> {
    let name = c_string(function)?;
    let fd = other.map_or(0, AsRawFd::as_raw_fd);
    let (code, log) =
        // SAFETY: the program is an open object's; name and descriptor live through the call.
        record(|| unsafe { libbpf_sys::bpf_program__set_attach_target(raw.as_ptr(), fd, name.as_ptr()) });
    match code {
        0 => Ok(()),
        code => Err(explain::attach_target(code, &log, program, function)),
    }
}

fn by_number(number: u32) -> Result<OwnedFd> {
    // SAFETY: a number.
    let fd = unsafe { libbpf_sys::bpf_prog_get_fd_by_id(number) };
    if fd < 0 {
        return Err(Error::from_errno(fd)
            .context(format!("the kernel has no program {number}"))
            .with_hint("`bpftool prog` lists those that it has"));
    }
    // SAFETY: the kernel has just made the descriptor, and nobody else has it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}
