//! What a command line that is wrong is told.

use super::fixture::{Tool, Type, sigsnoop};

#[test]
fn an_unknown_option_is_named_with_the_nearest_one() {
    for (argument, error) in [
        (
            "--pdi",
            "there is no option --pdi\nhint: did you mean --pid? -h lists all options",
        ),
        (
            "--sig=9",
            "there is no option --sig\nhint: did you mean --signal? -h lists all options",
        ),
        (
            "--kill",
            "there is no option --kill\nhint: did you mean --killed? -h lists all options",
        ),
        (
            "--frobnicate",
            "there is no option --frobnicate\nhint: -h lists all options",
        ),
        ("-z", "there is no option -z\nhint: -h lists all options"),
        ("-xz", "there is no option -z (in \"-xz\")\nhint: -h lists all options"),
        (
            "-failed",
            "there is no option -f (in \"-failed\")\nhint: did you mean --failed? -h lists all options",
        ),
        (
            "--\x1b[1m",
            "there is no option --\u{fffd}[1m\nhint: -h lists all options",
        ),
    ] {
        assert_eq!(sigsnoop().usage(&[argument]), error);
    }
}

#[test]
fn what_is_left_over_is_named() {
    let leftover = |argument: &str| {
        format!(
            "the argument {argument:?} belongs to no option, and the tool takes nothing but options\nhint: -h lists them"
        )
    };
    assert_eq!(sigsnoop().usage(&["-x", "true"]), leftover("true"));
    assert_eq!(sigsnoop().usage(&["-"]), leftover("-"));
    assert_eq!(sigsnoop().usage(&[""]), leftover(""));
    assert_eq!(sigsnoop().usage(&["--", "-x"]), leftover("-x"));
}

#[test]
fn a_value_that_is_missing_or_too_much_is_named() {
    let integer = "an integer from -2147483648 to 2147483647";
    assert_eq!(
        sigsnoop().usage(&["-x", "-p"]),
        format!("-p was given nothing, and takes {integer}")
    );
    assert_eq!(
        sigsnoop().usage(&["--pid"]),
        format!("--pid was given nothing, and takes {integer}")
    );
    assert_eq!(
        sigsnoop().usage(&["--pid="]),
        format!("--pid was given \"\", and takes {integer}")
    );
    assert_eq!(
        sigsnoop().usage(&["--failed=maybe"]),
        "--failed was given \"maybe\", and takes nothing, =true or =false"
    );
    let long = "9".repeat(100);
    let shown = "9".repeat(64);
    assert_eq!(
        sigsnoop().usage(&["-p", &long]),
        format!("-p was given \"{shown}…\", and takes {integer}")
    );
}

#[test]
fn a_description_that_contradicts_itself_makes_no_options_and_no_panic() {
    let tool = Tool::new()
        .variable("gone", &Type::Bool)
        .with(|variable| variable.type_ = u32::MAX)
        .variable("short", &Type::Int(8, eunomia_component::types::Signedness::Signed))
        .with(|variable| variable.initial.truncate(3))
        .variable("odd", &Type::Int(3, eunomia_component::types::Signedness::Signed))
        .variable("empty", &Type::Float(4))
        .with(|variable| variable.initial = vec![1]);
    assert!(tool.usage(&["--gone"]).starts_with("there is no option"));
    assert!(tool.usage(&["--odd=1"]).starts_with("there is no option"));
    assert_eq!(tool.run(&["--short=1", "--empty=1"]), ["short=1", "empty=1.0"]);
    assert!(tool.text(&["-h"]).contains("--empty=<float>"));
}
