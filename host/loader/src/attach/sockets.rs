//! Programs of sockets that the host opens for them.

use std::net::{Ipv4Addr, UdpSocket};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

use package::Interface;

use super::network::index;
use super::{Attached, Failure};
use crate::error::Error;
use crate::link::Held;
use crate::program::Program;
use crate::raw::last_errno;

/// `SO_ATTACH_REUSEPORT_EBPF` of `include/uapi/asm-generic/socket.h`, as on x86-64, arm64 and RISC-V.
const SO_ATTACH_REUSEPORT_EBPF: i32 = 52;

/// A packet socket that nobody reads: the program runs before the kernel looks whether there is room, and a small buffer is enough.
pub(super) fn filter(program: &Program, interface: &Interface) -> Attached {
    let index = index(interface)?;
    let every = (libc::ETH_P_ALL as u16).to_be();
    // SAFETY: three numbers. Without a protocol it receives nothing, so that no packet comes before the program.
    let socket = owned(unsafe { libc::socket(libc::AF_PACKET, libc::SOCK_RAW | libc::SOCK_CLOEXEC, 0) })?;
    set(&socket, libc::SO_RCVBUF, 1)?;
    set(&socket, libc::SO_ATTACH_BPF, program.fd()?.as_raw_fd())?;
    // SAFETY: all zeros is a value of this plain structure.
    let mut address: libc::sockaddr_ll = unsafe { std::mem::zeroed() };
    address.sll_family = libc::AF_PACKET as u16;
    address.sll_protocol = every;
    address.sll_ifindex = index;
    // SAFETY: the address lives through the call, and its size is given.
    let code = unsafe {
        libc::bind(
            socket.as_raw_fd(),
            (&raw const address).cast(),
            size_of::<libc::sockaddr_ll>() as libc::socklen_t,
        )
    };
    if code < 0 {
        return Err(Failure::Errno(last_errno()));
    }
    Ok(Held::Descriptor(socket))
}

/// A UDP socket of the group of this port. The program chooses for all of the group as long as this one is in it.
pub(super) fn reuseport(program: &Program, port: u16) -> Attached {
    // SAFETY: three numbers.
    let socket = owned(unsafe { libc::socket(libc::AF_INET, libc::SOCK_DGRAM | libc::SOCK_CLOEXEC, 0) })?;
    set(&socket, libc::SO_REUSEPORT, 1)?;
    // SAFETY: all zeros is a value of this plain structure.
    let mut address: libc::sockaddr_in = unsafe { std::mem::zeroed() };
    address.sin_family = libc::AF_INET as u16;
    address.sin_port = port.to_be();
    address.sin_addr.s_addr = u32::from(Ipv4Addr::LOCALHOST).to_be();
    // SAFETY: the address lives through the call, and its size is given.
    let code = unsafe {
        libc::bind(
            socket.as_raw_fd(),
            (&raw const address).cast(),
            size_of::<libc::sockaddr_in>() as libc::socklen_t,
        )
    };
    if code < 0 {
        return Err(Failure::Known(
            Error::from_errno(last_errno())
                .context(format!("UDP port {port} of the loopback cannot be shared"))
                .with_hint("every socket of the port needs SO_REUSEPORT, and the same user"),
        ));
    }
    set(&socket, SO_ATTACH_REUSEPORT_EBPF, program.fd()?.as_raw_fd())?;
    Ok(Held::Descriptor(UdpSocket::from(socket).into()))
}

fn owned(fd: i32) -> Result<OwnedFd, Failure> {
    if fd < 0 {
        return Err(Failure::Errno(last_errno()));
    }
    // SAFETY: the kernel has just made the descriptor, and nobody else has it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

fn set(socket: &OwnedFd, option: i32, value: i32) -> Result<(), Failure> {
    // SAFETY: the value lives through the call, and its size is given.
    let code = unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            libc::SOL_SOCKET,
            option,
            (&raw const value).cast(),
            size_of::<i32>() as libc::socklen_t,
        )
    };
    if code < 0 {
        Err(Failure::Errno(last_errno()))
    } else {
        Ok(())
    }
}
