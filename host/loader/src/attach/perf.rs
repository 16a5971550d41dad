//! Perf events: one on each CPU, unless it is one CPU's or one process's.

use std::ffi::c_int;
use std::os::fd::{AsRawFd, FromRawFd, IntoRawFd, OwnedFd};

use package::{PerfEvent, SampleRate};

use super::{Attached, Failure, from_libbpf};
use crate::link::Held;
use crate::perf_open;
use crate::program::Program;

/// `include/uapi/linux/perf_event.h`.
const PERF_FLAG_FD_CLOEXEC: libc::c_ulong = 1 << 3;

pub(super) fn attach(program: &Program, event: &PerfEvent, cookie: u64) -> Attached {
    let cpus = match (event.cpu, event.pid) {
        (Some(cpu), _) => vec![c_int::try_from(cpu).map_err(|_| Failure::Errno(libc::EINVAL))?],
        // The process is followed wherever it runs.
        (None, Some(_)) => vec![-1],
        (None, None) => perf_open::online_cpus()?,
    };
    let options = libbpf_sys::bpf_perf_event_opts {
        sz: size_of::<libbpf_sys::bpf_perf_event_opts>() as libbpf_sys::size_t,
        bpf_cookie: cookie,
        ..Default::default()
    };
    let mut links = Vec::with_capacity(cpus.len());
    for cpu in cpus {
        let opened = open(event, cpu)?;
        let fd = opened.as_raw_fd();
        // SAFETY: the program is loaded and the options live through the call. The link takes the descriptor if it is made.
        let link = from_libbpf(unsafe {
            libbpf_sys::bpf_program__attach_perf_event_opts(program.raw().as_ptr(), fd, &raw const options)
        })?;
        let _ = opened.into_raw_fd();
        links.push(link);
    }
    Ok(Held::Several(links))
}

/// `perf_event_open(2)`, which no C library wraps.
fn open(event: &PerfEvent, cpu: c_int) -> Result<OwnedFd, Failure> {
    let mut attributes = libbpf_sys::perf_event_attr {
        size: size_of::<libbpf_sys::perf_event_attr>() as u32,
        type_: event.kind,
        config: event.config,
        ..Default::default()
    };
    match event.rate {
        SampleRate::Frequency(frequency) => {
            attributes.set_freq(1);
            attributes.__bindgen_anon_1.sample_freq = frequency;
        }
        SampleRate::Period(period) => attributes.__bindgen_anon_1.sample_period = period,
    }
    let pid = match event.pid {
        None => -1,
        Some(pid) => c_int::try_from(pid).map_err(|_| Failure::Errno(libc::ESRCH))?,
    };
    // SAFETY: the kernel reads as many bytes of the attributes as `size` says.
    let fd = unsafe {
        libc::syscall(
            libc::SYS_perf_event_open,
            &raw const attributes,
            pid,
            cpu,
            -1 as c_int,
            PERF_FLAG_FD_CLOEXEC,
        )
    };
    if fd < 0 {
        return Err(Failure::Errno(crate::raw::last_errno()));
    }
    // SAFETY: the kernel has just made the descriptor, and nobody else has it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd as c_int) })
}
