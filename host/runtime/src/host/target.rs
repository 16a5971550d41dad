//! `wit/program.wit`, the targets: from what a guest says to what the loader attaches to.

use package::{
    CgroupMode, Direction, Interface, Netfilter, PerfEvent, ProbePoint, SampleRate, Target, Uprobe, XdpMode,
};

use super::eunomia::bpf::program as wit;

/// A target that has a name. None for what the program was loaded for, and for maps, which have handles.
pub(super) fn named(target: wit::Target) -> Option<Target> {
    Some(match target {
        wit::Target::Trace | wit::Target::SockMap(_) | wit::Target::MapIterator(_) | wit::Target::StructOps(_) => {
            return None;
        }
        wit::Target::Tracepoint(to) => Target::Tracepoint {
            category: to.category,
            name: to.name,
        },
        wit::Target::RawTracepoint(name) => Target::RawTracepoint(name),
        wit::Target::LsmCgroup(path) => Target::Cgroup {
            path,
            mode: CgroupMode::Multi,
        },
        wit::Target::Kprobe(to) => Target::Kprobe {
            function: to.function,
            offset: to.offset,
            point: point(to.point),
        },
        wit::Target::KprobeMulti(to) => Target::KprobeMulti {
            functions: to.functions,
            point: point(to.point),
        },
        wit::Target::Ksyscall(to) => Target::Ksyscall {
            name: to.name,
            point: point(to.point),
        },
        wit::Target::Uprobe(to) => Target::Uprobe(Uprobe {
            path: to.path,
            function: to.function,
            offset: to.offset,
            pid: to.pid,
            point: point(to.point),
            semaphore: to.semaphore,
        }),
        wit::Target::UprobeMulti(to) => Target::UprobeMulti {
            path: to.path,
            functions: to.functions,
            pid: to.pid,
            point: point(to.point),
        },
        wit::Target::Usdt(to) => Target::Usdt {
            path: to.path,
            provider: to.provider,
            name: to.name,
            pid: to.pid,
        },
        wit::Target::PerfEvent(to) => Target::PerfEvent(PerfEvent {
            kind: to.type_,
            config: to.config,
            rate: match to.rate {
                wit::SampleRate::Frequency(frequency) => SampleRate::Frequency(frequency),
                wit::SampleRate::Period(period) => SampleRate::Period(period),
            },
            cpu: to.cpu,
            pid: to.pid,
        }),
        wit::Target::Xdp(to) => Target::Xdp {
            interface: Interface::Name(to.interface),
            mode: match to.mode {
                wit::XdpMode::Automatic => XdpMode::Automatic,
                wit::XdpMode::Driver => XdpMode::Driver,
                wit::XdpMode::Generic => XdpMode::Generic,
                wit::XdpMode::Hardware => XdpMode::Hardware,
            },
        },
        wit::Target::Tc(to) => Target::Tc {
            interface: Interface::Name(to.interface),
            direction: direction(to.direction),
            handle: to.handle,
            priority: to.priority,
        },
        wit::Target::Tcx(to) => Target::Tcx {
            interface: Interface::Name(to.interface),
            direction: direction(to.direction),
        },
        wit::Target::Netkit(to) => Target::Netkit {
            interface: Interface::Name(to.interface),
            direction: direction(to.direction),
        },
        wit::Target::Cgroup(to) => Target::Cgroup {
            path: to.path,
            mode: match to.mode {
                wit::CgroupMode::Multi => CgroupMode::Multi,
                wit::CgroupMode::Override => CgroupMode::Override,
                wit::CgroupMode::Exclusive => CgroupMode::Exclusive,
            },
        },
        wit::Target::NetworkNamespace(path) => Target::NetworkNamespace(path),
        wit::Target::SocketFilter(interface) => Target::SocketFilter(Interface::Name(interface)),
        wit::Target::SkReuseport(port) => Target::SkReuseport(port),
        wit::Target::Netfilter(to) => Target::Netfilter(Netfilter {
            family: to.family,
            hook: to.hook,
            priority: to.priority,
            defragment: to.defragment,
        }),
        wit::Target::Iterator => Target::Iterator,
        wit::Target::CgroupIterator(path) => Target::CgroupIterator(path),
        wit::Target::TaskIterator(pid) => Target::TaskIterator(pid),
    })
}

fn point(point: wit::ProbePoint) -> ProbePoint {
    match point {
        wit::ProbePoint::Entry => ProbePoint::Entry,
        wit::ProbePoint::Return => ProbePoint::Return,
        wit::ProbePoint::Session => ProbePoint::Session,
    }
}

fn direction(direction: wit::Direction) -> Direction {
    match direction {
        wit::Direction::Ingress => Direction::Ingress,
        wit::Direction::Egress => Direction::Egress,
    }
}
