//! The ELF of a BPF object: sections and symbols, borrowed from its bytes.
//!
//! The layout is that of the System V ABI, chapter 4 (object files); only 64-bit objects in the host's byte order are
//! read. A reader of our own because names must be bounded: a hostile string table without a NUL would otherwise be
//! scanned once a symbol.

use std::collections::HashMap;

use crate::error::Error;
use crate::limits;

const RELOCATABLE: u16 = 1;
const MACHINE_BPF: u16 = 247;
const SECTION_HEADER: usize = 64;

const SHT_PROGBITS: u32 = 1;
const SHT_NOBITS: u32 = 8;
const SHT_REL: u32 = 9;
const SHF_EXECINSTR: u64 = 4;

/// A BPF object's sections by index, and its symbols in file order.
pub(crate) struct Elf<'a> {
    pub(crate) sections: Vec<Section<'a>>,
    pub(crate) symbols: Vec<Symbol<'a>>,
    table: SymbolTable<'a>,
}

pub(crate) struct Section<'a> {
    pub(crate) name: &'a str,
    /// Empty for a section without bytes in the file.
    pub(crate) data: &'a [u8],
    pub(crate) size: u64,
    pub(crate) content: Content,
    /// For relocations, the section that they change.
    pub(crate) info: u32,
    link: u32,
    kind: u32,
}

impl Section<'_> {
    /// Whether it is a list of relocations as BPF objects have them.
    pub(crate) fn is_relocations(&self) -> bool {
        self.kind == SHT_REL
    }
}

/// What a section is to the loader.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Content {
    Code,
    Data,
    Zeros,
    Other,
}

/// The number of `N` bytes at `offset`, in the host's byte order.
macro_rules! number {
    ($bytes:expr, $offset:expr, $type:ty) => {
        $bytes
            .get($offset..)
            .and_then(|rest| rest.first_chunk())
            .map(|chunk| <$type>::from_ne_bytes(*chunk))
            .ok_or_else(|| Error::object("the ELF is cut off"))
    };
}

mod symbols;

pub(crate) use symbols::Symbol;
use symbols::SymbolTable;

impl<'a> Elf<'a> {
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
        check_header(bytes)?;
        let sections = sections(bytes)?;
        let table = SymbolTable::find(&sections)?;
        let symbols = table.placed(sections.len())?;
        Ok(Self {
            sections,
            symbols,
            table,
        })
    }

    /// The symbol that relocations call `index`. Section 0 is none: somebody else has it. Empty is the name of what has none.
    pub(crate) fn symbol(&self, index: usize) -> Result<Symbol<'a>, Error> {
        self.table.symbol(index)
    }

    pub(crate) fn section(&self, name: &str) -> Option<(usize, &Section<'a>)> {
        self.sections
            .iter()
            .enumerate()
            .find(|(_, section)| section.name == name)
    }

    /// Offset and size of the data symbols of section `index`, by name.
    pub(crate) fn data_symbols(&self, index: usize) -> HashMap<&'a str, (u64, u64)> {
        self.symbols
            .iter()
            .filter(|symbol| symbol.section == index && !symbol.function)
            .map(|symbol| (symbol.name, (symbol.value, symbol.size)))
            .collect()
    }
}

fn check_header(bytes: &[u8]) -> Result<(), Error> {
    let not_bpf = |what: &str| {
        Error::object(format!("this is {what}, not a BPF object"))
            .with_hint("a BPF object is what `clang -target bpf -g -O2 -c` writes")
    };
    if !bytes.starts_with(b"\x7fELF") {
        return Err(not_bpf(file_kind(bytes)));
    }
    let foreign_order = if cfg!(target_endian = "little") { 2 } else { 1 };
    match (bytes.get(4), bytes.get(5)) {
        (Some(2), _) => {}
        (Some(1), _) => return Err(not_bpf("a 32-bit ELF")),
        _ => return Err(not_bpf("an ELF of unknown class")),
    }
    if bytes.get(5) == Some(&foreign_order) {
        let (this, host) = if foreign_order == 2 {
            ("big", "little")
        } else {
            ("little", "big")
        };
        return Err(
            Error::object(format!("the object is {this}-endian, this machine is {host}-endian"))
                .with_hint("compile it with `-target bpf`, which follows the machine's byte order"),
        );
    }
    let machine = number!(bytes, 18, u16)?;
    if machine != MACHINE_BPF {
        return Err(not_bpf(&format!("an ELF for {}", machine_name(machine))));
    }
    let kind = number!(bytes, 16, u16)?;
    if kind != RELOCATABLE {
        return Err(not_bpf(&format!(
            "a BPF ELF of type {kind} (relocatable is {RELOCATABLE})"
        )));
    }
    Ok(())
}

