//! Questions that only the kernel can answer: trivial programs, loaded and perhaps attached to nothing, and closed at once.

use std::ffi::CStr;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::ptr;

use libbpf_sys as sys;

use crate::error::ENOTSUPP;
use crate::log::record;

/// What kind of program is loaded.
#[derive(Clone, Copy)]
pub(super) struct Kind {
    program: u32,
    attach: u32,
    /// A number in the kernel's BTF: the function that the program is loaded for; 0 for none.
    function: u32,
}

pub(super) const SOCKET_FILTER: Kind = kind(sys::BPF_PROG_TYPE_SOCKET_FILTER, 0);

const fn kind(program: u32, attach: u32) -> Kind {
    Kind {
        program,
        attach,
        function: 0,
    }
}

/// `r0 = 0; exit`, 8 bytes each: `struct bpf_insn` in the host's byte order has its code first.
const NOTHING: [[u8; 8]; 2] = [[0xb7, 0, 0, 0, 0, 0, 0, 0], [0x95, 0, 0, 0, 0, 0, 0, 0]];

/// A function of the kernel that nothing calls but its own tests (`net/bpf/test_run.c`).
const TEST_FUNCTION: &CStr = c"bpf_fentry_test1";
/// A hook of security modules that is rarely called, and that every kernel since 5.10 has.
const TEST_HOOK: &CStr = c"quotactl";
/// No network interface has this number.
const NO_INTERFACE: i32 = i32::MAX;

/// The kernel's answer: an error number, positive.
pub(super) type Answer<T> = Result<T, i32>;

/// Loads a program that does nothing.
pub(super) fn load(kind: Kind) -> Answer<OwnedFd> {
    let mut options = sys::bpf_prog_load_opts {
        sz: size_of::<sys::bpf_prog_load_opts>() as sys::size_t,
        expected_attach_type: kind.attach,
        attach_btf_id: kind.function,
        ..Default::default()
    };
    let instructions = NOTHING.map(u64::from_ne_bytes);
    // SAFETY: the kernel reads two instructions and two strings, which live through the call; instructions need the alignment of 4
    // bytes that numbers of 8 have.
    let (fd, _) = record(|| unsafe {
        sys::bpf_prog_load(
            kind.program,
            c"preflight".as_ptr(),
            c"GPL".as_ptr(),
            instructions.as_ptr().cast(),
            instructions.len() as sys::size_t,
            &raw mut options,
        )
    });
    owned(fd)
}

/// Attaches a program by what `set` says, to a target of that number.
fn link(
    program: &OwnedFd,
    target: i32,
    attach: u32,
    set: impl FnOnce(&mut sys::bpf_link_create_opts),
) -> Answer<OwnedFd> {
    let mut options = sys::bpf_link_create_opts {
        sz: size_of::<sys::bpf_link_create_opts>() as sys::size_t,
        ..Default::default()
    };
    set(&mut options);
    // SAFETY: what the options point to lives as long as the caller's own call, which is longer than this.
    let (fd, _) = record(|| unsafe { sys::bpf_link_create(program.as_raw_fd(), target, attach, &raw const options) });
    owned(fd)
}

/// Whether a program can be attached to the entry of a function: tried on one that nobody calls.
pub(super) fn fentry() -> Answer<()> {
    let program = load(Kind {
        function: in_btf(TEST_FUNCTION, sys::BPF_TRACE_FENTRY)?,
        ..kind(sys::BPF_PROG_TYPE_TRACING, sys::BPF_TRACE_FENTRY)
    })?;
    // SAFETY: no name, which is right for programs that are loaded for a function; the descriptor is open.
    let (fd, _) = record(|| unsafe { sys::bpf_raw_tracepoint_open(ptr::null(), program.as_raw_fd()) });
    owned(fd).map(drop)
}

/// Whether a program for a hook of security modules is taken. It is not attached.
pub(super) fn lsm() -> Answer<()> {
    let kind = Kind {
        function: in_btf(TEST_HOOK, sys::BPF_LSM_MAC)?,
        ..kind(sys::BPF_PROG_TYPE_LSM, sys::BPF_LSM_MAC)
    };
    load(kind).map(drop)
}

/// Whether one link may probe many functions of the kernel.
pub(super) fn kprobe_multi() -> Answer<()> {
    let program = load(kind(sys::BPF_PROG_TYPE_KPROBE, sys::BPF_TRACE_KPROBE_MULTI))?;
    let mut names = [TEST_FUNCTION.as_ptr()];
    let attached = link(&program, 0, sys::BPF_TRACE_KPROBE_MULTI, |options| {
        options.__bindgen_anon_1.kprobe_multi = sys::bpf_link_create_opts__bindgen_ty_1__bindgen_ty_2 {
            cnt: 1,
            syms: names.as_mut_ptr(),
            ..Default::default()
        };
    });
    there_if(attached, &[libc::ESRCH, libc::ENOENT])
}

