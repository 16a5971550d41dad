//! Setting variables: what JSON becomes in memory, and what is refused in which words.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod clang;

use package::{Package, Value, decode_value, encode_value};
use serde_json::json;

/// Writes `value` into the variable `v` that `declaration` declares; its bytes before and after.
fn write(declaration: &str, value: &Value) -> Result<(Vec<u8>, Vec<u8>), String> {
    let elf = clang::compile(declaration);
    let package = Package::from_object(elf, "tool", &[]).unwrap();
    let description = package.describe().unwrap();
    let variable = description
        .variables
        .iter()
        .find(|variable| variable.name == "v")
        .unwrap();
    let mut out = variable.initial.clone();
    encode_value(&description.types, variable.ty, value, &mut out)
        .map(|()| (variable.initial.clone(), out))
        .map_err(|error| error.to_string())
}

fn bytes(declaration: &str, value: Value) -> Vec<u8> {
    write(declaration, &value).unwrap().1
}

fn refusal(declaration: &str, value: Value) -> String {
    write(declaration, &value).unwrap_err()
}

/// A number with more digits than Rust literals of JSON take.
fn number(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn integers_of_every_width() {
    assert_eq!(bytes("u8 v = 1;", json!(255)), [255]);
    assert_eq!(bytes("s16 v = 1;", json!(-2)), (-2i16).to_ne_bytes());
    assert_eq!(bytes("const volatile pid_t v = 7;", json!(4242)), 4242i32.to_ne_bytes());
    assert_eq!(bytes("u64 v;", json!(u64::MAX)), u64::MAX.to_ne_bytes());
    assert_eq!(
        bytes("unsigned __int128 v = 1;", number(&u128::MAX.to_string())),
        u128::MAX.to_ne_bytes()
    );
    assert_eq!(
        bytes("__int128 v = 1;", json!(i128::MIN.to_string())),
        i128::MIN.to_ne_bytes()
    );
}

#[test]
fn integers_out_of_range_name_the_range() {
    assert_eq!(
        refusal("u8 v;", json!(256)),
        "256 is out of range: unsigned char of 8 bits takes 0 to 255"
    );
    assert_eq!(
        refusal("int v;", json!(-2147483649i64)),
        "-2147483649 is out of range: int of 32 bits takes -2147483648 to 2147483647"
    );
    assert_eq!(
        refusal("u64 v;", json!(-1)),
        "-1 is out of range: unsigned long long of 64 bits takes 0 to 18446744073709551615"
    );
    assert_eq!(
        refusal("__int128 v;", number("170141183460469231731687303715884105728")),
        "170141183460469231731687303715884105728 is out of range: __int128 of 128 bits takes \
         -170141183460469231731687303715884105728 to 170141183460469231731687303715884105727"
    );
    assert_eq!(
        refusal("int v;", json!(1.5)),
        "found 1.5, expected a whole number (int)"
    );
    assert_eq!(
        refusal("int v;", json!("7")),
        r#"found "7", expected a whole number (int)"#
    );
}

#[test]
fn booleans() {
    assert_eq!(bytes("bool v = 1;", json!(false)), [0]);
    assert_eq!(bytes("bool v;", json!(1)), [1]);
    assert_eq!(refusal("bool v;", json!(2)), "found 2, expected true or false");
}

#[test]
fn floats() {
    assert_eq!(bytes("float v;", json!(1.5)), 1.5f32.to_ne_bytes());
    assert_eq!(bytes("double v;", json!(-3)), (-3f64).to_ne_bytes());
    assert_eq!(
        refusal("float v;", json!(1e300)),
        "found 1e+300, expected a number that a float can hold"
    );
    assert_eq!(
        refusal("double v;", number("1e999")),
        "found 1e+999, expected a number that a double can hold"
    );
}

#[test]
fn enums_by_name_and_by_number() {
    let small = "enum mode { OFF, SLOW = -5, FAST = 9 } v;";
    assert_eq!(bytes(small, json!("SLOW")), (-5i32).to_ne_bytes());
    assert_eq!(bytes(small, json!(3)), 3i32.to_ne_bytes());
    assert_eq!(
        refusal(small, json!("WARP")),
        r#"found "WARP", expected one of OFF, SLOW, FAST"#
    );
    let big = "enum big { TOP = 0x8000000000000001ull } v;";
    assert_eq!(bytes(big, json!("TOP")), 0x8000_0000_0000_0001u64.to_ne_bytes());
}

#[test]
fn text_gets_its_nul_and_replaces_all_that_was_there() {
    assert_eq!(bytes("char v[8] = \"abcdefg\";", json!("hi")), *b"hi\0\0\0\0\0\0");
    assert_eq!(bytes("char v[3];", json!("ü")), *b"\xc3\xbc\0");
    assert_eq!(
        refusal("char v[4];", json!("four")),
        "the string has 4 bytes, char[4] takes 3 and a NUL"
    );
    assert_eq!(bytes("char v[4];", json!([1, -1])), [1, 255, 0, 0]);
    assert_eq!(bytes("char v[2][4];", json!(["a", "b"])), *b"a\0\0\0b\0\0\0");
    assert_eq!(
        refusal("u8 v[4];", json!("abc")),
        r#"found "abc", expected an array of up to 4 elements"#
    );
    assert_eq!(bytes("char v;", json!("x")), *b"x");
}

#[test]
fn arrays_keep_what_is_not_given() {
    assert_eq!(bytes("u8 v[4] = {1, 2, 3, 4};", json!([9, 8])), [9, 8, 3, 4]);
    assert_eq!(
        refusal("u8 v[2];", json!([1, 2, 3])),
        "found 3 elements, there is room for 2"
    );
    assert_eq!(
        refusal("u8 v[2][2];", json!([[1], [2, 300]])),
        "[1][1]: 300 is out of range: unsigned char of 8 bits takes 0 to 255"
    );
}

#[test]
fn structs_by_member_and_through_anonymous_ones() {
    let point = "struct point { u16 x; struct { u8 y; union { u8 z; s8 w; }; }; u32 low : 4; u32 high : 28; } v = {1, {2, 3}, 15, 1};";
    let (before, after) = write(point, &json!({"y": 9, "w": -1, "high": 2})).unwrap();
    assert_eq!(before[..4], [1u16.to_ne_bytes(), [2, 3]].concat());
    assert_eq!(after[..4], [1u16.to_ne_bytes(), [9, 255]].concat());
    if cfg!(target_endian = "little") {
        assert_eq!(after[4..], [0x2f, 0, 0, 0], "the neighbour of a bit field stays");
    }
    assert_eq!(
        refusal(point, json!({"low": 16})),
        "low: 16 is out of range: unsigned int of 4 bits takes 0 to 15"
    );
    assert_eq!(
        refusal(point, json!({"q": 1})),
        r#"point has no member "q", only one of x, low, high"#
    );
    assert_eq!(
        refusal("union either { u8 a; u32 b; } v;", json!({"a": 1, "b": 2})),
        "found 2 members, a union takes one"
    );
}

#[test]
fn a_flexible_array_takes_what_its_initializer_left() {
    let list = "struct list { u8 count; u8 items[]; } v = {2, {5, 6}};";
    assert_eq!(bytes(list, json!({"items": [7, 8]})), [2, 7, 8]);
    assert_eq!(
        refusal(list, json!({"items": [1, 2, 3]})),
        "items: found 3 elements, there is room for 2"
    );
}

#[test]
fn pointers_are_never_set() {
    assert_eq!(
        refusal("struct task *v;", json!(1)),
        "a pointer (struct task *) can't be set"
    );
}

/// What the variable `v` that `declaration` declares holds from the start.
fn initial(declaration: &str) -> Value {
    let package = Package::from_object(clang::compile(declaration), "tool", &[]).unwrap();
    let description = package.describe().unwrap();
    let variable = description.variables.iter().find(|variable| variable.name == "v");
    let variable = variable.unwrap();
    decode_value(&description.types, variable.ty, &variable.initial)
}

#[test]
fn what_a_variable_holds_is_said_in_the_words_that_set_it() {
    for (declaration, value) in [
        ("u8 v = 255;", json!(255)),
        ("s16 v = -2;", json!(-2)),
        ("u64 v = ~0ull;", json!(u64::MAX)),
        ("__int128 v = -5;", json!("-5")),
        ("const volatile bool v = 1;", json!(true)),
        ("char v = 'x';", json!(120)),
        ("char v[8] = \"init\";", json!("init")),
        ("char v[4] = \"a\\0b\";", json!([97, 0, 98, 0])),
        ("char v[2] = {'a', 'b'};", json!([97, 98])),
        ("u32 v[2][2] = {{1, 2}, {3}};", json!([[1, 2], [3, 0]])),
        ("enum e { LOW = -1, HIGH = 7 }; enum e v = LOW;", json!("LOW")),
        ("enum e { LOW = -1, HIGH = 7 }; enum e v = 3;", json!(3)),
        ("float v = 0.5;", json!(0.5)),
        ("double v = -1.25;", json!(-1.25)),
        (
            "struct s { int a; struct { u8 b; char name[4]; }; s32 low: 3, high: 5; } v = {-1, {2, \"x\"}, -2, 9};",
            json!({"a": -1, "b": 2, "name": "x", "low": -2, "high": 9}),
        ),
        (
            "struct s { u32 n; u16 rest[]; } v = {1, {2, 3}};",
            json!({"n": 1, "rest": [2, 3]}),
        ),
    ] {
        assert_eq!(initial(declaration), value, "{declaration}");
        let written = bytes(declaration, value);
        assert_eq!(bytes(declaration, initial(declaration)), written, "{declaration}");
    }
    assert_eq!(
        initial("union u { u32 word; u8 bytes[4]; } v = {0x01010101};"),
        json!({"word": 0x0101_0101, "bytes": [1, 1, 1, 1]})
    );
    assert_eq!(initial("void *v = 0;"), json!(0), "a pointer is an address");
}
