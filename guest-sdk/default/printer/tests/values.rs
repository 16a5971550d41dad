//! Each kind of value, as JSON and as a column.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test")]

mod records;

use printer::{Enumerator, Kind, Member, Type};
use records::{chars, int, json, member, row, structure, ty};

/// A struct with one member `x` of the layout's second type; what that refers to follows it.
fn of(size: u32, rest: &[Type]) -> Vec<Type> {
    let mut layout = vec![structure("event", size, &[("x", 1, 0)])];
    layout.extend_from_slice(rest);
    layout
}

/// Check a value as it is shown in JSON and in a table.
fn shown(layout: &[Type], record: &[u8], as_json: &str, as_column: &str) {
    assert_eq!(json(layout, record), format!("{{\"x\":{as_json}}}"));
    assert_eq!(row(layout, record), as_column);
}

fn same(layout: &[Type], record: &[u8], text: &str) {
    shown(layout, record, text, text);
}

fn enumeration(size: u32, signed: bool, names: &[(&str, u64)]) -> Type {
    let values = names
        .iter()
        .map(|(name, value)| Enumerator {
            name: (*name).into(),
            value: *value,
        })
        .collect();
    ty("state", size, Kind::Enum { signed, values })
}

#[test]
fn integers_of_every_size_up_to_their_limits() {
    for (size, least, most) in [
        (1, i128::from(i8::MIN), u128::from(u8::MAX)),
        (2, i128::from(i16::MIN), u128::from(u16::MAX)),
        (4, i128::from(i32::MIN), u128::from(u32::MAX)),
        (8, i128::from(i64::MIN), u128::from(u64::MAX)),
    ] {
        let unsigned = of(size, &[int(size, false)]);
        let signed = of(size, &[int(size, true)]);
        let size = size as usize;
        same(&unsigned, &most.to_le_bytes()[..size], &most.to_string());
        same(&unsigned, &[0; 8][..size], "0");
        same(&signed, &least.to_le_bytes()[..size], &least.to_string());
        same(&signed, &(-1_i64).to_le_bytes()[..size], "-1");
        same(
            &signed,
            &(-(least + 1)).to_le_bytes()[..size],
            &(-(least + 1)).to_string(),
        );
    }
}

#[test]
fn every_number_of_digits() {
    let layout = of(8, &[int(8, false)]);
    for power in 0..20 {
        let ten = 10_u64.pow(power);
        for value in [ten - 1, ten, ten + 1, ten.wrapping_mul(9), u64::MAX / ten] {
            same(&layout, &value.to_ne_bytes(), &value.to_string());
        }
    }
}

#[test]
fn integers_of_128_bits_are_exact_and_strings_in_json() {
    let (unsigned, signed) = (of(16, &[int(16, false)]), of(16, &[int(16, true)]));
    for value in [
        0,
        7,
        u128::from(u64::MAX) + 1,
        10_u128.pow(16),
        10_u128.pow(38),
        u128::MAX,
    ] {
        shown(
            &unsigned,
            &value.to_ne_bytes(),
            &format!("\"{value}\""),
            &value.to_string(),
        );
    }
    for value in [i128::MIN, -1, 0, -(10_i128.pow(20)), i128::MAX] {
        shown(
            &signed,
            &value.to_ne_bytes(),
            &format!("\"{value}\""),
            &value.to_string(),
        );
    }
}

#[test]
fn booleans_are_true_for_everything_but_zero() {
    let layout = of(1, &[ty("_Bool", 1, Kind::Bool)]);
    same(&layout, &[0], "false");
    same(&layout, &[1], "true");
    same(&layout, &[255], "true");
}

#[test]
fn addresses_are_hexadecimal() {
    let layout = of(8, &[ty("", 8, Kind::Ptr)]);
    for value in [
        0,
        0x9,
        0xa,
        0x10,
        0xffff_ffff_8123_4567,
        0x7f00_0000_0abc,
        u64::MAX,
        1 << 60,
    ] {
        shown(
            &layout,
            &u64::to_ne_bytes(value),
            &format!("\"{value:#x}\""),
            &format!("{value:#x}"),
        );
    }
}

