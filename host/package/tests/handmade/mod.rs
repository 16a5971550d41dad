//! A small BPF object, byte by byte: what no compiler writes has to be written by hand.

#![allow(
    dead_code,
    unreachable_pub,
    reason = "each test uses some of it, and so does the fuzzer"
)]

pub(crate) mod types;

pub(crate) const INT: u32 = 1;
pub(crate) const POINTER: u32 = 2;
pub(crate) const ARRAY: u32 = 3;
pub(crate) const STRUCT: u32 = 4;
pub(crate) const UNION: u32 = 5;
pub(crate) const ENUM: u32 = 6;
pub(crate) const TYPEDEF: u32 = 8;
pub(crate) const VOLATILE: u32 = 9;
pub(crate) const CONST: u32 = 10;
pub(crate) const RESTRICT: u32 = 11;
pub(crate) const PROTOTYPE: u32 = 13;
pub(crate) const VARIABLE: u32 = 14;
pub(crate) const SECTION: u32 = 15;
pub(crate) const FLOAT: u32 = 16;
pub(crate) const TYPE_TAG: u32 = 18;
pub(crate) const ENUM64: u32 = 19;
/// With the kind: a struct has bit fields, an enum is signed.
pub(crate) const FLAG: u32 = 0x80;

/// The sections of [`object`], by index.
pub(crate) const STRINGS: usize = 1;
pub(crate) const SYMBOLS: usize = 2;
pub(crate) const TYPES: usize = 3;
pub(crate) const DATA: usize = 4;

/// BTF under construction: IDs from 1.
#[derive(Clone, Default)]
pub(crate) struct Btf {
    types: Vec<u32>,
    strings: Vec<u8>,
    /// How many types there are.
    pub(crate) count: u32,
}

impl Btf {
    /// The offset of a name.
    pub(crate) fn name(&mut self, name: &str) -> u32 {
        if self.strings.is_empty() {
            self.strings.push(0);
        }
        let offset = self.strings.len() as u32;
        self.strings.extend(name.bytes());
        self.strings.push(0);
        offset
    }

    /// Adds a type; `count` is how many entries it claims. Returns its ID.
    pub(crate) fn add(&mut self, name: &str, kind: u32, count: u32, size_or_type: u32, extra: &[u32]) -> u32 {
        let name = if name.is_empty() { 0 } else { self.name(name) };
        self.types.extend([name, (kind << 24) | count, size_or_type]);
        self.types.extend(extra);
        self.count += 1;
        self.count
    }

    pub(crate) fn int(&mut self) -> u32 {
        self.add("int", INT, 0, 4, &[(1 << 24) | 32])
    }

    /// A struct or union of named members: type and offset in bits.
    pub(crate) fn members(&mut self, name: &str, kind: u32, size: u32, members: &[(u32, u32)]) -> u32 {
        let entries: Vec<u32> = members
            .iter()
            .enumerate()
            .flat_map(|(index, &(ty, offset))| [self.name(&format!("m{index}")), ty, offset])
            .collect();
        self.add(name, kind, members.len() as u32, size, &entries)
    }

    /// A variable `count` of this type at the start of `.data`, of so many bytes.
    pub(crate) fn variable(&mut self, ty: u32, size: u32) {
        let variable = self.add("count", VARIABLE, 0, ty, &[1]);
        self.add(".data", SECTION, 1, size, &[variable, 0, size]);
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let length = self.types.len() as u32 * 4;
        let mut bytes = 0xeb9f_u16.to_ne_bytes().to_vec();
        bytes.extend([1, 0]);
        let words = [24, 0, length, length, self.strings.len() as u32];
        bytes.extend(words.iter().chain(&self.types).flat_map(|word| word.to_ne_bytes()));
        bytes.extend(&self.strings);
        bytes
    }
}

