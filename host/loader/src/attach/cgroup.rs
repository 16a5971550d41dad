//! Hooks of control groups.

use std::fs::File;
use std::os::fd::{AsRawFd, OwnedFd};

use package::CgroupMode;

use super::{Attached, Failure, from_libbpf};
use crate::error::{Error, Kind};
use crate::link::Held;
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

/// `CGROUP2_SUPER_MAGIC` of `include/uapi/linux/magic.h`.
const CGROUP2: i64 = 0x6367_7270;
const USUAL: &str = "/sys/fs/cgroup";

/// The directory of a group. The root is found where systems that keep version 1 have put it.
pub(super) fn open(path: &str) -> crate::Result<File> {
    let group = open_folder(path)?;
    let kind = rustix::fs::fstatfs(&group)?.f_type;
    if kind == CGROUP2 {
        return Ok(group);
    }
    let mounted = std::fs::read_to_string("/proc/self/mounts")?;
    let root = mounted.lines().find_map(|line| {
        let mut words = line.split(' ');
        let (path, kind) = (words.nth(1)?, words.next()?);
        (kind == "cgroup2").then_some(path)
    });
    match root {
        Some(root) if path.trim_end_matches('/') == USUAL => open_folder(root),
        Some(root) => Err(Error::not_found(format!("{path} is no control group of version 2"))
            .with_hint(format!("these are below {root}"))),
        None => Err(
            Error::new(Kind::KernelLacks, "no control groups of version 2 are mounted")
                .with_hint(format!("mount them: mount -t cgroup2 cgroup2 {USUAL}")),
        ),
    }
}

fn open_folder(path: &str) -> crate::Result<File> {
    File::open(path).map_err(|error| {
        let missing = error.kind() == std::io::ErrorKind::NotFound;
        let error = Error::from(error).context(format!("control group {path} cannot be opened"));
        if missing {
            error.with_hint("groups are folders below the cgroup2 mount, most often /sys/fs/cgroup: `ls` shows them, `mkdir` makes one")
        } else {
            error
        }
    })
}
