//! What options are called when several want one name.

use super::fixture::{INT, Tool, Type};

#[test]
fn underscores_and_dashes_are_the_same() {
    let tool = Tool::new().variable("pid_target", &INT);
    assert_eq!(tool.run(&["--pid_target=1"]), ["pid_target=1"]);
    assert_eq!(tool.run(&["--pid-target", "1"]), ["pid_target=1"]);
}

#[test]
fn help_and_version_keep_their_names() {
    let mut tool = Tool::new()
        .variable("help", &INT)
        .argument(|argument| argument.short = Some("h".to_string()))
        .variable("version", &INT)
        .argument(|argument| argument.short = Some("V".to_string()));
    // Without a documented version its names are free.
    assert_eq!(tool.run(&["--set-help=1", "-V2"]), ["help=1", "version=2"]);
    tool.0.documentation.version = Some("1.0".to_string());
    assert_eq!(tool.text(&["-V"]), "1.0\n");
    assert_eq!(tool.text(&["--version"]), "1.0\n");
    assert_eq!(tool.run(&["--set-version=2"]), ["version=2"]);
    assert!(tool.text(&["-h"]).contains("\n    --set-help=<int>  "));
}

#[test]
fn who_asks_for_a_name_goes_before_who_merely_has_it() {
    let ask = |tool: Tool, name: &str, long: &str, short: &str| {
        tool.variable(name, &INT).argument(|argument| {
            argument.long = Some(long.to_string());
            argument.short = Some(short.to_string());
        })
    };
    let tool = Tool::new().variable("pid", &INT);
    let tool = ask(tool, "target", "pid", "p");
    let tool = ask(tool, "parent", "pid", "p");
    let tool = tool.variable("set_pid", &INT);
    assert_eq!(
        tool.run(&["--pid=1", "-p2", "--parent=3", "--set-pid=4", "--set-set_pid=5"]),
        ["pid=4", "target=2", "parent=3", "set_pid=5"]
    );
}

#[test]
fn as_many_as_a_package_may_have_can_want_one_name() {
    let all = (0..60_000).fold(Tool::new(), |tool, _| tool.variable("x", &INT));
    assert_eq!(all.run(&["--set-x-59999=7", "--set_x=3"]), ["x=3", "x=7"]);
}

#[test]
fn a_flag_that_turns_off_leaves_others_their_names() {
    let tool = Tool::new()
        .variable("dns", &Type::Bool)
        .with(|variable| variable.initial = vec![1])
        .variable("no_dns", &Type::Bool);
    assert!(
        tool.text(&["-h"])
            .starts_with("Usage: sigsnoop [-h] [--no-dns] [--set-no_dns]\n")
    );
    assert_eq!(tool.run(&["--no-dns"]), ["dns=false"]);
    assert_eq!(tool.run(&["--set-no-dns"]), ["no_dns=true"]);
}

#[test]
fn names_that_cannot_be_typed_are_not_taken() {
    for (long, short) in [("", ""), ("a b", "ab"), ("a=b", "="), ("--", "-"), ("\x1b[1m", "\x07")] {
        let tool = Tool::new().variable("pid", &INT).argument(|argument| {
            argument.long = Some(long.to_string());
            argument.short = Some(short.to_string());
        });
        assert!(
            tool.text(&["-h"]).starts_with("Usage: sigsnoop [-h] [--pid PID]\n"),
            "{long:?}"
        );
    }
    let tool = Tool::new().variable("pid", &INT).argument(|argument| {
        argument.long = Some("--process".to_string());
        argument.short = Some("-p".to_string());
    });
    assert_eq!(tool.run(&["-p1"]), ["pid=1"]);
    assert_eq!(tool.run(&["--process=1"]), ["pid=1"]);
}
