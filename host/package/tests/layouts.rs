//! What the layouts of C types are, from objects that clang made.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod clang;

use package::{Description, Package, Type, TypeKind, Types};

/// The description of a source whose event is `struct event`.
fn describe(source: &str) -> Description {
    let elf = clang::compile(&format!("{source}\nstruct event *keep;\n"));
    let package = Package::from_object(elf, "tool", &["event".into()]).unwrap();
    package.describe().unwrap()
}

const RING: &str = r#"struct { __uint(type, 27); __uint(max_entries, 4096); } rb SEC(".maps");"#;

/// The members of `struct event` as lines: `name: type @bit[:width]`.
fn event(members: &str) -> Vec<String> {
    let description = describe(&format!("struct event {{ {members} }};\n{RING}"));
    let record = description.maps[0].record.unwrap();
    lines(&description.types, description.types.get(record).unwrap())
}

fn lines(types: &Types, ty: &Type) -> Vec<String> {
    let (TypeKind::Struct(members) | TypeKind::Union(members)) = &ty.kind else {
        panic!("{ty:?}");
    };
    members
        .iter()
        .map(|member| {
            let width = match member.bits {
                0 => String::new(),
                bits => format!(":{bits}"),
            };
            format!(
                "{}: {} @{}{width}",
                member.name,
                text(types, types.get(member.ty).unwrap()),
                member.bit_offset
            )
        })
        .collect()
}

fn text(types: &Types, ty: &Type) -> String {
    let bits = ty.size * 8;
    match &ty.kind {
        TypeKind::Int { signed: true } => format!("s{bits}"),
        TypeKind::Int { signed: false } => format!("u{bits}"),
        TypeKind::Char => "char".into(),
        TypeKind::Bool => format!("bool{bits}"),
        TypeKind::Float => format!("f{bits}"),
        TypeKind::Enum { signed, values } => format!("enum{bits} signed={signed} {values:x?}"),
        TypeKind::Pointer => format!("pointer {:?}", ty.name),
        TypeKind::Array { element, count } => {
            format!("{}[{count}]", text(types, types.get(*element).unwrap()))
        }
        TypeKind::Struct(_) => format!("struct {} {:?} of {}", ty.name, lines(types, ty), ty.size),
        TypeKind::Union(_) => format!("union {} {:?} of {}", ty.name, lines(types, ty), ty.size),
        TypeKind::Opaque => format!("opaque {}", ty.size),
    }
}

#[test]
fn integers_lose_their_typedefs_and_qualifiers() {
    assert_eq!(
        event("const volatile pid_t a; u64 b; s16 c; u8 d; bool e; unsigned __int128 f; __int128 g;"),
        [
            "a: s32 @0",
            "b: u64 @64",
            "c: s16 @128",
            "d: u8 @144",
            "e: bool8 @152",
            "f: u128 @256",
            "g: s128 @384",
        ]
    );
}

#[test]
fn only_plain_char_is_text() {
    assert_eq!(
        event("char comm[16]; u8 address[6]; signed char s[2]; char names[4][8];"),
        [
            "comm: char[16] @0",
            "address: u8[6] @128",
            "s: s8[2] @176",
            "names: char[8][4] @192",
        ]
    );
}

#[test]
fn floats() {
    assert_eq!(event("float a; double b;"), ["a: f32 @0", "b: f64 @64"]);
}

#[test]
fn enums_know_their_sign_and_width() {
    assert_eq!(
        event("enum small { A, B = 7 } a; enum negative { N = -2, P } b; enum big { H = 0x8000000000000001ull } c;"),
        [
            r#"a: enum32 signed=false [("A", 0), ("B", 7)] @0"#,
            r#"b: enum32 signed=true [("N", fffffffffffffffe), ("P", ffffffffffffffff)] @32"#,
            r#"c: enum64 signed=false [("H", 8000000000000001)] @64"#,
        ]
    );
}

#[test]
fn bit_fields_have_offset_and_width() {
    assert_eq!(
        event("u32 a : 3; u32 b : 13; s32 c : 5; bool d : 1; u64 e : 40; enum k { X, Y } f : 2;"),
        [
            "a: u32 @0:3",
            "b: u32 @3:13",
            "c: s32 @16:5",
            "d: bool8 @21:1",
            "e: u64 @22:40",
            r#"f: enum32 signed=false [("X", 0), ("Y", 1)] @62:2"#,
        ]
    );
}

#[test]
fn structs_and_unions_nest_also_without_names() {
    assert_eq!(
        event(
            "struct { u8 a; union { u32 b; char c[4]; }; }; union { u64 whole; struct { u32 low, high; }; } v; struct in { u16 x; } last[2];"
        ),
        [
            r#": struct  ["a: u8 @0", ": union  [\"b: u32 @0\", \"c: char[4] @0\"] of 4 @32"] of 8 @0"#,
            r#"v: union  ["whole: u64 @0", ": struct  [\"low: u32 @0\", \"high: u32 @32\"] of 8 @0"] of 8 @64"#,
            r#"last: struct in ["x: u16 @0"] of 2[2] @128"#,
        ]
    );
}

#[test]
fn pointers_end_a_type_even_one_that_refers_to_itself() {
    assert_eq!(
        event("struct event *next; void *data; int (*call)(int); struct unknown *u; const char *text; int (*row)[4];"),
        [
            r#"next: pointer "struct event *" @0"#,
            r#"data: pointer "void *" @64"#,
            r#"call: pointer "int (*)()" @128"#,
            r#"u: pointer "struct unknown *" @192"#,
            r#"text: pointer "const char *" @256"#,
            r#"row: pointer "int (*)[4]" @320"#,
        ]
    );
}

#[test]
fn arrays_of_arrays_and_a_flexible_one_at_the_end() {
    assert_eq!(
        event("u16 matrix[2][3][4]; u32 length; u64 rest[];"),
        ["matrix: u16[4][3][2] @0", "length: u32 @384", "rest: u64[0] @448"]
    );
}

#[test]
fn the_table_holds_each_type_once_and_no_type_before_its_parts() {
    let description = describe(&format!(
        "struct in {{ u32 a, b; }}; struct event {{ struct in x, y; struct in z[3]; }}; {RING}"
    ));
    let types = &description.types;
    let named = |name: &str| types.iter().filter(|ty| ty.name == name).count();
    assert_eq!((named("in"), named("unsigned int")), (1, 1));
    for (index, ty) in types.iter().enumerate() {
        let parts: Vec<u32> = match &ty.kind {
            TypeKind::Struct(members) | TypeKind::Union(members) => members.iter().map(|member| member.ty).collect(),
            TypeKind::Array { element, .. } => vec![*element],
            _ => vec![],
        };
        assert!(parts.iter().all(|&part| (part as usize) < index), "{ty:?}");
    }
}
