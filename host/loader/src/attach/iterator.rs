//! Iterators: programs that print what the kernel has.

use std::io::Read;
use std::os::fd::{AsRawFd, FromRawFd};

use super::{Attached, cgroup as groups, from_libbpf};
use crate::error::{Error, Kind, Result};
use crate::map::Map;
use crate::program::Program;

/// The most that one reading gives.
const MOST: u64 = 64 << 20;

pub(super) fn all(program: &Program) -> Attached {
    attach(program, None)
}

pub(super) fn elements(program: &Program, map: &Map) -> Attached {
    let mut info = libbpf_sys::bpf_iter_link_info::default();
    info.map.map_fd = map.raw_fd() as u32;
    attach(program, Some(info))
}

pub(super) fn cgroup(program: &Program, path: &str) -> Attached {
    let group = groups::open(path)?;
    let mut info = libbpf_sys::bpf_iter_link_info::default();
    // Those below it come after it.
    info.cgroup.order = libbpf_sys::BPF_CGROUP_ITER_DESCENDANTS_PRE;
    info.cgroup.cgroup_fd = group.as_raw_fd() as u32;
    attach(program, Some(info))
}

pub(super) fn task(program: &Program, pid: u32) -> Attached {
    let mut info = libbpf_sys::bpf_iter_link_info::default();
    info.task.pid = pid;
    attach(program, Some(info))
}

fn attach(program: &Program, info: Option<libbpf_sys::bpf_iter_link_info>) -> Attached {
    let mut info = info;
    let mut options = libbpf_sys::bpf_iter_attach_opts {
        sz: size_of::<libbpf_sys::bpf_iter_attach_opts>() as libbpf_sys::size_t,
        ..Default::default()
    };
    if let Some(info) = &mut info {
        options.link_info = info;
        options.link_info_len = size_of::<libbpf_sys::bpf_iter_link_info>() as u32;
    }
    // SAFETY: the program is loaded; what the options point to lives through the call.
    from_libbpf(unsafe { libbpf_sys::bpf_program__attach_iter(program.raw().as_ptr(), &raw const options) })
}

/// Lets the iterator of this link run once, and gives back what it printed.
pub(crate) fn read(link: &libbpf_rs::Link) -> Result<Vec<u8>> {
    let fd = std::os::fd::AsFd::as_fd(link).as_raw_fd();
    // SAFETY: the link is attached.
    let iterator = unsafe { libbpf_sys::bpf_iter_create(fd) };
    if iterator < 0 {
        let error = Error::from_errno(iterator);
        return Err(if iterator == -libc::EINVAL {
            Error::invalid("only iterators can be read")
        } else {
            error.context("the iterator cannot be started")
        });
    }
    // SAFETY: the kernel has just made the descriptor, and nobody else has it.
    let file = unsafe { std::fs::File::from_raw_fd(iterator) };
    let mut printed = Vec::new();
    file.take(MOST + 1)
        .read_to_end(&mut printed)
        .map_err(|error| Error::from(error).context("the iterator ended with an error"))?;
    if printed.len() as u64 > MOST {
        return Err(Error::new(
            Kind::Other,
            format!("the iterator prints more than {} MiB", MOST >> 20),
        ));
    }
    Ok(printed)
}