/// `struct event { int pid; }` and `int count`.
pub(crate) fn sound_btf() -> Btf {
    let mut btf = Btf::default();
    let int = btf.int();
    btf.members("event", STRUCT, 4, &[(int, 0)]);
    btf.variable(int, 4);
    btf
}

/// An object with this BTF, four bytes of `.data` with the variable `count`, and a program.
pub(crate) fn object(btf: &[u8]) -> Vec<u8> {
    object_with(btf, &[0; 4])
}

/// The same with other contents of `.data`.
pub(crate) fn object_with(btf: &[u8], data: &[u8]) -> Vec<u8> {
    let mut strings = vec![0];
    let mut name = |text: &str| {
        let offset = strings.len() as u32;
        strings.extend(text.bytes().chain([0]));
        offset
    };
    let symbol = |name: u32, info: u8, section: u16, size: u64| {
        let mut bytes = name.to_ne_bytes().to_vec();
        bytes.extend([info, 0]);
        bytes.extend(section.to_ne_bytes());
        bytes.extend([0_u64, size].iter().flat_map(|word| word.to_ne_bytes()));
        bytes
    };
    let symbols = [
        symbol(0, 0, 0, 0),
        symbol(name("count"), 0x11, DATA as u16, data.len() as u64),
        symbol(name("run"), 0x12, 5, 16),
    ]
    .concat();
    // Name, kind, flags, contents, link.
    let names = [".strtab", ".symtab", ".BTF", ".data", "kprobe/x"].map(&mut name);
    // Move 0 into the first register, and leave.
    let code = [0xb7_u64, 0x95].iter().flat_map(|word| word.to_le_bytes()).collect();
    let sections = [
        (0, 0, 0, Vec::new(), 0),
        (names[0], 3, 0, strings, 0),
        (names[1], 2, 0, symbols, STRINGS as u32),
        (names[2], 1, 0, btf.to_vec(), 0),
        (names[3], 1, 3, data.to_vec(), 0),
        (names[4], 1, 6, code, 0),
    ];
    let mut bytes = vec![0; 64];
    let mut headers = Vec::new();
    for (name, kind, flags, contents, link) in &sections {
        headers.extend([*name, *kind].iter().flat_map(|word: &u32| word.to_ne_bytes()));
        let words: [u64; 4] = [*flags, 0, bytes.len() as u64, contents.len() as u64];
        headers.extend(words.iter().flat_map(|word| word.to_ne_bytes()));
        headers.extend([*link, 0].iter().flat_map(|word| word.to_ne_bytes()));
        headers.extend([1_u64, 0].iter().flat_map(|word| word.to_ne_bytes()));
        bytes.extend(contents);
    }
    let start = bytes.len() as u64;
    bytes.extend(headers);
    bytes[..16].copy_from_slice(b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0");
    if cfg!(target_endian = "big") {
        bytes[5] = 2;
    }
    put(&mut bytes, 16, &1_u16.to_ne_bytes());
    put(&mut bytes, 18, &247_u16.to_ne_bytes());
    put(&mut bytes, 40, &start.to_ne_bytes());
    put(&mut bytes, 58, &64_u16.to_ne_bytes());
    put(&mut bytes, 60, &(sections.len() as u16).to_ne_bytes());
    put(&mut bytes, 62, &(STRINGS as u16).to_ne_bytes());
    bytes
}

pub(crate) fn put(bytes: &mut [u8], offset: usize, value: &[u8]) {
    bytes[offset..offset + value.len()].copy_from_slice(value);
}

/// Where the header of a section starts.
pub(crate) fn header(bytes: &[u8], section: usize) -> usize {
    let start = u64::from_ne_bytes(bytes[40..48].try_into().unwrap());
    start as usize + section * 64
}

/// Where the contents of a section start.
pub(crate) fn contents(bytes: &[u8], section: usize) -> usize {
    let at = header(bytes, section) + 24;
    u64::from_ne_bytes(bytes[at..at + 8].try_into().unwrap()) as usize
}
