//! Keys as the kernel takes them, where a caller gives something else: it has no descriptors.

use std::ffi::c_void;
use std::fs::File;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::ptr;

use rustix::process::{Pid, PidfdFlags, pidfd_open};

use crate::error::{Error, Kind, Result};
use crate::map::Map;
use crate::preflight::group_folder;

/// `PIDFD_THREAD`, from Linux 6.9: `include/uapi/linux/pidfd.h`.
const PIDFD_THREAD: u32 = libc::O_EXCL as u32;
/// `FILEID_KERNFS` in `include/linux/exportfs.h`: the file is named by its 64-bit number.
const FILEID_KERNFS: i32 = 0xfe;

/// A key for one call to the kernel.
#[derive(Debug)]
pub(crate) enum KernelKey<'key> {
    /// None, where there is no key.
    Bytes(&'key [u8]),
    /// The kernel finds what it keeps by a descriptor, which is open as long as this.
    Descriptor { number: RawFd, _open: OwnedFd },
}

impl KernelKey<'_> {
    /// What the kernel reads: null where there is no key.
    pub(crate) fn as_ptr(&self) -> *const c_void {
        match self {
            Self::Bytes(bytes) => pointer(bytes),
            Self::Descriptor { number, .. } => ptr::from_ref(number).cast(),
        }
    }

    fn descriptor(open: OwnedFd) -> Self {
        Self::Descriptor {
            number: open.as_raw_fd(),
            _open: open,
        }
    }
}

/// The pointer that stands for a key or value: null where there is none.
pub(crate) fn pointer(bytes: &[u8]) -> *const c_void {
    if bytes.is_empty() {
        ptr::null()
    } else {
        bytes.as_ptr().cast()
    }
}

impl Map {
    /// The kernel's key for a caller's of the right length. [`Kind::NotFound`] if there is no such process or control group.
    pub(crate) fn kernel_key<'key>(&self, key: &'key [u8]) -> Result<KernelKey<'key>> {
        self.check_key(key)?;
        let opened = match (self.info().kind, key) {
            (libbpf_sys::BPF_MAP_TYPE_TASK_STORAGE, &[a, b, c, d]) => process(u32::from_ne_bytes([a, b, c, d])),
            (libbpf_sys::BPF_MAP_TYPE_CGRP_STORAGE, key) => match key.try_into() {
                Ok(number) => control_group(u64::from_ne_bytes(number)),
                Err(_) => return Ok(KernelKey::Bytes(key)),
            },
            _ => return Ok(KernelKey::Bytes(key)),
        };
        opened
            .map(KernelKey::descriptor)
            .map_err(|error| error.context(format!("map {} has no such key", self.name())))
    }
}

/// A process by its number, or a thread by its own where the kernel tells them apart.
fn process(number: u32) -> Result<OwnedFd> {
    let nobody = || Error::not_found(format!("there is no process {number}"));
    let pid = i32::try_from(number).ok().and_then(Pid::from_raw).ok_or_else(nobody)?;
    let opened = pidfd_open(pid, PidfdFlags::empty()).or_else(|error| match error {
        // A thread that is not its group's leader: EINVAL before Linux 6.15, ENOENT since.
        rustix::io::Errno::INVAL | rustix::io::Errno::NOENT => {
            pidfd_open(pid, PidfdFlags::from_bits_retain(PIDFD_THREAD))
        }
        error => Err(error),
    });
    opened.map_err(|error| match error {
        rustix::io::Errno::SRCH => nobody(),
        rustix::io::Errno::INVAL => Error::new(
            Kind::KernelLacks,
            format!("{number} is a thread, and kernels before 6.9 find processes only"),
        ),
        error => Error::from(error).context(format!("process {number} cannot be opened")),
    })
}

/// A control group by its number, which is that of its folder.
fn control_group(number: u64) -> Result<OwnedFd> {
    /// `struct file_handle` of `include/linux/fs.h`, with what this kind of it holds.
    #[repr(C)]
    struct Handle {
        bytes: u32,
        kind: i32,
        number: [u8; 8],
    }
    let root = group_folder("/sys/fs/cgroup").map_err(|finding| finding.reason(Kind::NotFound))?;
    let mount = File::open(&root).map_err(|error| Error::from(error).context(format!("{root} cannot be opened")))?;
    let mut handle = Handle {
        bytes: size_of::<u64>() as u32,
        kind: FILEID_KERNFS,
        number: number.to_ne_bytes(),
    };
    // SAFETY: the kernel reads a handle of the length that it names.
    let fd = unsafe {
        libc::open_by_handle_at(
            mount.as_raw_fd(),
            (&raw mut handle).cast(),
            libc::O_RDONLY | libc::O_DIRECTORY | libc::O_CLOEXEC,
        )
    };
    if fd >= 0 {
        // SAFETY: just opened, and nobody else has it.
        return Ok(unsafe { OwnedFd::from_raw_fd(fd) });
    }
    let error = std::io::Error::last_os_error();
    Err(match error.raw_os_error() {
        Some(libc::ESTALE | libc::ENOENT | libc::ENOTDIR) => {
            Error::not_found(format!("there is no control group {number}"))
        }
        Some(libc::EPERM) => Error::from(error)
            .with_hint("run as root, or with CAP_DAC_READ_SEARCH")
            .context(format!("control group {number} cannot be opened by its number")),
        _ => Error::from(error).context(format!("control group {number} cannot be opened")),
    })
}
