//! `wit/output.wit`.

use super::eunomia::bpf::output as wit;
use crate::state::State;

impl wit::Host for State {
    fn write(&mut self, bytes: Vec<u8>) -> wasmtime::Result<Result<(), wit::Error>> {
        Ok(self
            .session
            .stdout
            .write_all(&bytes)
            .map_err(|error| match error.kind() {
                std::io::ErrorKind::BrokenPipe => wit::Error::Closed,
                _ => wit::Error::Other(format!("standard output: {error}")),
            }))
    }
}
