//! `wit/output.wit`.

use std::io::ErrorKind;

use wasmtime::StoreContextMut;
use wasmtime::component::{Linker, WasmList};

use super::called;
use super::eunomia::bpf::output as wit;
use crate::state::State;

/// Offers it. What a tool prints is written from where it lies in the guest's memory: the generated function would be given a copy.
pub(super) fn add_to_linker(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    let write = |mut store: StoreContextMut<'_, State>, (bytes,): (WasmList<u8>,)| {
        called(store.data_mut());
        let written = store.data().session.stdout.write_all(bytes.as_le_slice(&store));
        Ok((written.map_err(|error| match error.kind() {
            ErrorKind::BrokenPipe => wit::Error::Closed,
            _ => wit::Error::Other(format!("standard output: {error}")),
        }),))
    };
    linker.instance("eunomia:bpf/output@0.1.0")?.func_wrap("write", write)
}
