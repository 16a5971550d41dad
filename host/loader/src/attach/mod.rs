//! Attaching programs to targets: one file for each family of hooks.
//!
//! What the kernel ties to a descriptor goes when the descriptor is closed, also if this process is killed. Filters of `tc` and
//! programs of control groups that are not shared are not tied to one: `tc` and `cgroup` take them back when they are dropped.

pub(crate) mod cgroup;
pub(crate) mod iterator;
pub(crate) mod network;
mod perf;
mod probe;
mod sockets;
pub(crate) mod tc;
mod tracing;

use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::ptr::NonNull;

use libbpf_sys::bpf_link;
use package::{Attachment, ProbePoint, Target};

use crate::error::{Error, Kind, Result};
use crate::explain;
use crate::link::{Held, Link};
use crate::log::record;
use crate::map::Map;
use crate::program::Program;
use crate::raw;
use crate::watcher::{Kept, Ticket};

/// Why an attachment did not come about.
pub(crate) enum Failure {
    /// What the system said.
    Errno(i32),
    /// What is known better.
    Known(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Known(error)
    }
}

impl From<rustix::io::Errno> for Failure {
    fn from(errno: rustix::io::Errno) -> Self {
        Self::Errno(errno.raw_os_error())
    }
}

/// What attaching gives.
pub(crate) type Attached = std::result::Result<Held, Failure>;

