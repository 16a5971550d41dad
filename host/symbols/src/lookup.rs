//! The looking up itself.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::slice;

use blazesym::symbolize::source::{Kernel, Process, Source};
use blazesym::symbolize::{Input, Symbolized, Symbolizer};
use blazesym::{ErrorKind, MaybeDefault, Pid};

use crate::process::{Found, Question};
use crate::{Detail, Space, Symbol};

/// Looks names up, and remembers what it has read for that.
#[derive(Debug)]
pub(crate) struct Lookup {
    symbolizer: Symbolizer,
    /// The kernel's image on disk.
    image: MaybeDefault<PathBuf>,
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
            image: MaybeDefault::Default,
        }
    }

    /// As [`Symbols::resolve`](crate::Symbols::resolve); an error is the reason alone.
    pub(crate) fn resolve(&mut self, question: &Question) -> Found {
        let (addresses, detail) = (question.addresses.as_slice(), question.detail);
        let found = match question.space {
            Space::Kernel => self.kernel(addresses, detail),
            Space::Process(pid) => self.process(pid, addresses, detail),
        };
        match found {
            Ok(found) => Ok(found),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(vec![None; addresses.len()]),
            Err(error) if error.kind() == ErrorKind::PermissionDenied => Err("permission denied".to_owned()),
            // Its text may have parts of somebody else's file.
            Err(error) => Err(error.kind().to_string()),
        }
    }

    fn kernel(&mut self, addresses: &[u64], detail: Detail) -> blazesym::Result<Vec<Option<Symbol>>> {
        if detail == Detail::Names {
            // What the kernel itself says; an image on disk has lines besides.
            return self.look_up(&kernel(MaybeDefault::None), addresses);
        }
        match self.look_up(&kernel(self.image.clone()), addresses) {
            // An image whose debug information does not fit, or whose place in memory nobody may know: then without.
            Err(_) if matches!(self.image, MaybeDefault::Default) => {
                self.image = MaybeDefault::None;
                self.look_up(&kernel(MaybeDefault::None), addresses)
            }
            found => found,
        }
    }

    fn process(&self, pid: u32, addresses: &[u64], detail: Detail) -> blazesym::Result<Vec<Option<Symbol>>> {
        let Some(pid) = NonZeroU32::new(pid) else {
            // The idle task has no memory of its own.
            return Ok(vec![None; addresses.len()]);
        };
        let found = self.mapped(pid, addresses, detail == Detail::Lines)?;
        if detail == Detail::Lines || found.iter().all(Option::is_some) {
            return Ok(found);
        }
        // Files in the process have most names. Those beside them, which take longer to read, are for what these lack.
        let is_nameless = |(_, found): &(&u64, &Option<Symbol>)| found.is_none();
        let nameless: Vec<u64> = addresses
            .iter()
            .zip(&found)
            .filter(is_nameless)
            .map(|(address, _)| *address)
            .collect();
        let Ok(others) = self.mapped(pid, &nameless, true) else {
            return Ok(found);
        };
        let mut others = others.into_iter().map(|symbol| {
            symbol.map(|symbol| Symbol {
                file: None,
                line: None,
                ..symbol
            })
        });
        Ok(found
            .into_iter()
            .map(|symbol| symbol.or_else(|| others.next().flatten()))
            .collect())
    }

    /// Looks up in the files that a process has mapped and, if so asked, in their debug information, wherever that is.
    fn mapped(&self, pid: NonZeroU32, addresses: &[u64], debug: bool) -> blazesym::Result<Vec<Option<Symbol>>> {
        let mut process = Process::new(Pid::Pid(pid));
        process.debug_syms = debug;
        // A file in a folder that anybody writes to: it may be a pipe, or a link to what nobody should see.
        process.perf_map = false;
        let source = Source::Process(process);
        let error = match self.look_up(&source, addresses) {
            Err(error) if addresses.len() > 1 && error.kind() != ErrorKind::PermissionDenied => error,
            found => return found,
        };
        // One damaged file is no reason why the functions of all others should have no names.
        let found: Vec<_> = addresses
            .iter()
            .map(|address| self.look_up(&source, slice::from_ref(address)).ok()?.pop()?)
            .collect();
        match found.iter().any(Option::is_some) {
            true => Ok(found),
            false => Err(error),
        }
    }

    fn look_up(&self, source: &Source<'_>, addresses: &[u64]) -> blazesym::Result<Vec<Option<Symbol>>> {
        let found = self.symbolizer.symbolize(source, Input::AbsAddr(addresses))?;
        Ok(found.into_iter().map(symbol).collect())
    }
}

fn kernel(image: MaybeDefault<PathBuf>) -> Source<'static> {
    Source::Kernel(Kernel {
        vmlinux: image,
        ..Kernel::default()
    })
}

fn symbol(found: Symbolized<'_>) -> Option<Symbol> {
    let Symbolized::Sym(found) = found else { return None };
    let code = found.code_info;
    Some(Symbol {
        name: shortened(&found.name),
        offset: found.offset as u64,
        module: found.module.map(|module| shortened(&module.to_string_lossy())),
        line: code.as_ref().and_then(|code| code.line),
        file: code.map(|code| shortened(&code.file.to_string_lossy())),
    })
}

/// A name that may be anybody's, no longer than a path can be.
fn shortened(name: &str) -> String {
    const LONGEST: usize = 4096;
    name.get(..name.floor_char_boundary(LONGEST))
        .unwrap_or_default()
        .to_owned()
}
