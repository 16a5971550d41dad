//! Targets that a package names in place of a program's section.
//!
//! libbpf reads the target from the section's text and offers no way to change it, so the types and the function are set before
//! loading, and the program is attached by the function for its kind.

use std::ffi::CString;
use std::ptr::NonNull;

use libbpf_sys::{bpf_link, bpf_program};

use crate::error::{Error, Kind, Result};
use crate::explain;
use crate::log::record;
use crate::raw::c_string;

/// A program that is attached elsewhere than its section says.
#[derive(Debug)]
pub(crate) struct Override {
    program: String,
    text: String,
    target: Target,
}

#[derive(Debug)]
enum Target {
    Tracepoint { category: CString, name: CString },
    RawTracepoint(CString),
    Kprobe { function: CString, at_return: bool },
    Trace,
    Lsm,
}

impl Override {
    /// Reads the section text and sets what has to be set before loading.
    pub(crate) fn prepare(raw: NonNull<bpf_program>, program: &str, text: &str) -> Result<Self> {
        let (kind, rest) = text.split_once('/').unwrap_or((text, ""));
        let name = || {
            if rest.is_empty() {
                Err(Error::invalid(format!("{text} names no target")))
            } else {
                c_string(rest)
            }
        };
        let target = match kind {
            "tp" | "tracepoint" => {
                let (category, name) = rest
                    .split_once('/')
                    .ok_or_else(|| Error::invalid(format!("{text} is not of the form tracepoint/CATEGORY/NAME")))?;
                Target::Tracepoint {
                    category: c_string(category)?,
                    name: c_string(name)?,
                }
            }
            "raw_tp" | "raw_tracepoint" | "raw_tp.w" | "raw_tracepoint.w" => Target::RawTracepoint(name()?),
            "kprobe" | "kretprobe" => Target::Kprobe {
                function: name()?,
                at_return: kind == "kretprobe",
            },
            "tp_btf" | "fentry" | "fexit" | "fmod_ret" | "fentry.s" | "fexit.s" | "fmod_ret.s" => Target::Trace,
            "lsm" | "lsm.s" => Target::Lsm,
            _ => {
                return Err(Error::new(
                    Kind::Unsupported,
                    format!("a target of the kind {kind:?} cannot be chosen yet"),
                ));
            }
        };
        set_types(raw, text)?;
        if matches!(target, Target::Trace | Target::Lsm) {
            let function = name()?;
            let (code, log) =
                // SAFETY: the program is an open object's, and the name lives through the call.
                record(|| unsafe { libbpf_sys::bpf_program__set_attach_target(raw.as_ptr(), 0, function.as_ptr()) });
            if code != 0 {
                return Err(explain::attach_target(code, &log, program, rest));
            }
        }
        Ok(Self {
            program: program.to_owned(),
            text: text.to_owned(),
            target,
        })
    }

    /// The program that it is for.
    pub(crate) fn program(&self) -> &str {
        &self.program
    }

    /// The target as a section's text.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Attaches the program, which is loaded; null as libbpf has it.
    pub(crate) fn attach(&self, program: NonNull<bpf_program>) -> *mut bpf_link {
        let program = program.as_ptr();
        // SAFETY: the program is a loaded object's, and the names live through the calls.
        unsafe {
            match &self.target {
                Target::Tracepoint { category, name } => {
                    libbpf_sys::bpf_program__attach_tracepoint(program, category.as_ptr(), name.as_ptr())
                }
                Target::RawTracepoint(name) => libbpf_sys::bpf_program__attach_raw_tracepoint(program, name.as_ptr()),
                Target::Kprobe { function, at_return } => {
                    libbpf_sys::bpf_program__attach_kprobe(program, *at_return, function.as_ptr())
                }
                Target::Trace => libbpf_sys::bpf_program__attach_trace(program),
                Target::Lsm => libbpf_sys::bpf_program__attach_lsm(program),
            }
        }
    }
}

/// Sets the program's type and expected attach type to what libbpf takes from such a section.
fn set_types(program: NonNull<bpf_program>, text: &str) -> Result<()> {
    let name = c_string(text)?;
    let (mut kind, mut attach) = (0, 0);
    // SAFETY: the name and both targets live through the call; the program is an open object's.
    let (code, _) = record(|| unsafe {
        let code = libbpf_sys::libbpf_prog_type_by_name(name.as_ptr(), &raw mut kind, &raw mut attach);
        if code != 0 {
            return code;
        }
        libbpf_sys::bpf_program__set_type(program.as_ptr(), kind);
        libbpf_sys::bpf_program__set_expected_attach_type(program.as_ptr(), attach)
    });
    if code == 0 {
        Ok(())
    } else {
        Err(Error::invalid(format!("{text} is no section that libbpf knows")))
    }
}