/// A target that is a map, which may be another object's.
#[derive(Clone, Copy, Debug)]
pub enum MapTarget<'map> {
    /// A sockmap or sockhash, for `sk_msg` and `sk_skb`.
    Sockets(&'map Map),
    /// An iterator over its elements.
    Elements(&'map Map),
    /// A `struct_ops` map, which is what the kernel gets; the program is one of its functions.
    StructOps(&'map Map),
}

impl Program {
    /// Attaches it to what the host's user, the package, or its section names.
    pub fn attach(&self) -> Result<Link> {
        self.loaded()?;
        // It could not have been loaded without one that it takes the place of.
        if self.kind() == libbpf_sys::BPF_PROG_TYPE_EXT {
            return self.attach_trace(None);
        }
        match self.attachment()? {
            Attachment::Target(target) => self.attach_to(&target, None),
            Attachment::ByHand => Err(Error::invalid(format!(
                "program {} is of a kind that is not attached by itself",
                self.name()
            ))),
            Attachment::Section => {
                let section = self.section();
                self.attach_with(&section, || {
                    // SAFETY: the program is loaded, and the lock of `attach_with` is held.
                    from_libbpf(unsafe { libbpf_sys::bpf_program__attach(self.raw().as_ptr()) })
                })
            }
        }
    }

    /// Attaches it to a target that is chosen now. It may be attached to several, one link each.
    ///
    /// `cookie` is what the program gets from `bpf_get_attach_cookie`, for probes, tracepoints, perf events and fentry: from Linux 5.15 on.
    pub fn attach_to(&self, target: &Target, cookie: Option<u64>) -> Result<Link> {
        match target {
            Target::SockMap(name) => return self.attach_to_map(MapTarget::Sockets(&self.object().map(name)?)),
            Target::MapIterator(name) => return self.attach_to_map(MapTarget::Elements(&self.object().map(name)?)),
            Target::StructOps(name) => return self.attach_to_map(MapTarget::StructOps(&self.object().map(name)?)),
            _ => {}
        }
        let types = types(target);
        self.expect_type(types, &target.to_string())?;
        if cookie.is_some() && !takes_cookie(target) {
            return Err(Error::invalid(format!("{target} takes no cookie")));
        }
        let cookie = cookie.unwrap_or(0);
        self.attach_with(&target.to_string(), || self.attach_now(target, cookie))
    }

    fn attach_now(&self, target: &Target, cookie: u64) -> Attached {
        match target {
            Target::Tracepoint { category, name } => tracing::tracepoint(self, category, name, cookie),
            Target::RawTracepoint(name) => tracing::raw_tracepoint(self, name, cookie),
            Target::Trace { .. } | Target::Replace { .. } => tracing::trace(self, cookie),
            Target::Kprobe {
                function,
                offset,
                point,
            } => probe::kprobe(self, function, *offset, *point, cookie),
            Target::KprobeMulti { functions, point } => probe::kprobe_multi(self, functions, *point, cookie),
            Target::Ksyscall { name, point } => probe::ksyscall(self, name, *point, cookie),
            Target::Uprobe(uprobe) => probe::uprobe(self, uprobe, cookie),
            Target::UprobeMulti {
                path,
                functions,
                pid,
                point,
            } => probe::uprobe_multi(self, path, functions, *pid, *point, cookie),
            Target::Usdt {
                path,
                provider,
                name,
                pid,
            } => probe::usdt(self, [path, provider, name], *pid, cookie),
            Target::PerfEvent(event) => perf::attach(self, event, cookie),
            Target::Xdp { interface, mode } => network::xdp(self, interface, *mode),
            Target::Tc {
                interface,
                direction,
                handle,
                priority,
            } => tc::attach(self, interface, *direction, *handle, *priority),
            Target::Tcx { interface, direction } => network::tcx(self, interface, *direction),
            Target::Netkit { interface, direction } => network::netkit(self, interface, *direction),
            Target::Cgroup { path, mode } => cgroup::attach(self, path, *mode),
            Target::NetworkNamespace(path) => network::namespace(self, path),
            Target::SocketFilter(interface) => sockets::filter(self, interface),
            Target::SkReuseport(port) => sockets::reuseport(self, *port),
            Target::Netfilter(hook) => network::netfilter(self, hook),
            Target::Iterator => iterator::all(self),
            Target::CgroupIterator(path) => iterator::cgroup(self, path),
            Target::TaskIterator(pid) => iterator::task(self, *pid),
            // Taken out before.
            Target::SockMap(_) | Target::MapIterator(_) | Target::StructOps(_) => Err(Failure::Errno(libc::EINVAL)),
        }
    }

    /// Attaches it to a map, or where a map says.
    pub fn attach_to_map(&self, target: MapTarget<'_>) -> Result<Link> {
        let named = target.named();
        let text = named.to_string();
        self.expect_type(types(&named), &text)?;
        match target {
            MapTarget::Sockets(map) => self.attach_with(&text, || network::sock_map(self, map)),
            MapTarget::Elements(map) => self.attach_with(&text, || iterator::elements(self, map)),
            MapTarget::StructOps(map) => map.object().attach_struct_ops(map),
        }
    }

    /// Attaches it to the function or tracepoint that it was loaded for: fentry, fexit, fmod_ret, tp_btf, LSM, freplace.
    pub fn attach_trace(&self, cookie: Option<u64>) -> Result<Link> {
        self.expect_type(TRACING, "what it was loaded for")?;
        self.attach_with(&self.section(), || tracing::trace(self, cookie.unwrap_or(0)))
    }

    /// Calls `attach` with the object's lock held, and makes a link or an error that says all of it.
    fn attach_with(&self, target: &str, attach: impl FnOnce() -> Attached) -> Result<Link> {
        self.loaded()?;
        let guard = self.object().attaching();
        let (held, log) = record(attach);
        drop(guard);
        match held {
            Ok(held) => Ok(Link::new(held, target.to_owned(), self.object().clone())),
            Err(Failure::Errno(errno)) => Err(explain::attach(errno, &log, self.name(), target)),
            Err(Failure::Known(error)) => {
                Err(error.context(format!("program {} cannot be attached to {target}", self.name())))
            }
        }
    }
}

impl MapTarget<'_> {
    /// The same by the map's name.
    fn named(self) -> Target {
        match self {
            Self::Sockets(map) => Target::SockMap(map.name().to_owned()),
            Self::Elements(map) => Target::MapIterator(map.name().to_owned()),
            Self::StructOps(map) => Target::StructOps(map.name().to_owned()),
        }
    }
}

impl crate::Object {
    /// Hands a `struct_ops` map of this object to the kernel. Without `.link` in its section, this is undone when the link is dropped and
    /// not when the process ends.
    pub(crate) fn attach_struct_ops(&self, map: &Map) -> Result<Link> {
        let target = MapTarget::StructOps(map).named().to_string();
        let raw = map.raw()?.as_ptr();
        let guard = self.attaching();
        // SAFETY: the map is a loaded object's, which the link keeps: libbpf's own link has only the number of its descriptor.
        let (made, log) = record(|| unsafe { from_libbpf(libbpf_sys::bpf_map__attach_struct_ops(raw)) });
        drop(guard);
        // SAFETY: as above.
        let is_link = unsafe { libbpf_sys::bpf_map__map_flags(raw) } & libbpf_sys::BPF_F_LINK != 0;
        match made {
            Ok(Held::Libbpf(link)) if !is_link => {
                let ticket = Ticket::new(&Kept::StructOps(map.info().id));
                Ok(Link::new(Held::StructOps(link, ticket), target, self.clone()))
            }
            Ok(held) => Ok(Link::new(held, target, self.clone())),
            Err(Failure::Errno(errno)) => Err(explain::attach(errno, &log, map.name(), &target)),
            Err(Failure::Known(error)) => Err(error),
        }
    }
}

/// What libbpf made, or what it said.
fn from_libbpf(link: *mut bpf_link) -> Attached {
    match NonNull::new(link) {
        // SAFETY: libbpf has just made the link, and nobody else has it.
        Some(link) => Ok(Held::Libbpf(unsafe { libbpf_rs::Link::from_ptr(link) })),
        None => Err(Failure::Errno(raw::last_errno())),
    }
}

/// A link of the kernel's without libbpf's wrapping: for what libbpf takes from the section and leaves no choice of.
fn create_link(program: &Program, target: i32, kind: u32, flags: u32) -> Attached {
    let options = libbpf_sys::bpf_link_create_opts {
        sz: size_of::<libbpf_sys::bpf_link_create_opts>() as libbpf_sys::size_t,
        flags,
        ..Default::default()
    };
    let program = program.fd()?;
    // SAFETY: the options live through the call; the program's descriptor too.
    let fd = unsafe { libbpf_sys::bpf_link_create(program.as_raw_fd(), target, kind, &raw const options) };
    if fd < 0 {
        return Err(Failure::Errno(-fd));
    }
    // SAFETY: the kernel has just made the descriptor, and nobody else has it.
    Ok(Held::Descriptor(unsafe { OwnedFd::from_raw_fd(fd) }))
}

const TRACING: &[u32] = &[
    libbpf_sys::BPF_PROG_TYPE_TRACING,
    libbpf_sys::BPF_PROG_TYPE_LSM,
    libbpf_sys::BPF_PROG_TYPE_EXT,
];

/// The types of program that a target takes.
fn types(target: &Target) -> &'static [u32] {
    use libbpf_sys as bpf;
    match target {
        Target::Tracepoint { .. } => &[bpf::BPF_PROG_TYPE_TRACEPOINT],
        Target::RawTracepoint(_) => &[
            bpf::BPF_PROG_TYPE_RAW_TRACEPOINT,
            bpf::BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE,
        ],
        Target::Trace { .. } | Target::Replace { .. } => TRACING,
        Target::Kprobe { .. }
        | Target::KprobeMulti { .. }
        | Target::Ksyscall { .. }
        | Target::Uprobe(_)
        | Target::UprobeMulti { .. }
        | Target::Usdt { .. } => &[bpf::BPF_PROG_TYPE_KPROBE],
        Target::PerfEvent(_) => &[bpf::BPF_PROG_TYPE_PERF_EVENT],
        Target::Xdp { .. } => &[bpf::BPF_PROG_TYPE_XDP],
        Target::Tc { .. } | Target::Tcx { .. } | Target::Netkit { .. } => {
            &[bpf::BPF_PROG_TYPE_SCHED_CLS, bpf::BPF_PROG_TYPE_SCHED_ACT]
        }
        Target::Cgroup { .. } => &[
            bpf::BPF_PROG_TYPE_CGROUP_SKB,
            bpf::BPF_PROG_TYPE_CGROUP_SOCK,
            bpf::BPF_PROG_TYPE_CGROUP_SOCK_ADDR,
            bpf::BPF_PROG_TYPE_CGROUP_SOCKOPT,
            bpf::BPF_PROG_TYPE_CGROUP_SYSCTL,
            bpf::BPF_PROG_TYPE_CGROUP_DEVICE,
            bpf::BPF_PROG_TYPE_SOCK_OPS,
            bpf::BPF_PROG_TYPE_LSM,
        ],
        Target::SockMap(_) => &[bpf::BPF_PROG_TYPE_SK_MSG, bpf::BPF_PROG_TYPE_SK_SKB],
        Target::NetworkNamespace(_) => &[bpf::BPF_PROG_TYPE_SK_LOOKUP, bpf::BPF_PROG_TYPE_FLOW_DISSECTOR],
        Target::SocketFilter(_) => &[bpf::BPF_PROG_TYPE_SOCKET_FILTER],
        Target::SkReuseport(_) => &[bpf::BPF_PROG_TYPE_SK_REUSEPORT, bpf::BPF_PROG_TYPE_SOCKET_FILTER],
        Target::Netfilter(_) => &[bpf::BPF_PROG_TYPE_NETFILTER],
        Target::Iterator | Target::MapIterator(_) | Target::CgroupIterator(_) | Target::TaskIterator(_) => {
            &[bpf::BPF_PROG_TYPE_TRACING]
        }
        Target::StructOps(_) => &[bpf::BPF_PROG_TYPE_STRUCT_OPS],
    }
}

fn takes_cookie(target: &Target) -> bool {
    matches!(
        target,
        Target::Tracepoint { .. }
            | Target::RawTracepoint(_)
            | Target::Trace { .. }
            | Target::Kprobe { .. }
            | Target::KprobeMulti { .. }
            | Target::Ksyscall { .. }
            | Target::Uprobe(_)
            | Target::UprobeMulti { .. }
            | Target::Usdt { .. }
            | Target::PerfEvent(_)
    )
}

/// Whether a probe is one that sits at the return, for a kind that has no sessions.
fn at_return(point: ProbePoint) -> std::result::Result<bool, Failure> {
    match point {
        ProbePoint::Entry => Ok(false),
        ProbePoint::Return => Ok(true),
        ProbePoint::Session => Err(Failure::Known(
            Error::new(
                Kind::InvalidInput,
                "only probes of many functions at once have sessions",
            )
            .with_hint("use a program of the section kprobe.session or uprobe.session"),
        )),
    }
}
