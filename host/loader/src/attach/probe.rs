//! Probes of functions, in the kernel and in programs.

use std::ffi::{CString, c_char};
use std::ptr;

use package::{ProbePoint, Uprobe};

use super::{Attached, Failure, at_return, from_libbpf};
use crate::link::Held;
use crate::program::Program;
use crate::raw::c_string;

pub(super) fn kprobe(program: &Program, function: &str, offset: u64, point: ProbePoint, cookie: u64) -> Attached {
    let function = c_string(function)?;
    let options = libbpf_sys::bpf_kprobe_opts {
        sz: size_of::<libbpf_sys::bpf_kprobe_opts>() as libbpf_sys::size_t,
        bpf_cookie: cookie,
        offset: offset as libbpf_sys::size_t,
        retprobe: at_return(point)?,
        ..Default::default()
    };
    // SAFETY: the program is loaded; the name and options live through the call.
    from_libbpf(unsafe {
        libbpf_sys::bpf_program__attach_kprobe_opts(program.raw().as_ptr(), function.as_ptr(), &raw const options)
    })
}

pub(super) fn ksyscall(program: &Program, name: &str, point: ProbePoint, cookie: u64) -> Attached {
    let name = c_string(name)?;
    let options = libbpf_sys::bpf_ksyscall_opts {
        sz: size_of::<libbpf_sys::bpf_ksyscall_opts>() as libbpf_sys::size_t,
        bpf_cookie: cookie,
        retprobe: at_return(point)?,
        ..Default::default()
    };
    // SAFETY: the program is loaded; the name and options live through the call.
    from_libbpf(unsafe {
        libbpf_sys::bpf_program__attach_ksyscall(program.raw().as_ptr(), name.as_ptr(), &raw const options)
    })
}

pub(super) fn kprobe_multi(program: &Program, functions: &[String], point: ProbePoint, cookie: u64) -> Attached {
    each(functions, |pattern, names| {
        let cookies = vec![cookie; names.len()];
        let mut names: Vec<*const c_char> = names.iter().map(|name| name.as_ptr()).collect();
        let options = libbpf_sys::bpf_kprobe_multi_opts {
            sz: size_of::<libbpf_sys::bpf_kprobe_multi_opts>() as libbpf_sys::size_t,
            syms: if names.is_empty() {
                ptr::null_mut()
            } else {
                names.as_mut_ptr()
            },
            cnt: names.len() as libbpf_sys::size_t,
            cookies: if cookie == 0 || names.is_empty() {
                ptr::null()
            } else {
                cookies.as_ptr()
            },
            retprobe: point == ProbePoint::Return,
            session: point == ProbePoint::Session,
            ..Default::default()
        };
        // SAFETY: the program is loaded; names, cookies, as many as `cnt` says, and options live through the call.
        from_libbpf(unsafe {
            libbpf_sys::bpf_program__attach_kprobe_multi_opts(
                program.raw().as_ptr(),
                pattern.map_or(ptr::null(), |pattern| pattern.as_ptr()),
                &raw const options,
            )
        })
    })
}

pub(super) fn uprobe(program: &Program, target: &Uprobe, cookie: u64) -> Attached {
    let path = c_string(&target.path)?;
    let function = target.function.as_deref().map(c_string).transpose()?;
    let options = libbpf_sys::bpf_uprobe_opts {
        sz: size_of::<libbpf_sys::bpf_uprobe_opts>() as libbpf_sys::size_t,
        ref_ctr_offset: target.semaphore as libbpf_sys::size_t,
        bpf_cookie: cookie,
        retprobe: at_return(target.point)?,
        func_name: function.as_ref().map_or(ptr::null(), |name| name.as_ptr()),
        ..Default::default()
    };
    // SAFETY: the program is loaded; the path, name and options live through the call.
    from_libbpf(unsafe {
        libbpf_sys::bpf_program__attach_uprobe_opts(
            program.raw().as_ptr(),
            process(target.pid)?,
            path.as_ptr(),
            target.offset as libbpf_sys::size_t,
            &raw const options,
        )
    })
}

pub(super) fn uprobe_multi(
    program: &Program,
    path: &str,
    functions: &[String],
    pid: Option<u32>,
    point: ProbePoint,
    cookie: u64,
) -> Attached {
    let path = c_string(path)?;
    let pid = process(pid)?;
    each(functions, |pattern, names| {
        let cookies = vec![cookie; names.len()];
        let mut names: Vec<*const c_char> = names.iter().map(|name| name.as_ptr()).collect();
        let options = libbpf_sys::bpf_uprobe_multi_opts {
            sz: size_of::<libbpf_sys::bpf_uprobe_multi_opts>() as libbpf_sys::size_t,
            syms: if names.is_empty() {
                ptr::null_mut()
            } else {
                names.as_mut_ptr()
            },
            cnt: names.len() as libbpf_sys::size_t,
            cookies: if cookie == 0 || names.is_empty() {
                ptr::null()
            } else {
                cookies.as_ptr()
            },
            retprobe: point == ProbePoint::Return,
            session: point == ProbePoint::Session,
            ..Default::default()
        };
        // SAFETY: the program is loaded; path, names, cookies, as many as `cnt` says, and options live through the call.
        from_libbpf(unsafe {
            libbpf_sys::bpf_program__attach_uprobe_multi(
                program.raw().as_ptr(),
                pid,
                path.as_ptr(),
                pattern.map_or(ptr::null(), |pattern| pattern.as_ptr()),
                &raw const options,
            )
        })
    })
}

/// `probe` is path, provider and name.
pub(super) fn usdt(program: &Program, probe: [&str; 3], pid: Option<u32>, cookie: u64) -> Attached {
    let [path, provider, name] = probe.map(c_string);
    let (path, provider, name) = (path?, provider?, name?);
    let options = libbpf_sys::bpf_usdt_opts {
        sz: size_of::<libbpf_sys::bpf_usdt_opts>() as libbpf_sys::size_t,
        usdt_cookie: cookie,
    };
    // SAFETY: the program is loaded; the texts and options live through the call.
    from_libbpf(unsafe {
        libbpf_sys::bpf_program__attach_usdt(
            program.raw().as_ptr(),
            process(pid)?,
            path.as_ptr(),
            provider.as_ptr(),
            name.as_ptr(),
            &raw const options,
        )
    })
}

/// libbpf takes one pattern or a list of names, a link each: several patterns are several links.
fn each(functions: &[String], attach: impl Fn(Option<&CString>, &[CString]) -> Attached) -> Attached {
    let is_pattern = |name: &&String| name.contains(['*', '?']);
    let names: Vec<CString> = functions
        .iter()
        .filter(|name| !is_pattern(name))
        .map(|name| c_string(name))
        .collect::<Result<_, _>>()?;
    let mut held = Vec::new();
    if !names.is_empty() {
        held.push(attach(None, &names)?);
    }
    for pattern in functions.iter().filter(is_pattern) {
        held.push(attach(Some(&c_string(pattern)?), &[])?);
    }
    if held.is_empty() {
        return Err(Failure::Errno(libc::ENOENT));
    }
    Ok(Held::Several(held))
}

/// As libbpf has it: -1 is every process.
fn process(pid: Option<u32>) -> Result<i32, Failure> {
    match pid {
        None => Ok(-1),
        Some(pid) => i32::try_from(pid).map_err(|_| Failure::Errno(libc::ESRCH)),
    }
}
