//! `wit/symbols.wit`.

use symbols::{Detail, Space, Symbol};

use super::eunomia::bpf::symbols as wit;
use crate::state::State;

/// The most addresses of one call: far more than a stack has, few enough to be looked up in a moment.
const MOST_ADDRESSES: usize = 4096;

impl wit::Host for State {
    fn resolve(
        &mut self,
        space: wit::Space,
        addresses: Vec<u64>,
        lines: bool,
    ) -> wasmtime::Result<Result<Vec<Option<wit::Symbol>>, wit::Error>> {
        if !self.session.symbols {
            return Ok(Err(wit::Error::Denied(
                "this tool may not have the names of addresses\nhint: `ecli run --allow-symbols` allows it".to_owned(),
            )));
        }
        if addresses.len() > MOST_ADDRESSES {
            return Ok(Err(wit::Error::Other(format!(
                "{} addresses in one call are too many: at most {MOST_ADDRESSES} are looked up",
                addresses.len()
            ))));
        }
        let space = match space {
            wit::Space::Kernel => Space::Kernel,
            wit::Space::Process(pid) => Space::Process(pid),
        };
        let detail = if lines { Detail::Lines } else { Detail::Names };
        Ok(match self.symbols.resolve(space, &addresses, detail) {
            Ok(found) => Ok(found.into_iter().map(|found| found.map(symbol)).collect()),
            Err(error) => Err(wit::Error::Other(error.to_string())),
        })
    }
}

fn symbol(of: Symbol) -> wit::Symbol {
    wit::Symbol {
        name: of.name,
        offset: of.offset,
        module: of.module,
        file: of.file,
        line: of.line,
    }
}
