//! `wit/session.wit`.

use wasmtime::component::Resource;
use wasmtime_wasi::p2::DynPollable;

use super::eunomia::bpf::session as wit;
use super::eunomia::bpf::types::OutputOptions;
use super::object::Skeleton;
use super::types;
use crate::poll::Readable;
use crate::state::State;

impl wit::Host for State {
    fn get_skeleton(&mut self) -> wasmtime::Result<Option<Resource<Skeleton>>> {
        let Some(skeleton) = self.session.skeleton.clone() else {
            return Ok(None);
        };
        Ok(Some(self.table.push(skeleton)?))
    }

    fn output(&mut self) -> wasmtime::Result<OutputOptions> {
        self.knows_output = true;
        Ok(types::output_options(&self.session.output))
    }

    fn stop_requested(&mut self) -> wasmtime::Result<bool> {
        Ok(self.session.stop.is_requested())
    }

    fn subscribe_stop(&mut self) -> wasmtime::Result<Resource<DynPollable>> {
        let readable = Readable::new(&[self.session.stop.fd()], self.session.stop.deadline())?;
        let resource = self.table.push(readable)?;
        wasmtime_wasi::p2::subscribe(&mut self.table, resource)
    }

    fn set_exit_code(&mut self, code: u8) -> wasmtime::Result<()> {
        self.exit_code = Some(code);
        Ok(())
    }
}
