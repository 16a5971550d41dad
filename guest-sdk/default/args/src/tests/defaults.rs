//! Where a run starts from.

use super::fixture::{INT, Tool, Type, array};

fn tool(ty: &Type, default: &str) -> Tool {
    Tool::new()
        .variable("it", ty)
        .argument(|argument| argument.default = Some(default.to_string()))
}

#[test]
fn a_default_of_the_package_is_set_and_shown() {
    for (ty, default, json, shown) in [
        (INT, "5", "5", "5"),
        (INT, "0", "0", "0"),
        (INT, "\"0x10\"", "16", "0x10"),
        (
            array(Type::Char, 16),
            "\"a\\u00e9\\n\\ud83d\\ude00\"",
            "\"aé\\u000a😀\"",
            "aé\u{fffd}😀",
        ),
        (array(INT, 3), " [1 , 2]", "[1,2]", "1,2"),
        (array(INT, 3), "[]", "[]", ""),
        (array(array(Type::Char, 4), 2), "[\"a,b\"]", "[\"a,b\"]", "a,b"),
        (Type::Float(8), "1e3", "1000.0", "1e3"),
    ] {
        let tool = tool(&ty, default);
        assert_eq!(tool.run(&[]), [format!("it={json}")], "{default}");
        assert!(
            tool.text(&["-h"]).ends_with(&format!(" [default: {shown}]\n")),
            "{default}"
        );
    }
    assert_eq!(tool(&INT, "5").run(&["--it=6"]), ["it=6"]);
    assert_eq!(tool(&INT, "null").run(&[]), [""; 0]);
}

#[test]
fn a_bool_starts_from_the_packages_default_before_the_objects_value() {
    let on = tool(&Type::Bool, "true");
    assert_eq!(on.run(&[]), ["it=true"]);
    assert_eq!(on.run(&["--no-it"]), ["it=false"]);
    let off = tool(&Type::Bool, "false").with(|variable| variable.initial = vec![1]);
    assert_eq!(off.run(&[]), ["it=false"]);
    assert_eq!(off.run(&["--it"]), ["it=true"]);
    assert!(off.text(&["-h"]).contains("    --it  "));
}

#[test]
fn a_default_that_does_not_fit_is_an_error_that_the_user_can_pass_by() {
    let tool = tool(&Type::Int(1, eunomia_component::types::Signedness::Unsigned), "300");
    assert_eq!(
        tool.usage(&[]),
        "the package's default for --it is 300, and it takes an integer from 0 to 255\n\
         hint: give a value of your own, or correct cmdarg.default of the variable it in the package"
    );
    assert_eq!(tool.run(&["--it=3"]), ["it=3"]);
    for (ty, default) in [
        (INT, "true"),
        (INT, "{}"),
        (INT, "[1]"),
        (INT, "1 2"),
        (INT, ""),
        (Type::Bool, "7"),
        (array(INT, 1), "[1,2]"),
        (array(INT, 1), "[[[[[[1]]]]]]"),
        (array(Type::Char, 4), "\"abcd\""),
        (array(Type::Char, 4), "\"\\ud800\""),
        (array(Type::Char, 4), "\"a"),
    ] {
        let usage = self::tool(&ty, default).usage(&[]);
        assert!(
            usage.starts_with("the package's default for --it is "),
            "{default}: {usage}"
        );
    }
}

#[test]
fn a_default_of_what_nobody_can_type_is_set_as_it_is() {
    let tool = tool(&Type::Struct, "{\"a\": 1}");
    assert_eq!(tool.run(&[]), ["it={\"a\": 1}"]);
}
