//! Types and their extension, written by hand.

use std::path::Path;

use super::*;

const ENDIAN: Endianness = Endianness::Little;

/// Words of `.BTF` after its header, and its strings.
struct Made {
    types: Vec<u32>,
    strings: Vec<u8>,
}

impl Made {
    fn new() -> Self {
        Self {
            types: Vec::new(),
            strings: vec![0],
        }
    }

    fn string(&mut self, text: &str) -> u32 {
        let start = self.strings.len();
        self.strings.extend(text.bytes().chain([0]));
        start.try_into().unwrap()
    }

    /// A type of `kind` with so many members, its third word, and what follows.
    fn ty(&mut self, name: &str, kind: u32, count: u32, third: u32, rest: &[u32]) -> &mut Self {
        let name = if name.is_empty() { 0 } else { self.string(name) };
        self.types.extend([name, kind << 24 | count, third]);
        self.types.extend(rest);
        self
    }

    fn bytes(&self) -> Vec<u8> {
        let (types, strings) = (self.types.len() as u32 * 4, self.strings.len() as u32);
        let mut bytes = words::write(&[words::first(ENDIAN), 24, 0, types, types, strings], ENDIAN);
        bytes.extend(words::write(&self.types, ENDIAN));
        bytes.extend(&self.strings);
        bytes
    }
}

/// `struct kept`, a pointer that keeps it and one to what is never defined, a function with one line in `file`.
fn with_pointers(file: &str) -> (Vec<u8>, Vec<u8>) {
    let mut made = Made::new();
    made.ty("kept", 4, 0, 8, &[]);
    made.ty("", 2, 0, 1, &[]);
    made.ty("pointer_to_kept", 14, 0, 2, &[1]);
    made.ty("missing", 7, 0, 0, &[]);
    made.ty("", 2, 0, 4, &[]);
    made.ty("pointer_to_missing", 14, 0, 5, &[1]);
    made.ty("", 13, 0, 1, &[]);
    made.ty("f", 12, 0, 7, &[]);
    made.ty(TYPES_SECTION, 15, 2, 16, &[3, 0, 8, 6, 8, 8]);
    made.ty("after", 4, 1, 8, &[0, 8, 0]);
    let (section, file, line) = (made.string("tc"), made.string(file), made.string("x;"));
    let functions = [8, section, 1, 0, 8];
    let lines = [16, section, 1, 0, file, line, 1024];
    let header = [words::first(ENDIAN), 24, 0, 20, 20, 28];
    let extension: Vec<u32> = header.into_iter().chain(functions).chain(lines).collect();
    (made.bytes(), words::write(&extension, ENDIAN))
}

/// What is to come of it.
fn without_pointers() -> (Vec<u8>, Vec<u8>) {
    let mut made = Made::new();
    made.ty("kept", 4, 0, 8, &[]);
    made.ty("", 13, 0, 1, &[]);
    made.ty("f", 12, 0, 2, &[]);
    made.ty("after", 4, 1, 8, &[0, 3, 0]);
    let (file, section, line) = (made.string("a.bpf.c"), made.string("tc"), made.string("x;"));
    let functions = [8, section, 1, 0, 3];
    let lines = [16, section, 1, 0, file, line, 1024];
    let header = [words::first(ENDIAN), 24, 0, 20, 20, 28];
    let extension: Vec<u32> = header.into_iter().chain(functions).chain(lines).collect();
    (made.bytes(), words::write(&extension, ENDIAN))
}

fn names() -> FileNames {
    FileNames::new(&[Path::new("/home/me/src")])
}

#[test]
fn what_only_kept_a_type_goes_and_the_rest_is_renumbered() {
    let (btf, extension) = with_pointers("a.bpf.c");
    assert_eq!(rewritten(&btf, &extension, ENDIAN, &names()), Some(without_pointers()));
}

#[test]
fn the_same_source_has_the_same_bytes_wherever_it_lies() {
    for file in ["./a.bpf.c", "/home/me/src/a.bpf.c", "a.bpf.c"] {
        let (btf, extension) = with_pointers(file);
        let found = rewritten(&btf, &extension, ENDIAN, &names());
        assert_eq!(found, Some(without_pointers()), "{file}");
    }
}

#[test]
fn a_pointer_that_others_use_stays() {
    let mut made = Made::new();
    made.ty("kept", 4, 0, 8, &[]);
    made.ty("", 2, 0, 1, &[]);
    made.ty("pointer", 14, 0, 2, &[1]);
    made.ty(TYPES_SECTION, 15, 1, 8, &[3, 0, 8]);
    made.ty("user", 4, 1, 8, &[0, 2, 0]);
    let mut expected = Made::new();
    expected.ty("kept", 4, 0, 8, &[]);
    expected.ty("", 2, 0, 1, &[]);
    expected.ty("user", 4, 1, 8, &[0, 2, 0]);
    let (found, _) = rewritten(&made.bytes(), &[], ENDIAN, &names()).unwrap();
    assert_eq!(found, expected.bytes());
}

#[test]
fn each_byte_order_has_its_own_start() {
    let start = |endian| words::write(&[words::first(endian)], endian);
    assert_eq!(start(Endianness::Little), [0x9f, 0xeb, 1, 0]);
    assert_eq!(start(Endianness::Big), [0xeb, 0x9f, 1, 0]);
    let (btf, extension) = with_pointers("a.bpf.c");
    assert_eq!(rewritten(&btf, &extension, Endianness::Big, &names()), None);
}

#[test]
fn what_is_not_whole_is_left_alone() {
    let (btf, extension) = with_pointers("a.bpf.c");
    for length in 0..btf.len() {
        let found = rewritten(&btf[..length], &extension, ENDIAN, &names());
        assert_eq!(found, None, "{length}");
    }
    for length in 1..extension.len() {
        let found = rewritten(&btf, &extension[..length], ENDIAN, &names());
        assert_eq!(found, None, "{length}");
    }
    // Whatever a byte is changed to, it ends.
    for place in 0..btf.len() {
        let mut changed = btf.clone();
        changed[place] ^= 0xff;
        rewritten(&changed, &extension, ENDIAN, &names());
    }
    for place in 0..extension.len() {
        let mut changed = extension.clone();
        changed[place] ^= 0xff;
        rewritten(&btf, &changed, ENDIAN, &names());
    }
}
