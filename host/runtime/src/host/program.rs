//! `wit/program.wit`.

use std::sync::{Arc, Mutex, PoisonError};

use loader::MapTarget;
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
        let attached = self.attach_program(&this, target, None)?;
        self.attached(attached)
    }

    fn attach_with_cookie(
        &mut self,
        this: Resource<loader::Program>,
        target: wit::Target,
        cookie: u64,
    ) -> wasmtime::Result<Result<Resource<Link>, wit::Error>> {
        let attached = self.attach_program(&this, target, Some(cookie))?;
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

    fn run_on_packet(
        &mut self,
        this: Resource<loader::Program>,
        packet: Vec<u8>,
        context: Vec<u8>,
    ) -> wasmtime::Result<Result<wit::PacketResult, wit::Error>> {
        let run = self.table.get(&this)?.run_on_packet(&packet, &context);
        Ok(run
            .map(|(value, packet)| wit::PacketResult { value, packet })
            .map_err(|error| failure(&error)))
    }

    fn insert(
        &mut self,
        this: Resource<loader::Program>,
        map: Resource<loader::Map>,
        key: Vec<u8>,
    ) -> wasmtime::Result<Result<(), wit::Error>> {
        let (program, map) = (self.table.get(&this)?, self.table.get(&map)?);
        Ok(program.insert(map, &key).map_err(|error| match error.kind() {
            // It is the map that lacks it, not the kernel.
            loader::Kind::KernelLacks | loader::Kind::Full => wit::Error::Mismatch(text(&error)),
            _ => failure(&error),
        }))
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
        let link = Arc::clone(&self.table.get(&this)?.0);
        let held = link.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(link) = held.as_ref() else {
            return Ok(Err(wit::Error::Other("the link is detached".into())));
        };
        Ok(link.read().map_err(|error| failure(&error)))
    }

    fn drop(&mut self, this: Resource<Link>) -> wasmtime::Result<()> {
        drop(self.table.delete(this)?.take());
        Ok(())
    }
}

impl State {
    fn attach_program(
        &self,
        this: &Resource<loader::Program>,
        target: wit::Target,
        cookie: Option<u64>,
    ) -> wasmtime::Result<loader::Result<loader::Link>> {
        let program = self.table.get(this)?;
        let on_map = match &target {
            wit::Target::SockMap(map) => Some(MapTarget::Sockets(self.table.get(map)?)),
            wit::Target::MapIterator(map) => Some(MapTarget::Elements(self.table.get(map)?)),
            wit::Target::StructOps(map) => Some(MapTarget::StructOps(self.table.get(map)?)),
            _ => None,
        };
        Ok(match (on_map, super::target::named(target)) {
            (Some(map), _) => program.attach_to_map(map),
            (None, Some(target)) => program.attach_to(&target, cookie),
            (None, None) => program.attach_trace(cookie),
        })
    }

    fn attached(
        &mut self,
        attached: loader::Result<loader::Link>,
    ) -> wasmtime::Result<Result<Resource<Link>, wit::Error>> {
        match attached {
            Ok(link) => Ok(Ok(self.push_link(link)?)),
            Err(error) => Ok(Err(failure(&self.explained(error)))),
        }
    }
}

fn failure(error: &loader::Error) -> wit::Error {
    use loader::Kind;
    let text = text(error);
    match error.kind() {
        Kind::NotFound => wit::Error::NotFound(text),
        Kind::InvalidInput => wit::Error::Mismatch(text),
        Kind::NoBtf | Kind::NoTracefs | Kind::KernelLacks => wit::Error::Unavailable(text),
        Kind::Busy => wit::Error::Busy(text),
        Kind::Denied => wit::Error::Denied(text),
        Kind::Unsupported => wit::Error::Unsupported(text),
        _ => wit::Error::Other(text),
    }
}
