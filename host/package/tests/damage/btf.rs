//! Damage to the BTF in a sound ELF: to its bytes, and types that no compiler writes.

use crate::handmade::{
    ARRAY, Btf, ENUM, FLOAT, INT, POINTER, PROTOTYPE, SECTION, STRUCT, TYPEDEF, UNION, VARIABLE, object, put, sound_btf,
};

type Damage = fn(&mut Vec<u8>);

/// To the bytes of BTF: its header has lengths at 4 (of itself), 12 (types), 16 (offset of strings) and 20 (strings).
const BYTES: &[(&str, Damage)] = &[
    ("btf-empty", Vec::clear),
    ("btf-magic", |btf| btf[0] = 0),
    ("btf-other-byte-order", |btf| btf.swap(0, 1)),
    ("btf-header-cut", |btf| btf.truncate(20)),
    ("btf-header-huge", |btf| put(btf, 4, &u32::MAX.to_ne_bytes())),
    ("btf-types-past-the-end", |btf| {
        put(btf, 12, &0x7fff_fff0_u32.to_ne_bytes())
    }),
    ("btf-types-cut", |btf| put(btf, 12, &20_u32.to_ne_bytes())),
    ("btf-strings-past-the-end", |btf| put(btf, 16, &u32::MAX.to_ne_bytes())),
    ("btf-strings-none", |btf| put(btf, 20, &0_u32.to_ne_bytes())),
    ("btf-strings-without-end", |btf| {
        let last = btf.len() - 1;
        btf[last] = b'x';
    }),
    ("btf-kind-unknown", |btf| put(btf, 28, &(30_u32 << 24).to_ne_bytes())),
    // The struct is the second type, behind 16 bytes of an integer.
    ("btf-vlen-huge", |btf| {
        put(btf, 24 + 16 + 4, &((STRUCT << 24) | 0xffff).to_ne_bytes())
    }),
    ("btf-member-name-past-the-strings", |btf| {
        put(btf, 24 + 28, &u32::MAX.to_ne_bytes())
    }),
    ("btf-member-type-past-the-types", |btf| {
        put(btf, 24 + 32, &99_u32.to_ne_bytes())
    }),
    ("btf-variable-name-past-the-strings", |btf| {
        put(btf, 24 + 40, &5000_u32.to_ne_bytes())
    }),
    ("btf-type-name-not-text", |btf| {
        let name = btf.windows(3).position(|bytes| bytes == b"int").unwrap();
        btf[name..name + 3].fill(0xff);
    }),
];

/// What `struct event` is made of: adds types and returns the member's.
type Member = fn(&mut Btf) -> u32;

/// Members of 4 bytes, which no compiler writes.
const MEMBERS: &[(&str, Member)] = &[
    ("int-of-3-bytes", |btf| btf.add("odd", INT, 0, 3, &[24])),
    ("int-of-no-bytes", |btf| btf.add("odd", INT, 0, 0, &[0])),
    ("float-of-3-bytes", |btf| btf.add("odd", FLOAT, 0, 3, &[])),
    ("enum-of-3-bytes", |btf| btf.add("odd", ENUM, 0, 3, &[])),
    ("type-that-is-the-next", |btf| btf.count + 2),
    ("typedef-of-itself", |btf| {
        let id = btf.count + 1;
        btf.add("odd", TYPEDEF, 0, id, &[])
    }),
    ("typedefs-in-a-circle", |btf| {
        let id = btf.count + 1;
        btf.add("one", TYPEDEF, 0, id + 1, &[]);
        btf.add("two", TYPEDEF, 0, id, &[])
    }),
    ("typedefs-too-many", |btf| {
        let mut ty = btf.count;
        for _ in 0..package::limits::TYPE_DEPTH + 1 {
            ty = btf.add("t", TYPEDEF, 0, ty, &[]);
        }
        ty
    }),
    ("pointer-to-itself-in-4-bytes", |btf| {
        let id = btf.count + 1;
        btf.add("", POINTER, 0, id, &[])
    }),
    ("array-of-itself", |btf| {
        let id = btf.count + 1;
        btf.add("", ARRAY, 0, 0, &[id, 1, 2])
    }),
    ("array-larger-than-4-gib", |btf| {
        let inner = btf.add("", ARRAY, 0, 0, &[1, 1, 1 << 29]);
        btf.add("", ARRAY, 0, 0, &[inner, 1, 1 << 29])
    }),
    ("arrays-of-arrays-exploding", |btf| {
        (0..20).fold(1, |element, _| btf.add("", ARRAY, 0, 0, &[element, 1, 1000]))
    }),
    ("arrays-nested-too-deep", |btf| {
        (0..100).fold(1, |element, _| btf.add("", ARRAY, 0, 0, &[element, 1, 1]))
    }),
    ("structs-nested-too-deep", |btf| {
        (0..100).fold(1, |inner, _| btf.members("s", STRUCT, 4, &[(inner, 0)]))
    }),
    ("structs-in-a-circle", |btf| {
        let id = btf.count + 1;
        btf.members("one", STRUCT, 4, &[(id + 1, 0)]);
        btf.members("two", STRUCT, 4, &[(id, 0)])
    }),
    ("unions-exploding", |btf| {
        (0..40).fold(1, |inner, _| btf.members("u", UNION, 4, &[(inner, 0), (inner, 0)]))
    }),
    ("members-overlap", |btf| btf.members("s", STRUCT, 4, &[(1, 0), (1, 0)])),
    ("member-past-the-end", |btf| btf.members("s", STRUCT, 4, &[(1, 8)])),
    ("member-at-the-end-of-the-world", |btf| {
        btf.members("s", STRUCT, 4, &[(1, u32::MAX)])
    }),
    ("member-inside-a-byte", |btf| btf.members("s", STRUCT, 8, &[(1, 3)])),
    ("members-too-many", |btf| {
        let members: Vec<(u32, u32)> = (0..9000).map(|index| (1, index * 32)).collect();
        btf.members("s", STRUCT, 36_000, &members)
    }),
    ("bit-field-wider-than-its-type", |btf| {
        let name = btf.name("wide");
        // The highest bit says that offsets have a width in their first byte.
        btf.add("s", STRUCT | 0x80, 1, 8, &[name, 1, 40 << 24])
    }),
    ("member-that-is-a-variable", |btf| btf.add("v", VARIABLE, 0, 1, &[1])),
    ("member-that-is-a-section", |btf| btf.add("s", SECTION, 0, 0, &[])),
    ("member-that-is-a-prototype-in-no-bytes", |btf| {
        let call = btf.add("", PROTOTYPE, 0, 1, &[]);
        btf.members("s", STRUCT, 4, &[(1, 0), (call, 64)])
    }),
];

