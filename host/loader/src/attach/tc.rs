//! Filters of `tc`: of a queueing discipline that may be somebody else's, and on an interface that others filter too.

mod netlink;

use package::{Direction, Interface};

use super::network::index;
use super::{Attached, Failure};
use crate::error::{Error, Kind, Result};
use crate::link::Held;
use crate::log::record;
use crate::program::Program;
use crate::raw;
use crate::watcher::{Kept, Ticket};

/// A filter of ours. The kernel keeps it until it is taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Filter {
    pub(crate) interface: i32,
    pub(crate) egress: bool,
    pub(crate) handle: u32,
    pub(crate) priority: u32,
    /// The kernel's number of the program: what sits in this place is ours if it is this one.
    pub(crate) program: u32,
    /// Whether the queueing discipline is ours too.
    pub(crate) made_qdisc: bool,
}

pub(super) fn attach(
    program: &Program,
    interface: &Interface,
    direction: Direction,
    handle: u32,
    priority: u32,
) -> Attached {
    let interface = index(interface)?;
    let egress = direction == Direction::Egress;
    let mut hook = hook(interface, egress);
    // SAFETY: the hook lives through the call.
    let made_qdisc = match unsafe { libbpf_sys::bpf_tc_hook_create(&raw mut hook) } {
        0 => true,
        // Who made it keeps it.
        code if code == -libc::EEXIST => false,
        code => return Err(Failure::Errno(-code)),
    };
    let mut options = options(handle, priority);
    options.prog_fd = std::os::fd::AsRawFd::as_raw_fd(&program.fd()?);
    let mut filter = Filter {
        interface,
        egress,
        handle,
        priority,
        program: 0,
        made_qdisc,
    };
    // SAFETY: hook and options live through the call, which fills in what the kernel chose.
    let code = unsafe { libbpf_sys::bpf_tc_attach(&raw const hook, &raw mut options) };
    if code < 0 {
        // The error that matters is the first one.
        let _ = filter.remove_qdisc();
        return Err(match -code {
            libc::EEXIST => Failure::Known(
                Error::new(
                    Kind::Busy,
                    format!("somebody else's filter has the handle {handle} at the priority {priority}"),
                )
                .with_hint("choose others, or none: the kernel finds free ones"),
            ),
            errno => Failure::Errno(errno),
        });
    }
    filter.handle = options.handle;
    filter.priority = options.priority;
    filter.program = options.prog_id;
    let ticket = Ticket::new(&Kept::Filter(filter.clone()));
    Ok(Held::Filter(filter, ticket))
}

impl Filter {
    /// Takes the filter back if it is still ours, and the queueing discipline if that is ours and nobody else filters there.
    pub(crate) fn detach(&self) -> Result<()> {
        let hook = hook(self.interface, self.egress);
        let mut found = options(self.handle, self.priority);
        // SAFETY: hook and options live through the calls.
        let (code, _) = record(|| unsafe {
            let code = libbpf_sys::bpf_tc_query(&raw const hook, &raw mut found);
            if code < 0 || found.prog_id != self.program {
                return code;
            }
            let ours = options(self.handle, self.priority);
            libbpf_sys::bpf_tc_detach(&raw const hook, &raw const ours)
        });
        match -code {
            // The filter, its discipline or the interface has gone already.
            libc::ENOENT | libc::ENODEV | libc::EINVAL => {}
            _ => raw::check(code)?,
        }
        self.remove_qdisc()
    }

    fn remove_qdisc(&self) -> Result<()> {
        if !self.made_qdisc || netlink::has_filters(self.interface)? {
            return Ok(());
        }
        let mut hook = hook(self.interface, false);
        hook.attach_point = libbpf_sys::BPF_TC_INGRESS | libbpf_sys::BPF_TC_EGRESS;
        // SAFETY: the hook lives through the call.
        let (code, _) = record(|| unsafe { libbpf_sys::bpf_tc_hook_destroy(&raw mut hook) });
        match -code {
            libc::ENOENT | libc::ENODEV | libc::EINVAL => Ok(()),
            _ => raw::check(code),
        }
    }
}

fn hook(interface: i32, egress: bool) -> libbpf_sys::bpf_tc_hook {
    libbpf_sys::bpf_tc_hook {
        sz: size_of::<libbpf_sys::bpf_tc_hook>() as libbpf_sys::size_t,
        ifindex: interface,
        attach_point: if egress {
            libbpf_sys::BPF_TC_EGRESS
        } else {
            libbpf_sys::BPF_TC_INGRESS
        },
        ..Default::default()
    }
}

fn options(handle: u32, priority: u32) -> libbpf_sys::bpf_tc_opts {
    libbpf_sys::bpf_tc_opts {
        sz: size_of::<libbpf_sys::bpf_tc_opts>() as libbpf_sys::size_t,
        handle,
        priority,
        ..Default::default()
    }
}
