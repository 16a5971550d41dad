//! Tracepoints, and what a program is loaded for.

use super::{Attached, from_libbpf};
use crate::program::Program;
use crate::raw::c_string;

pub(super) fn tracepoint(program: &Program, category: &str, name: &str, cookie: u64) -> Attached {
    let (category, name) = (c_string(category)?, c_string(name)?);
    let options = libbpf_sys::bpf_tracepoint_opts {
        sz: size_of::<libbpf_sys::bpf_tracepoint_opts>() as libbpf_sys::size_t,
        bpf_cookie: cookie,
    };
    // SAFETY: the program is loaded; the names and options live through the call.
    from_libbpf(unsafe {
        libbpf_sys::bpf_program__attach_tracepoint_opts(
            program.raw().as_ptr(),
            category.as_ptr(),
            name.as_ptr(),
            &raw const options,
        )
    })
}

pub(super) fn raw_tracepoint(program: &Program, name: &str, cookie: u64) -> Attached {
    let name = c_string(name)?;
    let mut options = libbpf_sys::bpf_raw_tracepoint_opts {
        sz: size_of::<libbpf_sys::bpf_raw_tracepoint_opts>() as libbpf_sys::size_t,
        cookie,
    };
    // SAFETY: the program is loaded; the name and options live through the call.
    from_libbpf(unsafe {
        libbpf_sys::bpf_program__attach_raw_tracepoint_opts(program.raw().as_ptr(), name.as_ptr(), &raw mut options)
    })
}

pub(super) fn trace(program: &Program, cookie: u64) -> Attached {
    let options = libbpf_sys::bpf_trace_opts {
        sz: size_of::<libbpf_sys::bpf_trace_opts>() as libbpf_sys::size_t,
        cookie,
    };
    // SAFETY: the program is loaded, and the options live through the calls, which only look at what it was loaded for.
    from_libbpf(unsafe {
        let raw = program.raw().as_ptr();
        match (program.kind(), cookie) {
            (libbpf_sys::BPF_PROG_TYPE_LSM, _) => libbpf_sys::bpf_program__attach_lsm(raw),
            (_, 0) => libbpf_sys::bpf_program__attach_trace(raw),
            _ => libbpf_sys::bpf_program__attach_trace_opts(raw, &raw const options),
        }
    })
}
