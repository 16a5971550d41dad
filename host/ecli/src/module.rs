//! What a core module imports, as far as it takes to tell where it comes from.

/// Where a core module comes from.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Module {
    /// Written for a runtime whose functions are in this module: they have no counterpart here.
    OlderRuntime(&'static str),
    /// A program for WASI 0.1 that asks for nothing else.
    Wasi,
    /// Anything else.
    Other,
}

/// Reads the import section. Whatever is wrong with the bytes ends the reading, not the program: the answer decides words only.
pub(crate) fn imports(bytes: &[u8]) -> Module {
    let mut modules = Vec::new();
    import_section(bytes).and_then(|section| import_modules(section, &mut modules));
    let has = |name: &str| modules.contains(&name.as_bytes());
    match ["wasm_bpf", "env"].into_iter().find(|name| has(name)) {
        Some(name) => Module::OlderRuntime(name),
        None if has("wasi_snapshot_preview1") => Module::Wasi,
        None => Module::Other,
    }
}

/// The contents of the section with number 2: WebAssembly core specification, 5.5.2.
fn import_section(bytes: &[u8]) -> Option<Reader<'_>> {
    let mut reader = Reader(bytes.get(8..)?);
    loop {
        let number = reader.byte()?;
        let size = reader.number()?;
        let contents = reader.take(size)?;
        if number == 2 {
            return Some(Reader(contents));
        }
    }
}

/// Gathers the first half of each two-level name; stops at a type that it does not know.
fn import_modules<'a>(mut section: Reader<'a>, modules: &mut Vec<&'a [u8]>) -> Option<()> {
    for _ in 0..section.number()? {
        let module = section.name()?;
        if !modules.contains(&module) {
            modules.push(module);
        }
        section.name()?;
        match section.byte()? {
            0 => {
                section.number()?;
            }
            1 => {
                section.byte()?;
                section.limits()?;
            }
            2 => section.limits()?,
            3 => {
                section.take(2)?;
            }
            _ => return None,
        }
    }
    Some(())
}

/// What is left to read.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: u32) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(usize::try_from(count).ok()?)?;
        self.0 = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    /// An unsigned number of up to 32 bits in LEB128.
    fn number(&mut self) -> Option<u32> {
        let mut number = 0;
        for shift in (0..35).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return u32::try_from(number).ok();
            }
        }
        None
    }

    fn name(&mut self) -> Option<&'a [u8]> {
        let length = self.number()?;
        self.take(length)
    }

    /// The size of a memory or table: a minimum and, as the lowest bit of the flags says, a maximum.
    fn limits(&mut self) -> Option<()> {
        let flags = self.byte()?;
        self.number()?;
        if flags & 1 == 1 {
            self.number()?;
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A module with a type section and these imports, each a two-level name and a type.
    fn module(imports: &[(&str, &[u8])]) -> Vec<u8> {
        let mut section = vec![u8::try_from(imports.len()).unwrap()];
        for (module, kind) in imports {
            section.push(u8::try_from(module.len()).unwrap());
            section.extend_from_slice(module.as_bytes());
            section.extend_from_slice(b"\x01f");
            section.extend_from_slice(kind);
        }
        let mut bytes = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0".to_vec();
        // The size as LEB128 of two bytes: compilers pad theirs too.
        bytes.extend_from_slice(&[
            2,
            u8::try_from(section.len() & 0x7f).unwrap() | 0x80,
            u8::try_from(section.len() >> 7).unwrap(),
        ]);
        bytes.extend_from_slice(&section);
        bytes
    }

    #[test]
    fn the_older_runtime_is_known_by_either_of_its_modules() {
        let wasi: (&str, &[u8]) = ("wasi_snapshot_preview1", &[0, 0]);
        for (imports, expected) in [
            (vec![wasi, ("wasm_bpf", &[0, 0])], Module::OlderRuntime("wasm_bpf")),
            (vec![("env", &[2, 1, 0, 16]), wasi], Module::OlderRuntime("env")),
            (
                vec![("a", &[1, 0x70, 0, 1]), ("b", &[3, 0x7f, 0]), ("env", &[0, 0])],
                Module::OlderRuntime("env"),
            ),
            (vec![wasi], Module::Wasi),
            (vec![("other", &[0, 0])], Module::Other),
            (vec![("a", &[9]), ("env", &[0, 0])], Module::Other),
        ] {
            assert_eq!(super::imports(&module(&imports)), expected, "{imports:?}");
        }
    }

    #[test]
    fn a_module_cut_anywhere_is_read_as_far_as_it_goes() {
        let whole = module(&[("wasi_snapshot_preview1", &[0, 0]), ("env", &[2, 0, 1])]);
        for length in 0..whole.len() {
            let _ = imports(&whole[..length]);
        }
        let endless = b"\0asm\x01\0\0\0\x02\xff\xff\xff\xff\xff\xff\xff";
        assert_eq!(imports(endless), Module::Other);
    }
}
