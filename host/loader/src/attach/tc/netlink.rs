//! The one question about filters that libbpf does not ask: whether there are any.

use rustix::net::netlink::SocketAddrNetlink;
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, recv, sendto, socket_with};

use crate::error::Result;

/// `include/uapi/linux/rtnetlink.h`, `netlink.h` and `pkt_sched.h`.
const RTM_NEWTFILTER: u16 = 44;
const RTM_GETTFILTER: u16 = 46;
const NLMSG_ERROR: u16 = 2;
const NLMSG_DONE: u16 = 3;
/// `NLM_F_REQUEST | NLM_F_DUMP`.
const DUMP: u16 = 0x301;
/// `TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS)` and the same of egress.
const PARENTS: [u32; 2] = [0xffff_fff2, 0xffff_fff3];
const HEADER: usize = 16;

/// Whether anybody has a filter at the `clsact` discipline of an interface.
pub(super) fn has_filters(interface: i32) -> Result<bool> {
    for parent in PARENTS {
        if asks(interface, parent)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn asks(interface: i32, parent: u32) -> Result<bool> {
    let socket = socket_with(
        AddressFamily::NETLINK,
        SocketType::RAW,
        SocketFlags::CLOEXEC,
        // `NETLINK_ROUTE` is 0, the protocol of who names none.
        None,
    )?;
    // `struct nlmsghdr`, then `struct tcmsg`.
    let mut request = Vec::with_capacity(HEADER + 20);
    request.extend((HEADER as u32 + 20).to_ne_bytes());
    request.extend(RTM_GETTFILTER.to_ne_bytes());
    request.extend(DUMP.to_ne_bytes());
    request.extend([0; 8]);
    request.extend([0; 4]);
    request.extend(interface.to_ne_bytes());
    request.extend([0; 4]);
    request.extend(parent.to_ne_bytes());
    request.extend([0; 4]);
    sendto(&socket, &request, SendFlags::empty(), &SocketAddrNetlink::new(0, 0))?;
    let mut buffer = vec![0; 32 * 1024];
    loop {
        let (length, _) = recv(&socket, buffer.as_mut_slice(), RecvFlags::empty())?;
        let mut left = buffer.get(..length).unwrap_or_default();
        while let Some((kind, rest)) = message(left) {
            match kind {
                RTM_NEWTFILTER => return Ok(true),
                // An error is that there is no such discipline, and so no filter.
                NLMSG_DONE | NLMSG_ERROR => return Ok(false),
                _ => left = rest,
            }
        }
        if length == 0 {
            return Ok(false);
        }
    }
}

/// The type of the first message, and what comes after it.
fn message(bytes: &[u8]) -> Option<(u16, &[u8])> {
    let length = u32::from_ne_bytes(bytes.get(..4)?.try_into().ok()?) as usize;
    let kind = u16::from_ne_bytes(bytes.get(4..6)?.try_into().ok()?);
    if length < HEADER {
        return None;
    }
    Some((kind, bytes.get(length.next_multiple_of(4)..).unwrap_or_default()))
}
