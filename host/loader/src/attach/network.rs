//! Interfaces, network namespaces, netfilter and maps of sockets.

use std::ffi::CStr;
use std::fs::File;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};

use package::{Direction, Interface, Netfilter, XdpMode};

use super::{Attached, Failure, create_link, from_libbpf};
use crate::error::{Error, Result};
use crate::link::Held;
use crate::map::Map;
use crate::program::Program;
use crate::raw::{self, c_string};

/// `include/uapi/linux/if_link.h`.
const XDP_FLAGS_SKB_MODE: u32 = 1 << 1;
const XDP_FLAGS_DRV_MODE: u32 = 1 << 2;
const XDP_FLAGS_HW_MODE: u32 = 1 << 3;
/// `BPF_F_NETFILTER_IP_DEFRAG` of `include/uapi/linux/bpf.h`.
const DEFRAGMENT: u32 = 1;

pub(super) fn xdp(program: &Program, interface: &Interface, mode: XdpMode) -> Attached {
    let flags = match mode {
        XdpMode::Automatic => 0,
        XdpMode::Driver => XDP_FLAGS_DRV_MODE,
        XdpMode::Generic => XDP_FLAGS_SKB_MODE,
        XdpMode::Hardware => XDP_FLAGS_HW_MODE,
    };
    create_link(program, index(interface)?, libbpf_sys::BPF_XDP, flags)
}

pub(super) fn tcx(program: &Program, interface: &Interface, direction: Direction) -> Attached {
    let hook = match direction {
        Direction::Ingress => libbpf_sys::BPF_TCX_INGRESS,
        Direction::Egress => libbpf_sys::BPF_TCX_EGRESS,
    };
    create_link(program, index(interface)?, hook, 0)
}

pub(super) fn netkit(program: &Program, interface: &Interface, direction: Direction) -> Attached {
    let hook = match direction {
        Direction::Ingress => libbpf_sys::BPF_NETKIT_PEER,
        Direction::Egress => libbpf_sys::BPF_NETKIT_PRIMARY,
    };
    create_link(program, index(interface)?, hook, 0)
}

pub(super) fn namespace(program: &Program, path: &str) -> Attached {
    let namespace = File::open(path)
        .map_err(|error| Error::from(error).context(format!("network namespace {path} cannot be opened")))?;
    // SAFETY: the program is loaded, and the descriptor lives through the call.
    from_libbpf(unsafe { libbpf_sys::bpf_program__attach_netns(program.raw().as_ptr(), namespace.as_raw_fd()) })
}

pub(super) fn netfilter(program: &Program, hook: &Netfilter) -> Attached {
    let options = libbpf_sys::bpf_netfilter_opts {
        sz: size_of::<libbpf_sys::bpf_netfilter_opts>() as libbpf_sys::size_t,
        pf: hook.family,
        hooknum: hook.hook,
        priority: hook.priority,
        flags: if hook.defragment { DEFRAGMENT } else { 0 },
    };
    // SAFETY: the program is loaded, and the options live through the call.
    from_libbpf(unsafe { libbpf_sys::bpf_program__attach_netfilter(program.raw().as_ptr(), &raw const options) })
}

/// A program on a map of sockets. Links of this kind came with Linux 6.10; the map, when it goes, lets go of the program too.
#[derive(Debug)]
pub(crate) struct OnSockets {
    map: OwnedFd,
    program: OwnedFd,
    hook: u32,
}

pub(super) fn sock_map(program: &Program, map: &Map) -> Attached {
    // SAFETY: the program is an object's.
    let hook = unsafe { libbpf_sys::bpf_program__expected_attach_type(program.raw().as_ptr()) };
    let program = program.fd()?.try_clone_to_owned().map_err(Error::from)?;
    let map = map.as_fd().try_clone_to_owned().map_err(Error::from)?;
    // SAFETY: two descriptors that live through the call.
    let code = unsafe { libbpf_sys::bpf_prog_attach(program.as_raw_fd(), map.as_raw_fd(), hook, 0) };
    if code < 0 {
        return Err(Failure::Errno(-code));
    }
    Ok(Held::Sockets(OnSockets { map, program, hook }))
}

impl OnSockets {
    /// Takes the program back, unless another has come to its place.
    pub(crate) fn detach(&self) -> Result<()> {
        // SAFETY: two descriptors that live through the call.
        raw::check(unsafe { libbpf_sys::bpf_prog_detach2(self.program.as_raw_fd(), self.map.as_raw_fd(), self.hook) })
    }
}

/// The number of an interface of this network namespace.
pub(crate) fn index(interface: &Interface) -> Result<i32> {
    let index = match interface {
        Interface::Index(index) => *index,
        Interface::Name(name) => {
            let c_name = c_string(name)?;
            // SAFETY: the name lives through the call.
            unsafe { libc::if_nametoindex(c_name.as_ptr()) }
        }
    };
    let name = |name: &CStr| name.to_string_lossy().into_owned();
    let known = interfaces(|number, found| (number == index, name(found)));
    if known.iter().any(|(same, _)| *same) {
        return i32::try_from(index).map_err(|_| Error::from_errno(libc::ENODEV));
    }
    let names: Vec<String> = known.into_iter().map(|(_, name)| name).collect();
    Err(Error::not_found(format!("there is no network interface {interface}"))
        .with_hint(format!("there are {}; choose one with --iface", names.join(", "))))
}

/// The name of an interface that may be named by its number, as `#1`; the same again if there is none.
pub(crate) fn name(text: &str) -> String {
    let Interface::Index(index) = Interface::parse(text) else {
        return text.to_owned();
    };
    let found = interfaces(|number, name| (number == index).then(|| name.to_string_lossy().into_owned()));
    found.into_iter().flatten().next().unwrap_or_else(|| text.to_owned())
}

/// What `read` makes of each interface's number and name.
fn interfaces<T>(read: impl Fn(u32, &CStr) -> T) -> Vec<T> {
    let mut found = Vec::new();
    // SAFETY: the list ends with an entry whose number is 0, names are strings that live until it is freed, which happens once.
    unsafe {
        let list = libc::if_nameindex();
        let mut entry = list;
        while !entry.is_null() && (*entry).if_index != 0 {
            found.push(read((*entry).if_index, CStr::from_ptr((*entry).if_name)));
            entry = entry.add(1);
        }
        if !list.is_null() {
            libc::if_freenameindex(list);
        }
    }
    found
}
