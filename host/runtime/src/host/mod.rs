//! The host's side of the contract: one file for each interface under `wit/`, of the same name.

mod events;
mod map;
mod object;
mod output;
mod program;
mod session;
mod symbols;
mod target;
mod types;

pub use object::Skeleton;

use wasmtime::component::{HasSelf, Linker};

use crate::state::State;

wasmtime::component::bindgen!({
    path: "../../wit",
    world: "eunomia:bpf/host",
    imports: { default: trappable },
    require_store_data_send: true,
    with: {
        "wasi:io/poll": wasmtime_wasi::p2::bindings::sync::io::poll,
        "eunomia:bpf/object.skeleton": object::Skeleton,
        "eunomia:bpf/object.open-object": object::OpenObject,
        "eunomia:bpf/object.object": loader::Object,
        "eunomia:bpf/program.program": loader::Program,
        "eunomia:bpf/program.link": program::Link,
        "eunomia:bpf/map.map": loader::Map,
        "eunomia:bpf/events.event-source": events::EventSource,
    },
});

/// Every call of the contract passes here: a guest that makes none for long is stopped.
fn called(state: &mut State) -> &mut State {
    state.calls = state.calls.wrapping_add(1);
    state
}

/// Offer the contract to every guest of this linker.
pub(crate) fn add_to_linker(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    use eunomia::bpf;
    bpf::types::add_to_linker::<_, HasSelf<_>>(linker, called)?;
    bpf::session::add_to_linker::<_, HasSelf<_>>(linker, called)?;
    bpf::object::add_to_linker::<_, HasSelf<_>>(linker, called)?;
    bpf::program::add_to_linker::<_, HasSelf<_>>(linker, called)?;
    bpf::map::add_to_linker::<_, HasSelf<_>>(linker, called)?;
    bpf::events::add_to_linker::<_, HasSelf<_>>(linker, called)?;
    output::add_to_linker(linker)?;
    bpf::symbols::add_to_linker::<_, HasSelf<_>>(linker, called)
}

impl State {
    /// An error of loading or attaching, with the hint that the session has where the loader knows none.
    fn explained(&self, error: loader::Error) -> loader::Error {
        match &self.session.unexplained {
            Some(hint) => error.or_hint(hint),
            None => error,
        }
    }
}

/// An error of the loader in the words of the contract: what, where and why in its chain, the lines of C and the verifier's
/// log where it refused a program, and a hint on a line of its own.
fn text(error: &loader::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(found) = cause {
        text.push_str(": ");
        text.push_str(&found.to_string());
        cause = found.source();
    }
    for line in error.source_lines() {
        text.push_str("\n  at ");
        text.push_str(line);
    }
    if let Some(log) = error.verifier_log() {
        text.push('\n');
        text.push_str(log.trim_end());
    }
    if let Some(hint) = error.hint() {
        text.push_str("\nhint: ");
        text.push_str(hint);
    }
    text
}
