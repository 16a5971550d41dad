//! `-h` and `-V`.

use super::fixture::{INT, Tool, Type, array, sigsnoop};
use eunomia_component::types::Signedness;

#[test]
fn the_help_looks_as_users_know_it() {
    let help = "\
Usage: sigsnoop [-h] [-x] [-k] [-p PID] [-s SIGNAL]
Trace standard and real-time signals.


    -h, --help  show this help message and exit
    -x, --failed  failed signals only
    -k, --killed  kill only
    -p, --pid=<int>  target pid
    -s, --signal=<int>  target signal
";
    assert_eq!(sigsnoop().text(&["-h"]), help);
    assert_eq!(sigsnoop().text(&["--help"]), help);
    assert_eq!(sigsnoop().text(&["-xp", "1", "--help", "--nonsense"]), help);
}

#[test]
fn a_version_that_is_documented_can_be_asked_for() {
    let mut tool = sigsnoop();
    tool.0.documentation.version = Some("1.2".to_string());
    tool.0.documentation.details = Some("See signal(7).\nThe end.".to_string());
    tool.0.documentation.brief = None;
    tool.0.documentation.description = Some("Signals.\nAll of them.".to_string());
    assert_eq!(tool.text(&["-V"]), "1.2\n");
    assert_eq!(tool.text(&["--version"]), "1.2\n");
    let help = "\
Usage: sigsnoop [-h] [-V] [-x] [-k] [-p PID] [-s SIGNAL]
Signals.
All of them.


    -h, --help  show this help message and exit
    -V, --version  show the version and exit
    -x, --failed  failed signals only
    -k, --killed  kill only
    -p, --pid=<int>  target pid
    -s, --signal=<int>  target signal

See signal(7).
The end.
";
    assert_eq!(tool.text(&["-h"]), help);
}

#[test]
fn variables_without_an_argument_are_options_under_their_own_names() {
    let help = Tool::new()
        .variable("pid_target", &INT)
        .variable("min_us", &Type::Int(8, Signedness::Unsigned))
        .with(|variable| {
            variable.description = Some("shortest duration\nin microseconds".to_string());
            variable.initial = 500u64.to_ne_bytes().to_vec();
        })
        .variable("verbose", &Type::Bool)
        .variable("resolve", &Type::Bool)
        .with(|variable| {
            variable.description = Some("resolve names".to_string());
            variable.initial = vec![1];
        })
        .variable("comm", &array(Type::Char, 16))
        .argument(|argument| argument.default = Some("\"bash\"".to_string()))
        .variable("ratio", &Type::Float(4))
        .with(|variable| variable.initial = 0.1f32.to_ne_bytes().to_vec())
        .variable(
            "level",
            &Type::Enum(Signedness::Unsigned, vec![("LOW", 0), ("HIGH", 7)]),
        )
        .with(|variable| variable.initial = 7u32.to_ne_bytes().to_vec())
        .variable("ports", &array(Type::Int(2, Signedness::Unsigned), 3))
        .argument(|argument| argument.default = Some("[80, 443]".to_string()))
        .text(&["-h"]);
    let expected = "\
Usage: sigsnoop [-h] [--pid_target PID_TARGET] [--min_us MIN_US] [--verbose] [--no-resolve] [--comm COMM] \
[--ratio RATIO] [--level LEVEL] [--ports PORTS]
Trace standard and real-time signals.


    -h, --help  show this help message and exit
    --pid_target=<int>  Set `int` variable pid_target
    --min_us=<int>  shortest duration
        in microseconds [default: 500]
    --verbose  Set `bool` variable verbose
    --no-resolve  turn off: resolve names [default: true]
    --comm=<string>  Set `char[16]` variable comm [default: bash]
    --ratio=<float>  Set `float` variable ratio [default: 0.1]
    --level=<LOW|HIGH>  Set `level` variable level [default: HIGH]
    --ports=<int,…>  Set `int[3]` variable ports [default: 80,443]
";
    assert_eq!(help, expected);
}

#[test]
fn what_nobody_should_see_is_no_option() {
    let tool = Tool::new()
        .variable("__eunomia_dummy_event_ptr", &INT)
        .with(|variable| variable.hidden = true)
        .variable("zero", &Type::Struct)
        .variable("next", &Type::Pointer)
        .variable("tail", &array(INT, 0))
        .variable("CONFIG_HZ", &INT)
        .with(|variable| variable.section = ".kconfig".to_string())
        .variable("dropped", &INT)
        .with(|variable| variable.section = ".bss".to_string())
        .variable("shown", &INT)
        .with(|variable| variable.section = ".bss".to_string())
        .argument(|argument| argument.short = Some("s".to_string()))
        .variable("suffixed", &INT)
        .with(|variable| variable.section = ".data.config".to_string());
    let help = tool.text(&["-h"]);
    for name in ["dummy", "zero", "next", "tail", "CONFIG", "dropped"] {
        assert!(!help.contains(name), "{name} is in {help}");
    }
    assert!(help.contains("    -s, --shown=<int>  "), "{help}");
    assert!(help.contains("    --suffixed=<int>  "), "{help}");
    for name in [
        "--__eunomia_dummy_event_ptr=1",
        "--zero=1",
        "--next=1",
        "--tail=1",
        "--CONFIG_HZ=1",
    ] {
        assert!(tool.usage(&[name]).starts_with("there is no option"), "{name}");
    }
    // As with the older program.
    assert_eq!(tool.run(&["--dropped=1"]), ["dropped=1"]);
}

#[test]
fn a_package_cannot_play_with_the_terminal() {
    let mut tool = Tool::new().variable("pid", &INT).with(|variable| {
        variable.description = Some("a\tpid\x1b[2J".to_string());
    });
    tool.0.documentation.brief = Some("\x1b]0;title\x07".to_string());
    tool.0.name = "\r".to_string();
    let help = tool.text(&["-h"]);
    assert!(
        help.chars().all(|letter| letter == '\n' || !letter.is_control()),
        "{help:?}"
    );
    assert!(help.contains("a pid\u{fffd}[2J"), "{help:?}");
}
