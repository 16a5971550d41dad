use std::time::Duration;

use clap::{CommandFactory, Parser};
use runtime::{Interface, OutputFormat, Places, Target};

use super::*;
use crate::cli::{Cli, Command};

/// What a line means, from the shell's words on.
fn read(line: &str) -> Result<Settings, Failure> {
    let line = habits::with_command(line.split_whitespace().map(OsString::from).collect());
    match Cli::try_parse_from(&line)
        .map_err(|error| Failure::usage(error.to_string()))?
        .command
    {
        Command::Run(run) => Settings::new(*run, &line),
        other => panic!("{line:?} is {other:?}"),
    }
}

fn settings(line: &str) -> Settings {
    read(line).unwrap_or_else(|failure| panic!("{line}: {:#}", failure.error))
}

/// The name and the tool's arguments, in brackets.
fn shape(line: &str) -> String {
    let settings = settings(line);
    format!("{} {:?}", settings.name, settings.arguments)
}

#[test]
fn what_follows_the_name_belongs_to_the_tool() {
    for (line, expected) in [
        ("ecli run p.json", r#"p.json []"#),
        ("ecli p.json", r#"p.json []"#),
        ("ecli run p.json -h", r#"p.json ["-h"]"#),
        ("ecli p.json --help", r#"p.json ["--help"]"#),
        ("ecli run p.json -V", r#"p.json ["-V"]"#),
        (
            "ecli run p.json -p 1 -j -o json",
            r#"p.json ["-p", "1", "-j", "-o", "json"]"#,
        ),
        ("ecli run -j p.json a b", r#"p.json ["a", "b"]"#),
        ("ecli run --count 3 p.json --count 4", r#"p.json ["--count", "4"]"#),
        ("ecli run p.json a -- -b", r#"p.json ["a", "--", "-b"]"#),
        ("ecli run p.json -- -b --", r#"p.json ["-b", "--"]"#),
        ("ecli run https://example.com/p -h", r#"https://example.com/p ["-h"]"#),
    ] {
        assert_eq!(shape(line), expected, "{line}");
    }
}

#[test]
fn a_dash_and_two_dashes_are_standard_input() {
    for (line, expected) in [
        ("ecli run -", "standard input []"),
        ("ecli -", "standard input []"),
        ("ecli run --", "standard input []"),
        ("ecli --", "standard input []"),
        ("ecli -j --", "standard input []"),
        ("ecli run -- -h", r#"standard input ["-h"]"#),
        ("ecli run - -h", r#"standard input ["-h"]"#),
        ("ecli run -- -", "standard input []"),
        ("ecli run -- p.json -h", r#"p.json ["-h"]"#),
    ] {
        assert_eq!(shape(line), expected, "{line}");
    }
}

#[test]
fn options_before_the_name_belong_to_the_host() {
    let all = settings(
        "ecli run -o csv --fields pid,a.b --filter pid==1 --sort -pid --top 3 --max-rows 9 --interval 2 --per-cpu --no-symbols \
         --no-header --timeout 0.5 --count 7 --fail-on-loss --printer a.wasm --args b.wasm -q \
         --attach a=kprobe/x --attach b=xdp/eth0,mode=generic --iface eth1 --cgroup /sys/fs/cgroup/a p.json",
    );
    let expected = Settings {
        name: Name::File("p.json".into()),
        arguments: vec![],
        options: Options {
            format: OutputFormat::Csv,
            view: View {
                fields: vec!["pid".into(), "a.b".into()],
                filter: Some("pid==1".into()),
                sort: Some("-pid".into()),
                top: Some(3),
                max_rows: Some(9),
                interval: Some(Duration::from_secs(2)),
                per_cpu: true,
            },
            symbols: false,
            header: false,
            timeout: Some(Duration::from_millis(500)),
            count: Some(7),
            fail_on_loss: true,
            verbosity: Verbosity::Quiet,
            places: Places {
                targets: vec![
                    ("a".into(), Target::parse("kprobe/x").unwrap()),
                    ("b".into(), Target::parse("xdp/eth0,mode=generic").unwrap()),
                ],
                interface: Some(Interface::Name("eth1".into())),
                cgroup: Some("/sys/fs/cgroup/a".into()),
            },
        },
        undeclared_skeletons: false,
        symbols: false,
        printer: Some(Name::File("a.wasm".into())),
        args: Some(Name::File("b.wasm".into())),
        before: all.before.clone(),
        typed_name: "p.json".into(),
        typed_places: all.typed_places.clone(),
    };
    assert_eq!(all, expected);
    assert_eq!(
        all.doctor(),
        "ecli doctor --attach a=kprobe/x --attach b=xdp/eth0,mode=generic --iface eth1 --cgroup /sys/fs/cgroup/a p.json"
    );
    assert_eq!(settings("ecli run p.json").options, Options::default());
    for (line, format) in [
        ("ecli -j p.json", OutputFormat::Json),
        ("ecli run --json p.json", OutputFormat::Json),
        ("ecli run --output=json-pretty p.json", OutputFormat::JsonPretty),
        ("ecli run -oraw p.json", OutputFormat::Raw),
        ("ecli run -o json -o yaml p.json", OutputFormat::Yaml),
    ] {
        assert_eq!(settings(line).options.format, format, "{line}");
    }
}

#[test]
fn a_wrong_line_ends_with_2_and_says_what_is_expected() {
    for (line, words) in [
        ("ecli run", "the name of what to run is missing"),
        ("ecli run -j", "the name of what to run is missing"),
        (
            "ecli run --timeout 0 p.json",
            "--timeout: found `0`, expected seconds above 0, such as 10 or 0.5",
        ),
        (
            "ecli run --timeout -1 p.json",
            "--timeout: found `-1`, expected seconds",
        ),
        (
            "ecli run --timeout nan p.json",
            "--timeout: found `nan`, expected seconds",
        ),
        (
            "ecli run --timeout 1e300 p.json",
            "--timeout: found `1e300`, expected seconds",
        ),
        (
            "ecli run --attach kprobe/x p.json",
            "--attach: found `kprobe/x`, expected PROGRAM=TARGET",
        ),
        (
            "ecli run --attach a=kprobe p.json",
            "--attach a: \"kprobe\" is no target: expected a FUNCTION after the slash",
        ),
        ("ecli run --iface= p.json", "--iface: found nothing"),
        (
            "ecli run --cgroup a p.json",
            "--cgroup: found `a`, expected an absolute path",
        ),
        (
            "ecli run --count 0 p.json",
            "--count: found `0`, expected a whole number above 0",
        ),
        (
            "ecli run --count 1.5 p.json",
            "--count: found `1.5`, expected a whole number above 0",
        ),
        (
            "ecli run -o xml p.json",
            "[possible values: table, json, json-pretty, csv, raw, yaml, folded, svg]",
        ),
        ("ecli run -j -o csv p.json", "cannot be used with"),
        ("ecli run --bogus p.json", "unexpected argument '--bogus'"),
        ("ecli run ftp://a/b", "no way to fetch from `ftp://`"),
    ] {
        let failure = read(line).expect_err(line);
        assert_eq!(failure.exit, console::Exit::Usage, "{line}");
        let message = format!("{:#}", failure.error);
        assert!(message.contains(words), "{line}: {message}");
    }
}

#[test]
fn the_corrected_line_keeps_what_stood_before_the_name() {
    for (line, corrected) in [
        ("ecli p.json -j", "ecli run -j p.json"),
        ("ecli run -q p.json -p 1 -o json", "ecli run -q -o json p.json -p 1"),
        ("ecli run -- -j", "ecli run -j -"),
    ] {
        assert_eq!(settings(line).corrected().as_deref(), Some(corrected), "{line}");
    }
    assert_eq!(settings("ecli run -j p.json -p 1").corrected(), None);
}

#[test]
fn a_tool_is_called_as_its_file() {
    for (line, name) in [
        ("ecli run a/sigsnoop.wasm", "sigsnoop"),
        ("ecli run https://example.com/a/opensnoop.json?x=/y.z", "opensnoop"),
        ("ecli run -", "tool"),
    ] {
        assert_eq!(settings(line).tool_name(), name, "{line}");
    }
}

/// What a standalone tool takes from its environment is what `run` takes, but for what is compiled in.
#[test]
fn the_options_without_a_command_line_are_those_of_run() {
    let cli = Cli::command();
    let mut found: Vec<_> = cli
        .find_subcommand("run")
        .unwrap()
        .get_arguments()
        .filter(|argument| {
            !argument.is_positional()
                && !["help", "printer", "args", "allow_undeclared_skeletons", "allow_symbols"]
                    .contains(&argument.get_id().as_str())
        })
        .map(|argument| {
            let value = argument
                .get_action()
                .takes_values()
                .then(|| argument.get_value_names().unwrap()[0].as_str());
            (argument.get_short(), argument.get_long().unwrap(), value)
        })
        .collect();
    let mut known: Vec<_> = console::KNOWN
        .iter()
        .map(|known| (known.short, known.long, known.value))
        .collect();
    found.sort();
    known.sort();
    assert_eq!(found, known);
    for words in [
        "-o csv --no-header --timeout 0.5 --count 7 --fail-on-loss -q",
        "-vj",
        "-v -o=yaml --timeout=3",
        "--attach a=kprobe/x --attach=b=tc/egress/eth0,priority=3 --iface eth0 --cgroup=/sys/fs/cgroup",
        "-oraw --quiet",
        "",
    ] {
        let line = format!("ecli run {words} p.json");
        assert_eq!(
            settings(&line).options,
            Options::from_words(words).unwrap_or_else(|_| panic!("{words}")),
            "{words}"
        );
    }
    for words in [
        "-j -o json",
        "-qv",
        "--json=1",
        "-o xml",
        "-x",
        "--count 0",
        "--attach a",
        "--cgroup a",
    ] {
        assert!(read(&format!("ecli run {words} p.json")).is_err(), "{words}");
        assert!(Options::from_words(words).is_err(), "{words}");
    }
}