#[test]
fn floating_point_is_the_shortest_that_reads_back() {
    let double = of(8, &[ty("double", 8, Kind::Float)]);
    let float = of(4, &[ty("float", 4, Kind::Float)]);
    same(&double, &0.1_f64.to_ne_bytes(), "0.1");
    same(&double, &(-2.5_f64).to_ne_bytes(), "-2.5");
    same(&float, &0.1_f32.to_ne_bytes(), "0.1");
    for value in [f64::MAX, f64::MIN_POSITIVE, 5e-324, 1.0 / 3.0, -1e21, 0.0] {
        let text = row(&double, &value.to_ne_bytes());
        assert_eq!(text.parse::<f64>().unwrap().to_bits(), value.to_bits(), "{text}");
    }
    // JSON has no such numbers.
    shown(&double, &f64::NAN.to_ne_bytes(), "null", "NaN");
    shown(&double, &f64::INFINITY.to_ne_bytes(), "null", "inf");
    shown(&float, &f32::NEG_INFINITY.to_ne_bytes(), "null", "-inf");
}

#[test]
fn floating_point_of_an_unknown_size_is_shown_as_nothing() {
    shown(&of(16, &[ty("long double", 16, Kind::Float)]), &[1; 16], "null", "-");
}

#[test]
fn text_ends_at_the_first_nul_or_at_the_end_of_the_array() {
    for length in 1..=33 {
        let layout = of(length, &[chars(2, length), ty("char", 1, Kind::Char)]);
        let letters: Vec<u8> = (b'A'..).take(length as usize).map(|letter| letter & 0x5f).collect();
        for end in 0..=letters.len() {
            let mut record = letters.clone();
            record.iter_mut().skip(end).take(1).for_each(|byte| *byte = 0);
            let text = String::from_utf8_lossy(&letters[..end]).replace('\\', "\\\\");
            assert_eq!(
                json(&layout, &record),
                format!("{{\"x\":\"{text}\"}}"),
                "{length} {end}"
            );
        }
    }
}

