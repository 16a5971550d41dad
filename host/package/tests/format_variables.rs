//! Variables: JSON value to memory, and what is refused in which words. `conversions.rs` tries random types and values.

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
fn integers_of_8_to_128_bits_in_native_byte_order() {
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
fn bool_from_true_false_0_and_1() {
    assert_eq!(bytes("bool v = 1;", json!(false)), [0]);
    assert_eq!(bytes("bool v;", json!(1)), [1]);
    assert_eq!(refusal("bool v;", json!(2)), "found 2, expected true or false");
}

#[test]
fn float_and_double() {
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
fn enum_and_enum64_by_number_or_by_name() {
    let small = "enum mode { OFF, SLOW = -5, FAST = 9 } v;";
    assert_eq!(bytes(small, json!("SLOW")), (-5i32).to_ne_bytes());
    assert_eq!(bytes(small, json!(3)), 3i32.to_ne_bytes());
    assert_eq!(
        refusal(small, json!("WARP")),
        r#"found "WARP", expected one of OFF, SLOW, FAST"#
    );
    let big = "enum big { TOP = 0x8000000000000001ull } v;";
    assert_eq!(bytes(big, json!("TOP")), 0x8000_0000_0000_0001u64.to_ne_bytes());
    assert_eq!(bytes(big, json!(u64::MAX)), u64::MAX.to_ne_bytes());
    let low = "enum low { BOTTOM = -0x7fffffffffffffffll } v;";
    assert_eq!(bytes(low, json!("BOTTOM")), (-i64::MAX).to_ne_bytes());
    assert_eq!(bytes(low, json!(i64::MIN)), i64::MIN.to_ne_bytes());
}

#[test]
fn char_arrays_take_a_string_to_which_a_nul_is_added_and_too_long_is_an_error_with_both_lengths() {
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
fn arrays_from_json_arrays_start_from_the_bytes_of_the_elf() {
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
fn structs_from_json_objects_start_from_the_bytes_of_the_elf() {
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
fn each_width_takes_its_first_and_last_number_and_no_more() {
    for (c, bits, signed) in [
        ("u8", 8, false),
        ("s8", 8, true),
        ("u16", 16, false),
        ("s16", 16, true),
        ("u32", 32, false),
        ("s32", 32, true),
        ("u64", 64, false),
        ("s64", 64, true),
        ("unsigned __int128", 128, false),
        ("__int128", 128, true),
    ] {
        let all = u128::MAX >> (128 - bits);
        let (lowest, highest) = if signed { (all / 2 + 1, all / 2) } else { (0, all) };
        let memory = |number: u128| number.to_le_bytes()[..bits / 8].to_vec();
        let declaration = format!("{c} v = 1;");
        let sign = if signed { "-" } else { "" };
        let written = |text: String| {
            let mut bytes = bytes(&declaration, number(&text));
            if cfg!(target_endian = "big") {
                bytes.reverse();
            }
            bytes
        };
        assert_eq!(written(highest.to_string()), memory(highest), "{c}");
        assert_eq!(written(format!("{sign}{lowest}")), memory(lowest.wrapping_neg()), "{c}");
        let range = format!("of {bits} bits takes {sign}{lowest} to {highest}");
        if let Some(more) = highest.checked_add(1) {
            assert!(
                refusal(&declaration, number(&more.to_string())).ends_with(&range),
                "{c}"
            );
        }
        let less = format!("-{}", lowest + 1);
        assert!(refusal(&declaration, number(&less)).ends_with(&range), "{c}");
    }
}

#[test]
fn typedefs_are_peeled() {
    let declaration =
        "typedef u32 number; typedef number numbers[2]; typedef struct { numbers n; } record; const volatile record v;";
    assert_eq!(
        bytes(declaration, json!({"n": [1, 2]})),
        [1_u32.to_ne_bytes(), 2_u32.to_ne_bytes()].concat()
    );
}

#[test]
fn only_variables_that_have_a_value_are_written_whatever_their_section() {
    let source = "const volatile int a = 1; int b = 2; int c; SEC(\"kprobe/x\") int f(void *p) { return a + b + c; }";
    let package = Package::from_object(clang::compile(source), "tool", &[]).unwrap();
    let mut tree: Value = serde_json::from_slice(&package.to_json().unwrap()).unwrap();
    tree["runtime_args"] = json!({"b": 7, "c": null});
    let description = Package::parse(tree.to_string().as_bytes()).unwrap().describe().unwrap();
    let mut found: Vec<_> = description
        .variables
        .iter()
        .map(|variable| {
            (
                variable.name.as_str(),
                variable.value.clone(),
                variable.initial[0].max(variable.initial[3]),
            )
        })
        .collect();
    found.sort_by_key(|(name, ..)| *name);
    assert_eq!(found, [("a", None, 1), ("b", Some(json!(7)), 2), ("c", None, 0)]);
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