/// Whether one link may probe many functions of a file: a folder is none, which only who looks would say.
pub(super) fn uprobe_multi() -> Answer<()> {
    let program = load(kind(sys::BPF_PROG_TYPE_KPROBE, sys::BPF_TRACE_UPROBE_MULTI))?;
    let offsets = [0];
    let attached = link(&program, -1, sys::BPF_TRACE_UPROBE_MULTI, |options| {
        options.__bindgen_anon_1.uprobe_multi = sys::bpf_link_create_opts__bindgen_ty_1__bindgen_ty_3 {
            cnt: 1,
            path: c"/".as_ptr(),
            offsets: offsets.as_ptr(),
            ..Default::default()
        };
    });
    there_if(attached, &[libc::EBADF])
}

/// Whether tcx is there, which looks for the interface first.
pub(super) fn tcx() -> Answer<()> {
    let program = load(kind(sys::BPF_PROG_TYPE_SCHED_CLS, 0))?;
    there_if(
        link(&program, NO_INTERFACE, sys::BPF_TCX_INGRESS, |_| {}),
        &[libc::ENODEV],
    )
}

/// Whether there may be netkit devices.
pub(super) fn netkit() -> Answer<()> {
    let program = load(kind(sys::BPF_PROG_TYPE_SCHED_CLS, 0))?;
    there_if(
        link(&program, NO_INTERFACE, sys::BPF_NETKIT_PRIMARY, |_| {}),
        &[libc::ENODEV],
    )
}

/// Whether netfilter takes programs: not for a protocol that it does not know.
pub(super) fn netfilter() -> Answer<()> {
    let program = load(kind(sys::BPF_PROG_TYPE_NETFILTER, sys::BPF_NETFILTER))?;
    let attached = link(&program, 0, sys::BPF_NETFILTER, |options| {
        options.__bindgen_anon_1.netfilter.pf = u32::from(u8::MAX);
    });
    there_if(attached, &[libc::EAFNOSUPPORT])
}

/// Whether programs of this type can be loaded (`BPF_PROG_TYPE_*`).
pub(super) fn program_type(number: u32) -> Answer<bool> {
    // SAFETY: no options; libbpf loads a trivial program and closes it.
    yes_or_no(record(|| unsafe { sys::libbpf_probe_bpf_prog_type(number, ptr::null()) }).0)
}

/// Whether maps of this kind can be created (`BPF_MAP_TYPE_*`).
pub(super) fn map_kind(number: u32) -> Answer<bool> {
    // SAFETY: no options; libbpf creates a small map and closes it.
    yes_or_no(record(|| unsafe { sys::libbpf_probe_bpf_map_type(number, ptr::null()) }).0)
}

/// Whether programs of this type may call the helper of this number.
pub(super) fn helper(program: u32, number: u32) -> Answer<bool> {
    // SAFETY: no options; libbpf loads a program of one call and closes it.
    yes_or_no(record(|| unsafe { sys::libbpf_probe_bpf_helper(program, number, ptr::null()) }).0)
}

/// An error number for people.
pub(super) fn text(errno: i32) -> String {
    crate::error::Error::from_errno(errno).to_string()
}

/// Error numbers that say that the kernel has never heard of something.
pub(super) fn is_unknown(errno: i32) -> bool {
    matches!(
        errno,
        libc::EINVAL | libc::EOPNOTSUPP | ENOTSUPP | libc::ENOENT | libc::ESRCH
    )
}

fn in_btf(name: &CStr, attach: u32) -> Answer<u32> {
    // SAFETY: the name is a constant.
    let (number, _) = record(|| unsafe { sys::libbpf_find_vmlinux_btf_id(name.as_ptr(), attach) });
    u32::try_from(number).map_err(|_| number.wrapping_abs())
}

/// What has been attached, or refused for a reason that only who knows the hook gives.
fn there_if(attached: Answer<OwnedFd>, known: &[i32]) -> Answer<()> {
    match attached {
        Err(errno) if !known.contains(&errno) => Err(errno),
        _ => Ok(()),
    }
}

fn yes_or_no(code: i32) -> Answer<bool> {
    match code {
        0 => Ok(false),
        1 => Ok(true),
        // libbpf knows no way to ask for this one.
        code => Err(code.wrapping_abs()),
    }
}

fn owned(fd: i32) -> Answer<OwnedFd> {
    if fd < 0 {
        return Err(fd.wrapping_abs());
    }
    // SAFETY: the kernel has just made the descriptor, and nobody else has it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}
