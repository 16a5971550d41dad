//! Hooks of control groups.

use std::fs::File;
use std::os::fd::{AsRawFd, OwnedFd};

use package::CgroupMode;

use super::{Attached, Failure, from_libbpf};
use crate::error::{Error, Kind};
use crate::link::Held;
use crate::preflight::group_folder;
use crate::program::Program;
use crate::raw;
use crate::watcher::{Kept, Ticket};

/// A program that a link cannot hold, for links are always shared. The kernel keeps it until it is taken back.
#[derive(Debug)]
pub(crate) struct Exclusive {
    group: OwnedFd,
    program: OwnedFd,
    hook: u32,
}

pub(super) fn attach(program: &Program, path: &str, mode: CgroupMode) -> Attached {
    let group: OwnedFd = open(path)?.into();
    let flags = match mode {
        CgroupMode::Multi => {
            // SAFETY: the program is loaded, and the descriptor lives through the call: the link keeps the group, not the descriptor.
            let link = unsafe { libbpf_sys::bpf_program__attach_cgroup(program.raw().as_ptr(), group.as_raw_fd()) };
            return from_libbpf(link);
        }
        CgroupMode::Override => libbpf_sys::BPF_F_ALLOW_OVERRIDE,
        CgroupMode::Exclusive => 0,
    };
    // SAFETY: the program is an object's.
    let hook = unsafe { libbpf_sys::bpf_program__expected_attach_type(program.raw().as_ptr()) };
    let number = program.id()?;
    let program = program.fd()?.try_clone_to_owned().map_err(Error::from)?;
    // SAFETY: two descriptors that live through the call.
    let code = unsafe { libbpf_sys::bpf_prog_attach(program.as_raw_fd(), group.as_raw_fd(), hook, flags) };
    if code < 0 {
        return Err(Failure::Errno(-code));
    }
    let kept = Kept::Exclusive {
        hook,
        program: number,
        group: path.to_owned(),
    };
    Ok(Held::Exclusive(Exclusive { group, program, hook }, Ticket::new(&kept)))
}

impl Exclusive {
    pub(crate) fn new(group: OwnedFd, program: OwnedFd, hook: u32) -> Self {
        Self { group, program, hook }
    }

    /// Takes the program back. Another that has come to its place stays: the kernel compares.
    pub(crate) fn detach(&self) -> crate::Result<()> {
        // SAFETY: two descriptors that live through the call.
        raw::check(unsafe { libbpf_sys::bpf_prog_detach2(self.program.as_raw_fd(), self.group.as_raw_fd(), self.hook) })
    }
}

/// The directory of a group.
pub(super) fn open(path: &str) -> crate::Result<File> {
    let folder = group_folder(path).map_err(|finding| finding.reason(Kind::NotFound))?;
    File::open(&folder).map_err(|error| Error::from(error).context(format!("control group {folder} cannot be opened")))
}
