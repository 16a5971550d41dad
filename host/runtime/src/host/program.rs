//! `wit/program.wit`.

use std::sync::{Arc, Mutex, PoisonError};

use wasmtime::component::Resource;

use super::eunomia::bpf::program as wit;
use super::text;
use crate::state::State;

/// An attachment that both the guest and the end of the run can take.
#[expect(unreachable_pub, reason = "the generated bindings export it again")]
pub struct Link(Arc<Mutex<Option<loader::Link>>>);

impl Link {
    fn take(&self) -> Option<loader::Link> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl State {
    /// Hand a link to the guest.
    pub(super) fn push_link(&mut self, link: loader::Link) -> wasmtime::Result<Resource<Link>> {
        let link = Link(self.keep_link(link));
        Ok(self.table.push(link)?)
    }
}

impl wit::Host for State {
    fn detach(&mut self, links: Vec<Resource<Link>>) -> wasmtime::Result<Result<(), wit::Error>> {
        let links = links
            .into_iter()
            .map(|link| Ok(self.table.delete(link)?.take()))
            .filter_map(wasmtime::Result::transpose)
            .collect::<wasmtime::Result<Vec<_>>>()?;
        Ok(loader::detach_all(links).map_err(|error| failure(&error)))
    }
}

impl wit::HostProgram for State {
    fn name(&mut self, this: Resource<loader::Program>) -> wasmtime::Result<String> {
        Ok(self.table.get(&this)?.name().to_string())
    }

    fn id(&mut self, this: Resource<loader::Program>) -> wasmtime::Result<u32> {
        self.table
            .get(&this)?
            .id()
            .map_err(|error| wasmtime::Error::msg(text(&error)))
    }

    fn attach(&mut self, this: Resource<loader::Program>) -> wasmtime::Result<Result<Resource<Link>, wit::Error>> {
        let attached = self.table.get(&this)?.attach();
        self.attached(attached)
    }

    fn attach_to(
        &mut self,
        this: Resource<loader::Program>,
        target: wit::Target,
    ) -> wasmtime::Result<Result<Resource<Link>, wit::Error>> {
        let program = self.table.get(&this)?;
        let attached = match target {
            wit::Target::Tracepoint(to) => program.attach_tracepoint(&to.category, &to.name),
            wit::Target::RawTracepoint(name) => program.attach_raw_tracepoint(&name),
            wit::Target::Trace => program.attach_trace(),
            other => return Ok(Err(wit::Error::Unsupported(unsupported(program.name(), &other)))),
        };
        self.attached(attached)
    }

    fn run(
        &mut self,
        this: Resource<loader::Program>,
        context: Vec<u8>,
    ) -> wasmtime::Result<Result<wit::RunResult, wit::Error>> {
        let run = self.table.get(&this)?.run(&context);
        Ok(run
            .map(|ran| wit::RunResult {
                value: ran.value,
                context: ran.context,
            })
            .map_err(|error| failure(&error)))
    }

    fn drop(&mut self, this: Resource<loader::Program>) -> wasmtime::Result<()> {
        self.table.delete(this)?;
        Ok(())
    }
}

impl wit::HostLink for State {
    fn target(&mut self, this: Resource<Link>) -> wasmtime::Result<String> {
        let link = self.table.get(&this)?;
        let held = link.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(held.as_ref().map(|link| link.target().to_string()).unwrap_or_default())
    }

    fn read(&mut self, this: Resource<Link>) -> wasmtime::Result<Result<Vec<u8>, wit::Error>> {
        self.table.get(&this)?;
        Ok(Err(wit::Error::Unsupported(
            "reading an iterator is part of the contract and this host does not do it yet".into(),
        )))
    }

    fn drop(&mut self, this: Resource<Link>) -> wasmtime::Result<()> {
        drop(self.table.delete(this)?.take());
        Ok(())
    }
}

impl State {
    fn attached(
        &mut self,
        attached: loader::Result<loader::Link>,
    ) -> wasmtime::Result<Result<Resource<Link>, wit::Error>> {
        match attached {
            Ok(link) => Ok(Ok(self.push_link(link)?)),
            Err(error) => Ok(Err(failure(&error))),
        }
    }
}

fn unsupported(program: &str, target: &wit::Target) -> String {
    let case = match target {
        wit::Target::Tracepoint(_) => "tracepoint",
        wit::Target::RawTracepoint(_) => "raw-tracepoint",
        wit::Target::Trace => "trace",
        wit::Target::LsmCgroup(_) => "lsm-cgroup",
        wit::Target::Kprobe(_) => "kprobe",
        wit::Target::KprobeMulti(_) => "kprobe-multi",
        wit::Target::Ksyscall(_) => "ksyscall",
        wit::Target::Uprobe(_) => "uprobe",
        wit::Target::UprobeMulti(_) => "uprobe-multi",
        wit::Target::Usdt(_) => "usdt",
        wit::Target::PerfEvent(_) => "perf-event",
        wit::Target::Xdp(_) => "xdp",
        wit::Target::Tc(_) => "tc",
        wit::Target::Tcx(_) => "tcx",
        wit::Target::Netkit(_) => "netkit",
        wit::Target::Cgroup(_) => "cgroup",
        wit::Target::SockMap(_) => "sock-map",
        wit::Target::NetworkNamespace(_) => "network-namespace",
        wit::Target::SocketFilter(_) => "socket-filter",
        wit::Target::SkReuseport(_) => "sk-reuseport",
        wit::Target::Netfilter(_) => "netfilter",
        wit::Target::Iterator => "iterator",
        wit::Target::MapIterator(_) => "map-iterator",
        wit::Target::CgroupIterator(_) => "cgroup-iterator",
        wit::Target::TaskIterator(_) => "task-iterator",
        wit::Target::StructOps(_) => "struct-ops",
    };
    format!("program {program}: the target {case} is part of the contract and this host does not attach to it yet")
}

fn failure(error: &loader::Error) -> wit::Error {
    use loader::Kind;
    let text = text(error);
    match error.kind() {
        Kind::NotFound => wit::Error::NotFound(text),
        Kind::InvalidInput => wit::Error::Mismatch(text),
        Kind::NoBtf | Kind::NoTracefs | Kind::KernelLacks => wit::Error::Unavailable(text),
        Kind::Denied => wit::Error::Denied(text),
        Kind::Unsupported => wit::Error::Unsupported(text),
        _ => wit::Error::Other(text),
    }
}