/// Adds sections and what is in them.
type Section = fn(&mut Btf);

/// Sections and maps.
const SECTIONS: &[(&str, Section)] = &[
    ("section-of-no-variable", |btf| {
        btf.add(".data", SECTION, 1, 4, &[1, 0, 4]);
    }),
    ("section-of-what-does-not-exist", |btf| {
        btf.add(".data", SECTION, 1, 4, &[999, 0, 4]);
    }),
    ("variable-of-what-does-not-exist", |btf| btf.variable(999, 4)),
    ("variable-of-a-type-larger-than-its-section", |btf| {
        let large = btf.add("", ARRAY, 0, 0, &[1, 1, 1000]);
        btf.variable(large, 4000);
    }),
    ("map-that-is-no-struct", |btf| {
        let map = btf.add("m", VARIABLE, 0, 1, &[1]);
        btf.add(".maps", SECTION, 1, 4, &[map, 0, 4]);
    }),
    ("map-whose-kind-is-no-number", |btf| map(btf, "type", 1)),
    ("map-whose-key-is-no-pointer", |btf| map(btf, "key", 1)),
    ("map-whose-value-does-not-exist", |btf| map(btf, "value", 999)),
    ("map-without-a-variable", |btf| {
        btf.add(".maps", SECTION, 1, 4, &[2, 0, 4]);
    }),
    ("maps-too-many", |btf| {
        let pointer = btf.add("", POINTER, 0, 1, &[]);
        let name = btf.name("key");
        let definition = btf.add("", STRUCT, 1, 8, &[name, pointer, 0]);
        let map = btf.add("m", VARIABLE, 0, definition, &[1]);
        let count = package::limits::MAPS as u32 + 1;
        let entries: Vec<u32> = (0..count).flat_map(|index| [map, index * 8, 8]).collect();
        btf.add(".maps", SECTION, count, count * 8, &entries);
    }),
];

/// A map with one member of this name and type.
fn map(btf: &mut Btf, name: &str, ty: u32) {
    let name = btf.name(name);
    let definition = btf.add("", STRUCT, 1, 8, &[name, ty, 0]);
    let map = btf.add("m", VARIABLE, 0, definition, &[1]);
    btf.add(".maps", SECTION, 1, 8, &[map, 0, 8]);
}

pub(super) fn damaged() -> Vec<(&'static str, Vec<u8>)> {
    let mut objects = Vec::new();
    for (name, damage) in BYTES {
        let mut bytes = sound_btf().bytes();
        damage(&mut bytes);
        objects.push((*name, object(&bytes)));
    }
    for (name, member) in MEMBERS {
        let mut btf = Btf::default();
        let int = btf.int();
        let ty = member(&mut btf);
        btf.members("event", STRUCT, 4, &[(ty, 0)]);
        btf.variable(int, 4);
        objects.push((*name, object(&btf.bytes())));
    }
    for (name, damage) in SECTIONS {
        let mut btf = Btf::default();
        let int = btf.int();
        btf.members("event", STRUCT, 4, &[(int, 0)]);
        damage(&mut btf);
        objects.push((*name, object(&btf.bytes())));
    }
    objects
}
