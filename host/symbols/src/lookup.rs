//! The looking up itself.

use std::fs;
use std::num::NonZeroU32;
use std::path::PathBuf;

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
        let mut process = Process::new(Pid::Pid(pid));
        process.debug_syms = detail == Detail::Lines;
        // A file in a folder that anybody writes to: it may be a pipe, or a link to what nobody should see.
        process.perf_map = false;
        let source = Source::Process(process);
        self.look_up(&source, addresses).or_else(|error| {
            // One damaged file is no reason why the functions of all others should have no names.
            let files = by_file(pid, addresses);
            if files.len() < 2 {
                return Err(error);
            }
            let mut names = Vec::new();
            let mut failed = 0;
            for addresses in &files {
                match self.look_up(&source, addresses) {
                    Ok(found) => names.extend(addresses.iter().copied().zip(found)),
                    Err(_) => failed += 1,
                }
            }
            if failed == files.len() {
                return Err(error);
            }
            let name = |address: &u64| names.iter().find(|(known, _)| known == address)?.1.clone();
            Ok(addresses.iter().map(name).collect())
        })
    }

    fn look_up(&self, source: &Source<'_>, addresses: &[u64]) -> blazesym::Result<Vec<Option<Symbol>>> {
        let found = self.symbolizer.symbolize(source, Input::AbsAddr(addresses))?;
        Ok(found.into_iter().map(symbol).collect())
    }
}

/// The addresses that lie in one file, for each that a process has mapped (`proc_pid_maps(5)`), and those that lie in none. No list is
/// empty, and no address is there twice.
fn by_file(pid: NonZeroU32, addresses: &[u64]) -> Vec<Vec<u64>> {
    let maps = fs::read(format!("/proc/{pid}/maps")).unwrap_or_default();
    let maps = String::from_utf8_lossy(&maps);
    let mut files: Vec<(_, Vec<u64>)> = Vec::new();
    let mut rest = addresses.to_vec();
    rest.sort_unstable();
    rest.dedup();
    for line in maps.lines() {
        let mut fields = line.split_ascii_whitespace();
        let (range, file) = (fields.next().unwrap_or_default(), (fields.nth(2), fields.next()));
        let parse = |number| u64::from_str_radix(number, 16).ok();
        let Some((Some(start), Some(end))) = range.split_once('-').map(|(start, end)| (parse(start), parse(end)))
        else {
            continue;
        };
        let before = |end: u64| rest.partition_point(|address| *address < end);
        let inside = before(start)..before(end).max(before(start));
        if !inside.is_empty() {
            let inside = rest.drain(inside);
            match files.iter_mut().find(|(known, _)| *known == file) {
                Some((_, addresses)) => addresses.extend(inside),
                None => files.push((file, inside.collect())),
            }
        }
    }
    let mut files: Vec<_> = files.into_iter().map(|(_, addresses)| addresses).collect();
    files.extend(Some(rest).filter(|rest| !rest.is_empty()));
    files
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