#[test]
fn hostile_text_is_escaped_wherever_it_stands() {
    let layout = of(24, &[chars(2, 24), ty("char", 1, Kind::Char)]);
    for place in 0..20 {
        for (bytes, as_json, as_column) in [
            (&b"\x1b"[..], r"\u001b", r"\x1b"),
            (b"\n", r"\n", r"\n"),
            (b"\t", r"\t", r"\t"),
            (b"\r", r"\r", r"\r"),
            (b"\x08", r"\b", r"\x08"),
            (b"\x7f", r"\u007f", r"\x7f"),
            (b"\"", "\\\"", "\""),
            (b"\\", r"\\", r"\"),
            (b"\xc2\x9b", r"\u009b", r"\u009b"),
            (b"\xff", "\u{fffd}", "\u{fffd}"),
            (b"\xe2\x82", "\u{fffd}", "\u{fffd}"),
            ("€".as_bytes(), "€", "€"),
        ] {
            let before = "x".repeat(place);
            let mut record = [before.as_bytes(), bytes].concat();
            record.extend(b"yy");
            record.resize(24, 0);
            record.truncate(24);
            let after = String::from_utf8_lossy(&record).split('\0').next().unwrap().len();
            assert!(after > place);
            let rest = &"yy"[..(24 - place - bytes.len()).min(2)];
            shown(
                &layout,
                &record,
                &format!("\"{before}{as_json}{rest}\""),
                &format!("{before}{as_column}{rest}"),
            );
        }
    }
}

#[test]
fn arrays_are_json_wherever_they_stand() {
    same(
        &of(6, &[ty("", 6, Kind::Array { element: 2, count: 3 }), int(2, true)]),
        &[1, 0, 255, 255, 7, 0],
        "[1,-1,7]",
    );
    let words = [
        ty("", 8, Kind::Array { element: 2, count: 2 }),
        chars(3, 4),
        ty("char", 1, Kind::Char),
    ];
    same(&of(8, &words), b"ab\0\0cdef", r#"["ab","cdef"]"#);
    let square = [
        ty("", 4, Kind::Array { element: 2, count: 2 }),
        ty("", 2, Kind::Array { element: 3, count: 2 }),
        int(1, false),
    ];
    same(&of(4, &square), &[1, 2, 3, 4], "[[1,2],[3,4]]");
}

#[test]
fn flexible_arrays_are_empty() {
    same(
        &of(0, &[ty("", 0, Kind::Array { element: 2, count: 0 }), int(4, false)]),
        &[1, 2, 3, 4],
        "[]",
    );
    shown(&of(0, &[chars(2, 0), ty("char", 1, Kind::Char)]), b"ab", "\"\"", "");
}

#[test]
fn structs_and_unions_are_objects() {
    let inner = structure("inner", 8, &[("a", 2, 0), ("b", 3, 4)]);
    let char_array = [int(4, true), chars(4, 4), ty("char", 1, Kind::Char)];
    let layout = of(8, &[&[inner][..], &char_array].concat());
    same(&layout, b"\xff\xff\xff\xffh\"i\0", r#"{"a":-1,"b":"h\"i"}"#);

    let members = vec![member("number", 2, 0), member("text", 3, 0)];
    let layout = of(4, &[&[ty("either", 4, Kind::Union(members))][..], &char_array].concat());
    same(&layout, b"A\0\0\0", r#"{"number":65,"text":"A"}"#);
}

#[test]
fn members_of_anonymous_structs_belong_to_the_outer_one() {
    let layout = [
        structure("event", 12, &[("a", 2, 0), ("", 1, 4)]),
        ty("", 8, Kind::Union(vec![member("b", 2, 0), member("", 3, 0)])),
        int(4, false),
        structure("", 8, &[("c", 2, 0), ("d", 2, 4)]),
    ];
    let record = [1_u32, 2, 3].map(u32::to_ne_bytes).concat();
    assert_eq!(json(&layout, &record), r#"{"a":1,"b":2,"c":2,"d":3}"#);
    assert_eq!(row(&layout, &record), "1      2       2       3");
}

#[test]
fn enumerations_are_names_and_numbers_where_there_is_none() {
    let layout = of(
        4,
        &[enumeration(4, false, &[("RUN", 0), ("STOP", 2), ("ALSO_STOP", 2)])],
    );
    shown(&layout, &2_u32.to_ne_bytes(), "\"STOP\"", "STOP");
    shown(&layout, &0_u32.to_ne_bytes(), "\"RUN\"", "RUN");
    same(&layout, &1_u32.to_ne_bytes(), "1");
    same(&layout, &u32::MAX.to_ne_bytes(), "4294967295");

    let layout = of(4, &[enumeration(4, true, &[("NEGATIVE", -1_i64 as u64), ("NONE", 0)])]);
    shown(&layout, &(-1_i32).to_ne_bytes(), "\"NEGATIVE\"", "NEGATIVE");
    same(&layout, &(-2_i32).to_ne_bytes(), "-2");

    let layout = of(
        8,
        &[enumeration(
            8,
            false,
            &[
                ("SMALL", 1),
                ("LARGE_AND_WITH_A_LONG_NAME", u64::MAX),
                ("MIDDLE", 1 << 33),
            ],
        )],
    );
    shown(
        &layout,
        &u64::MAX.to_ne_bytes(),
        "\"LARGE_AND_WITH_A_LONG_NAME\"",
        "LARGE_AND_WITH_A_LONG_NAME",
    );
    shown(&layout, &(1_u64 << 33).to_ne_bytes(), "\"MIDDLE\"", "MIDDLE");
    same(&layout, &2_u64.to_ne_bytes(), "2");
}

#[test]
fn bitfields_are_numbers_booleans_and_names() {
    let bits = |name: &str, ty, bit_offset, bit_width| Member {
        name: name.into(),
        ty,
        bit_offset,
        bit_width,
    };
    let layout = [
        ty(
            "event",
            16,
            Kind::Struct(vec![
                bits("a", 1, 0, 3),
                bits("b", 2, 3, 5),
                bits("c", 3, 8, 1),
                bits("d", 4, 9, 2),
                bits("e", 5, 12, 64),
                bits("f", 2, 76, 20),
            ]),
        ),
        int(4, false),
        int(4, true),
        ty("bool", 1, Kind::Bool),
        enumeration(4, true, &[("UP", 1), ("DOWN", -1_i64 as u64)]),
        int(8, false),
    ];
    let fields = 0b101_u128 | 0b11110 << 3 | 1 << 8 | 0b11 << 9 | u128::from(u64::MAX - 1) << 12 | 0x7ffff << 76;
    assert_eq!(
        json(&layout, &fields.to_le_bytes()),
        r#"{"a":5,"b":-2,"c":true,"d":"DOWN","e":18446744073709551614,"f":524287}"#
    );
}

#[test]
fn a_lone_char_is_a_small_number() {
    same(&of(1, &[ty("char", 1, Kind::Char)]), &[0xff], "-1");
}

#[test]
fn what_has_no_bytes_to_show_is_shown_as_nothing() {
    shown(&of(4, &[ty("file", 0, Kind::Opaque)]), &[0; 4], "null", "-");
}

#[test]
fn a_record_that_is_no_struct_is_a_value() {
    let layout = [int(4, false)];
    assert_eq!(json(&layout, &[7, 0, 0, 0]), r#"{"value":7}"#);
    assert_eq!(row(&layout, &[7, 0, 0, 0]), "7");
}

#[test]
fn names_are_escaped_as_text_is() {
    let layout = [structure("event", 4, &[("a\"\n\u{1b}é", 1, 0)]), int(4, false)];
    assert_eq!(json(&layout, &[7, 0, 0, 0]), r#"{"a\"\n\u001bé":7}"#);
}
