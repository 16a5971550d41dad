//! Damage to the ELF around sound BTF.

use crate::handmade::{DATA, STRINGS, SYMBOLS, TYPES, contents, header, object, put, sound_btf};

/// Fields of a section's header: their offsets.
const NAME: usize = 0;
const KIND: usize = 4;
const OFFSET: usize = 24;
const SIZE: usize = 32;
const LINK: usize = 40;

type Damage = fn(&mut Vec<u8>);

const DAMAGES: &[(&str, Damage)] = &[
    ("elf-empty", Vec::clear),
    ("elf-magic", |elf| elf[0] = 0),
    ("elf-magic-alone", |elf| elf.truncate(4)),
    ("elf-header-cut", |elf| elf.truncate(50)),
    ("elf-32-bit", |elf| elf[4] = 1),
    ("elf-class-unknown", |elf| elf[4] = 9),
    ("elf-for-x86-64", |elf| put(elf, 18, &62_u16.to_ne_bytes())),
    ("elf-for-nobody", |elf| put(elf, 18, &0xfff0_u16.to_ne_bytes())),
    ("elf-executable", |elf| put(elf, 16, &2_u16.to_ne_bytes())),
    ("elf-of-an-archive", |elf| put(elf, 0, b"!<arch>\n")),
    ("headers-cut", |elf| elf.truncate(elf.len() - 64)),
    ("headers-past-the-end", |elf| put(elf, 40, &u64::MAX.to_ne_bytes())),
    ("headers-of-another-size", |elf| put(elf, 58, &40_u16.to_ne_bytes())),
    ("headers-none", |elf| put(elf, 60, &0_u16.to_ne_bytes())),
    ("headers-more-than-there-are", |elf| {
        put(elf, 60, &u16::MAX.to_ne_bytes())
    }),
    ("names-in-no-section", |elf| put(elf, 62, &99_u16.to_ne_bytes())),
    ("names-past-the-end", |elf| field(elf, STRINGS, OFFSET, 1 << 40)),
    ("section-past-the-end", |elf| field(elf, TYPES, OFFSET, 1 << 20)),
    ("section-size-huge", |elf| field(elf, TYPES, SIZE, u64::MAX)),
    ("section-name-past-the-names", |elf| word(elf, DATA, NAME, 4000)),
    ("section-name-not-text", |elf| {
        let place = contents(elf, STRINGS) + 1;
        elf[place..place + 5].fill(0xff);
        word(elf, DATA, NAME, 1);
    }),
    ("section-names-without-end", |elf| {
        let size = 700;
        let place = elf.len();
        elf.extend(vec![b'a'; size]);
        field(elf, STRINGS, OFFSET, place as u64);
        field(elf, STRINGS, SIZE, size as u64);
    }),
    ("data-cut-before-its-variable", |elf| field(elf, DATA, SIZE, 2)),
    ("data-larger-than-4-gib", |elf| {
        word(elf, DATA, KIND, 8);
        field(elf, DATA, SIZE, 1 << 33);
        let place = contents(elf, STRINGS);
        let text = elf[place..].windows(6).position(|bytes| bytes == b".data\0").unwrap();
        put(elf, place + text, b".bss\0\0");
    }),
    ("symbols-without-names", |elf| word(elf, SYMBOLS, LINK, 99)),
    ("symbol-name-past-the-names", |elf| {
        let place = contents(elf, SYMBOLS) + 24;
        put(elf, place, &u32::MAX.to_ne_bytes());
    }),
    ("symbol-outside-its-section", |elf| {
        let place = contents(elf, SYMBOLS) + 24 + 8;
        put(elf, place, &u64::MAX.to_ne_bytes());
    }),
    ("symbol-larger-than-its-section", |elf| {
        let place = contents(elf, SYMBOLS) + 24 + 16;
        put(elf, place, &(1_u64 << 40).to_ne_bytes());
    }),
    ("symbols-more-than-are-read", |elf| {
        let size = (package::limits::ELF_SYMBOLS + 1) * 24;
        let place = elf.len();
        elf.resize(place + size, 0);
        field(elf, SYMBOLS, OFFSET, place as u64);
        field(elf, SYMBOLS, SIZE, size as u64);
    }),
    ("btf-section-of-another-name", |elf| word(elf, TYPES, NAME, 1)),
    ("btf-section-without-contents", |elf| word(elf, TYPES, KIND, 8)),
    ("btf-section-over-the-header", |elf| field(elf, TYPES, OFFSET, 0)),
    ("btf-section-over-the-data", |elf| {
        let place = contents(elf, DATA) as u64;
        field(elf, TYPES, OFFSET, place);
        field(elf, TYPES, SIZE, 4);
    }),
];

fn field(elf: &mut [u8], section: usize, field: usize, value: u64) {
    let place = header(elf, section) + field;
    put(elf, place, &value.to_ne_bytes());
}

fn word(elf: &mut [u8], section: usize, field: usize, value: u32) {
    let place = header(elf, section) + field;
    put(elf, place, &value.to_ne_bytes());
}

pub(super) fn damaged() -> Vec<(&'static str, Vec<u8>)> {
    let sound = object(&sound_btf().bytes());
    DAMAGES
        .iter()
        .map(|(name, damage)| {
            let mut elf = sound.clone();
            damage(&mut elf);
            (*name, elf)
        })
        .collect()
}
