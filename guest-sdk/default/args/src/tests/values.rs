//! What values options take, and how they are written.

use super::fixture::{INT, Tool, Type, array, sigsnoop};
use eunomia_component::types::Signedness::{Signed, Unsigned};

/// What the value becomes as the JSON of a variable of this type.
#[track_caller]
fn takes(ty: &Type, cases: &[(&str, &str)]) {
    let tool = Tool::new().variable("it", ty);
    for (text, json) in cases {
        assert_eq!(tool.run(&["--it", text]), [format!("it={json}")], "{text}");
        assert_eq!(tool.run(&[&format!("--it={text}")]), [format!("it={json}")], "{text}");
    }
}

#[track_caller]
fn refuses(ty: &Type, texts: &[&str], message: &str) {
    let tool = Tool::new().variable("it", ty);
    for text in texts {
        let expected = format!("--it was given {text:?}, and takes {message}");
        assert_eq!(tool.usage(&["--it", text]), expected);
    }
}

#[test]
fn all_spellings_of_an_option_mean_the_same() {
    let tool = sigsnoop();
    let pid = ["failed_only=false", "kill_only=false", "filtered_pid=42"];
    for arguments in [
        &["-p42"][..],
        &["-p", "42"],
        &["-p=42"],
        &["--pid", "42"],
        &["--pid=42"],
        &["--pid=1", "-p42"],
    ] {
        assert_eq!(tool.run(arguments), pid, "{arguments:?}");
    }
    let all = [
        "failed_only=true",
        "kill_only=true",
        "filtered_pid=-1",
        "target_signal=9",
    ];
    for arguments in [
        &["-xkp-1", "-s9"][..],
        &["-kxp", "-1", "--signal", "011"],
        &["-x", "-k", "-p=-1", "-s", "0x9", "--"],
        &["--failed", "--killed=true", "--pid", "-1", "--signal=0o11"],
    ] {
        assert_eq!(tool.run(arguments), all, "{arguments:?}");
    }
}

#[test]
fn integers_are_checked_by_their_type() {
    takes(
        &INT,
        &[
            ("0", "0"),
            ("-2147483648", "-2147483648"),
            ("+7", "7"),
            ("-0", "0"),
            ("0X7fffffff", "2147483647"),
            ("-0x10", "-16"),
            ("-010", "-8"),
            ("00", "0"),
        ],
    );
    let range = "an integer from -2147483648 to 2147483647";
    refuses(
        &INT,
        &[
            "2147483648",
            "-2147483649",
            "",
            "-",
            "abc",
            "1.5",
            "08",
            "0x",
            "0x-1",
            "--1",
            "1 ",
            "٣",
        ],
        range,
    );
    takes(&Type::Int(1, Unsigned), &[("255", "255")]);
    refuses(&Type::Int(1, Unsigned), &["256", "-1"], "an integer from 0 to 255");
    takes(
        &Type::Int(8, Unsigned),
        &[("18446744073709551615", "18446744073709551615")],
    );
    takes(
        &Type::Int(8, Signed),
        &[("-9223372036854775808", "-9223372036854775808")],
    );
    let least = "-170141183460469231731687303715884105728";
    takes(&Type::Int(16, Signed), &[(least, least)]);
    refuses(
        &Type::Int(16, Unsigned),
        &["340282366920938463463374607431768211456"],
        "an integer from 0 to 340282366920938463463374607431768211455",
    );
}

#[test]
fn floats_are_numbers_that_fit() {
    takes(
        &Type::Float(8),
        &[("1", "1.0"), ("-.5", "-0.5"), ("1e300", "1e+300"), ("0.1", "0.1")],
    );
    takes(&Type::Float(4), &[("3.4e38", "3.4e+38")]);
    refuses(
        &Type::Float(8),
        &["1e400", "nan", "inf", "1,5", ""],
        "a number that a double can hold",
    );
    refuses(&Type::Float(4), &["1e39"], "a number that a float can hold");
}

#[test]
fn text_must_leave_room_for_its_nul() {
    takes(
        &array(Type::Char, 4),
        &[("abc", "\"abc\""), ("", "\"\""), ("é\"", "\"é\\\"\""), ("-x", "\"-x\"")],
    );
    refuses(
        &array(Type::Char, 4),
        &["abcd"],
        "up to 3 bytes: it is a char[4] and ends with a NUL; this has 4",
    );
    takes(&array(array(Type::Char, 4), 2), &[("ab,c", "[\"ab\",\"c\"]")]);
    takes(
        &Type::Char,
        &[("x", "\"x\""), ("7", "7"), ("-128", "-128"), ("0xff", "255")],
    );
    refuses(
        &Type::Char,
        &["256", "xy", "é", ""],
        "an ASCII character or an integer from -128 to 255",
    );
}

#[test]
fn enumerations_go_by_name_or_number() {
    let level = Type::Enum(Signed, vec![("LOW", -1), ("MEDIUM", 0), ("HIGH", 1)]);
    takes(
        &level,
        &[("LOW", "\"LOW\""), ("HIGH", "\"HIGH\""), ("-1", "-1"), ("0x10", "16")],
    );
    refuses(&level, &["low", "2147483648", ""], "one of LOW, MEDIUM, HIGH");
}

#[test]
fn arrays_are_values_with_commas_between_them() {
    takes(
        &array(INT, 3),
        &[("1,2,3", "[1,2,3]"), ("-1,0x10", "[-1,16]"), ("5", "[5]")],
    );
    let up_to = "up to 3 values with commas between them, each an integer from -2147483648 to 2147483647";
    refuses(&array(INT, 3), &["1,,2", "a", "1,b", ""], up_to);
    refuses(&array(INT, 3), &["1,2,3,4"], &format!("{up_to}; this has 4"));
    takes(&array(Type::Bool, 2), &[("true,0", "[true,false]")]);
}

#[test]
fn a_bool_is_a_flag() {
    let tool = |on: bool| {
        Tool::new()
            .variable("dns_names", &Type::Bool)
            .argument(|argument| argument.short = Some("n".to_string()))
            .with(|variable| variable.initial = vec![on.into()])
    };
    for on in [false, true] {
        let tool = tool(on);
        assert_eq!(tool.run(&[]), [""; 0], "what nobody set keeps its value");
        let turned = format!("dns_names={}", !on);
        assert_eq!(tool.run(&["-n"]), [turned.clone()]);
        for name in [
            "--dns_names",
            "--dns-names",
            "--enable-dns_names",
            "--enable-dns-names",
            "--dns_names=1",
        ] {
            assert_eq!(tool.run(&[name]), ["dns_names=true"], "{name}");
        }
        for name in [
            "--no-dns_names",
            "--disable-dns_names",
            "--no-dns-names",
            "--dns-names=false",
        ] {
            assert_eq!(tool.run(&[name]), ["dns_names=false"], "{name}");
        }
        assert_eq!(
            tool.run(&["-n", "--enable-dns_names", "--disable-dns_names"]),
            ["dns_names=false"]
        );
    }
}
