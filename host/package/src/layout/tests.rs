//! BTF that no compiler writes.

use super::*;
use crate::btf::Btf;
use crate::error::ErrorKind;

const INT: u32 = 1;
const POINTER: u32 = 2;
const ARRAY: u32 = 3;
const STRUCT: u32 = 4;
const TYPEDEF: u32 = 8;

/// BTF under construction: words of types, IDs from 1.
#[derive(Default)]
struct Builder {
    types: Vec<u32>,
}

impl Builder {
    fn add(mut self, kind: u32, count: u32, size_or_type: u32, extra: &[u32]) -> Self {
        self.types.extend([1, kind << 24 | count, size_or_type]);
        self.types.extend(extra);
        self
    }

    fn bytes(&self) -> Vec<u8> {
        let length = self.types.len() as u32 * 4;
        let strings = b"\0x\0";
        let header = [0x0001_eb9f, 24, 0, length, length, strings.len() as u32];
        let words = header.iter().chain(&self.types).flat_map(|word| word.to_ne_bytes());
        words.chain(*strings).collect()
    }
}

/// What adding type 1 says.
fn refusal(builder: Builder) -> Error {
    let bytes = builder.bytes();
    let btf = Btf::parse(&bytes).unwrap();
    Layouts::new(&btf).add(1).unwrap_err()
}

fn int() -> Builder {
    Builder::default().add(INT, 0, 4, &[32])
}

#[test]
fn a_type_may_not_contain_itself() {
    let itself = Builder::default().add(STRUCT, 1, 8, &[1, 1, 0]);
    assert_eq!(refusal(itself).to_string(), "struct x.x: BTF type 1 contains itself");
    let through_array = Builder::default()
        .add(STRUCT, 1, 8, &[1, 2, 0])
        .add(ARRAY, 0, 0, &[1, 0, 2]);
    assert!(
        refusal(through_array)
            .to_string()
            .ends_with("BTF type 1 contains itself")
    );
    let array = Builder::default().add(ARRAY, 0, 0, &[1, 0, 2]);
    assert_eq!(refusal(array).kind(), ErrorKind::Btf);
}

#[test]
fn typedefs_and_pointers_may_not_go_in_circles() {
    let typedef = Builder::default().add(TYPEDEF, 0, 2, &[]).add(TYPEDEF, 0, 1, &[]);
    assert!(refusal(typedef).to_string().contains("refers to itself"));
    let pointer = Builder::default().add(POINTER, 0, 1, &[]);
    assert!(refusal(pointer).to_string().contains("refers to itself"));
}

#[test]
fn nesting_has_a_limit() {
    let mut builder = Builder::default();
    for id in 1..=limits::TYPE_DEPTH as u32 + 1 {
        builder = builder.add(STRUCT, 1, 4, &[1, id + 1, 0]);
    }
    let refused = refusal(builder.add(INT, 0, 4, &[32]));
    assert_eq!(refused.kind(), ErrorKind::Limit);
}

#[test]
fn members_lie_inside_their_struct_and_share_nothing() {
    let members = |offset: u32| {
        let extra = [1, 2, 0, 1, 2, offset];
        Builder::default().add(STRUCT, 2, 8, &extra).add(INT, 0, 4, &[32])
    };
    assert_eq!(
        refusal(members(16)).to_string(),
        r#"struct x: its members "x" and "x" overlap at bit 16"#
    );
    assert!(
        refusal(members(40))
            .to_string()
            .contains("(bits 40 to 72) does not fit")
    );
    assert!(refusal(members(33)).to_string().contains("does not fit"));
}

#[test]
fn old_bit_fields_have_a_type_of_their_own() {
    // 3 bits, 4 bits into an int: as compilers wrote it before `kind_flag`.
    let builder = Builder::default()
        .add(STRUCT, 1, 4, &[1, 2, 8])
        .add(INT, 0, 4, &[4 << 16 | 3]);
    let bytes = builder.bytes();
    let btf = Btf::parse(&bytes).unwrap();
    let mut layouts = Layouts::new(&btf);
    let index = layouts.add(1).unwrap();
    let TypeKind::Struct(members) = &layouts.get(index).unwrap().kind else {
        panic!("not a struct");
    };
    assert_eq!((members[0].bit_offset, members[0].bits), (12, 3));
}

#[test]
fn arrays_of_nothing_have_no_elements() {
    let builder = Builder::default()
        .add(ARRAY, 0, 0, &[2, 0, u32::MAX])
        .add(STRUCT, 0, 0, &[]);
    let bytes = builder.bytes();
    let btf = Btf::parse(&bytes).unwrap();
    let mut layouts = Layouts::new(&btf);
    let index = layouts.add(1).unwrap();
    let ty = layouts.get(index).unwrap();
    assert!(matches!(ty.kind, TypeKind::Array { count: 0, .. }) && ty.size == 0);
}

#[test]
fn arrays_end_below_4_gib() {
    let builder = Builder::default()
        .add(ARRAY, 0, 0, &[2, 0, 1 << 30])
        .add(INT, 0, 4, &[32]);
    assert!(refusal(builder).to_string().ends_with("the array is larger than 4 GiB"));
}

#[test]
fn integers_have_the_sizes_that_machines_have() {
    let odd = Builder::default().add(INT, 0, 3, &[24]);
    assert_eq!(refusal(odd).to_string(), "x: an integer of 3 bytes");
}

#[test]
fn references_out_of_the_table_and_unknown_kinds_are_named() {
    let outside = Builder::default().add(STRUCT, 1, 8, &[1, 9, 0]);
    assert_eq!(
        refusal(outside).to_string(),
        "struct x.x: BTF type 9 does not exist: the object's BTF has types 1 to 1"
    );
    let unknown = int().add(30, 0, 0, &[]).bytes();
    assert_eq!(
        Btf::parse(&unknown).err().unwrap().to_string(),
        "the object's BTF type 2 is of the unknown kind 30"
    );
}