/// What [`file_kind`] says of what it does not know.
pub(crate) const UNKNOWN: &str = "data of an unknown kind";

/// What a file that is neither ELF nor JSON is, from its first bytes.
pub(crate) fn file_kind(bytes: &[u8]) -> &'static str {
    const KINDS: [(&[u8], &str); 9] = [
        (b"\x7fELF", "an ELF file"),
        (b"\0asm", "a WebAssembly file"),
        (b"BC\xc0\xde", "LLVM bitcode"),
        (b"!<arch>", "an archive"),
        (b"\x1f\x8b", "gzip data"),
        (b"PK\x03\x04", "a zip file"),
        (b"\x28\xb5\x2f\xfd", "zstd data"),
        (b"#!", "a script"),
        (b"<", "XML or HTML"),
    ];
    KINDS
        .iter()
        .find(|(magic, _)| bytes.starts_with(magic))
        .map_or(if bytes.is_empty() { "empty" } else { UNKNOWN }, |(_, kind)| kind)
}

fn machine_name(machine: u16) -> String {
    match machine {
        3 => "x86".into(),
        40 => "arm".into(),
        62 => "x86-64".into(),
        183 => "arm64".into(),
        243 => "RISC-V".into(),
        other => format!("machine {other}"),
    }
}

/// `count` bytes at `offset`, both from the file.
fn range(bytes: &[u8], offset: u64, count: u64) -> Option<&[u8]> {
    let start = usize::try_from(offset).ok()?;
    let end = start.checked_add(usize::try_from(count).ok()?)?;
    bytes.get(start..end)
}

/// The name at `offset` of a string table: valid UTF-8 of bounded length.
fn name(strings: &[u8], offset: u32) -> Option<&str> {
    let rest = strings.get(usize::try_from(offset).ok()?..)?;
    let end = rest.iter().take(limits::NAME_BYTES).position(|&byte| byte == 0)?;
    std::str::from_utf8(rest.get(..end)?).ok()
}

fn sections(bytes: &[u8]) -> Result<Vec<Section<'_>>, Error> {
    let offset = number!(bytes, 40, u64)?;
    let entry = usize::from(number!(bytes, 58, u16)?);
    let count = number!(bytes, 60, u16)?;
    let names = usize::from(number!(bytes, 62, u16)?);
    if entry != SECTION_HEADER || count == 0 {
        return Err(Error::object("the ELF has no section headers"));
    }
    let table = range(bytes, offset, u64::from(count) * SECTION_HEADER as u64)
        .ok_or_else(|| Error::object("the ELF is cut off: its section headers lie past its end"))?;
    let headers: Vec<&[u8]> = table.chunks_exact(SECTION_HEADER).collect();
    let contents = |header: &[u8]| -> Result<Option<&[u8]>, Error> {
        Ok(range(bytes, number!(header, 24, u64)?, number!(header, 32, u64)?))
    };
    let names = match headers.get(names) {
        Some(header) => contents(header)?,
        None => None,
    }
    .ok_or_else(|| Error::object("the ELF's section names are missing"))?;

    let mut sections = Vec::with_capacity(headers.len());
    for (index, header) in headers.iter().enumerate() {
        let kind = number!(header, 4, u32)?;
        let flags = number!(header, 8, u64)?;
        let name = name(names, number!(header, 0, u32)?)
            .ok_or_else(|| Error::object(format!("the ELF's section {index} has no readable name")))?;
        let data = if kind == SHT_NOBITS || kind == 0 {
            &[]
        } else {
            contents(header)?.ok_or_else(|| {
                Error::object(format!(
                    "the ELF is cut off: section {index} ({name}) lies past its end"
                ))
            })?
        };
        sections.push(Section {
            name,
            data,
            size: number!(header, 32, u64)?,
            content: match kind {
                SHT_PROGBITS if flags & SHF_EXECINSTR != 0 => Content::Code,
                SHT_PROGBITS => Content::Data,
                SHT_NOBITS => Content::Zeros,
                _ => Content::Other,
            },
            info: number!(header, 44, u32)?,
            link: number!(header, 40, u32)?,
            kind,
        });
    }
    Ok(sections)
}
