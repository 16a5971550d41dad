//! The looking up itself.

use std::num::NonZeroU32;

use blazesym::symbolize::source::{Kernel, Process, Source};
use blazesym::symbolize::{Input, Symbolized, Symbolizer};
use blazesym::{ErrorKind, MaybeDefault, Pid};

use crate::{Space, Symbol};

/// Looks names up, and remembers what it has read for that.
#[derive(Debug)]
pub(crate) struct Lookup {
    symbolizer: Symbolizer,
    kernel: Kernel,
}

impl Lookup {
    /// It reads nothing yet.
    pub(crate) fn new() -> Self {
        let symbolizer = Symbolizer::builder()
            .enable_code_info(true)
            .enable_inlined_fns(false)
            .enable_demangling(true)
            .build();
        Self {
            symbolizer,
            kernel: Kernel::default(),
        }
    }

    /// As [`Symbols::resolve`](crate::Symbols::resolve); an error is the reason alone.
    pub(crate) fn resolve(&mut self, space: Space, addresses: &[u64]) -> Result<Vec<Option<Symbol>>, String> {
        let found = match space {
            Space::Kernel => self.kernel(addresses),
            Space::Process(pid) => self.process(pid, addresses),
        };
        match found {
            Ok(found) => Ok(found),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(vec![None; addresses.len()]),
            Err(error) if error.kind() == ErrorKind::PermissionDenied => Err("permission denied".to_owned()),
            Err(error) => Err(format!("{error:#}")),
        }
    }

    fn kernel(&mut self, addresses: &[u64]) -> blazesym::Result<Vec<Option<Symbol>>> {
        match self.look_up(&Source::Kernel(self.kernel.clone()), addresses) {
            // An image whose debug information does not fit, or whose place in memory nobody may know: then without.
            Err(_) if matches!(self.kernel.vmlinux, MaybeDefault::Default) => {
                self.kernel.vmlinux = MaybeDefault::None;
                self.look_up(&Source::Kernel(self.kernel.clone()), addresses)
            }
            found => found,
        }
    }

    fn process(&self, pid: u32, addresses: &[u64]) -> blazesym::Result<Vec<Option<Symbol>>> {
        let Some(pid) = NonZeroU32::new(pid) else {
            // The idle task has no memory of its own.
            return Ok(vec![None; addresses.len()]);
        };
        self.look_up(&Source::Process(Process::new(Pid::Pid(pid))), addresses)
    }

    fn look_up(&self, source: &Source<'_>, addresses: &[u64]) -> blazesym::Result<Vec<Option<Symbol>>> {
        let found = self.symbolizer.symbolize(source, Input::AbsAddr(addresses))?;
        Ok(found.into_iter().map(symbol).collect())
    }
}

fn symbol(found: Symbolized<'_>) -> Option<Symbol> {
    let Symbolized::Sym(found) = found else { return None };
    let code = found.code_info;
    Some(Symbol {
        name: found.name.into_owned(),
        offset: found.offset as u64,
        module: found.module.map(|module| module.to_string_lossy().into_owned()),
        line: code.as_ref().and_then(|code| code.line),
        file: code.map(|code| code.file.to_string_lossy().into_owned()),
    })
}
