//! What people type who know older versions, or other programs.

use std::ffi::{OsStr, OsString};

use clap::{ArgAction, CommandFactory};

use crate::cli::Cli;

const COMMANDS: [&str; 4] = ["run", "inspect", "doctor", "help"];

/// What a first argument may be besides, that is not for `run`.
const OWN: [&str; 4] = ["-h", "--help", "-V", "--version"];

/// Commands that older versions had.
const OLDER: [&str; 6] = ["pull", "push", "login", "logout", "client", "server"];

/// Puts in the `run` that `ecli FILE …` and `ecli -j FILE` leave out.
pub(crate) fn with_command(mut line: Vec<OsString>) -> Vec<OsString> {
    if line
        .get(1)
        .is_some_and(|first| !COMMANDS.iter().chain(&OWN).any(|own| first == own))
    {
        line.insert(1, "run".into());
    }
    line
}

/// What to say of a first argument that is no file, if it was meant to be a command.
pub(crate) fn meant(name: &OsStr) -> Option<String> {
    let name = name.to_str()?;
    if OLDER.contains(&name) {
        return Some(format!(
            "`{name}` was a command of older versions; this one has {}",
            COMMANDS.join(", ")
        ));
    }
    let near = console::nearest(name, COMMANDS.into_iter())?;
    Some(format!("did you mean `ecli {near}`?"))
}

/// The line that somebody meant who gave options of `run` among those of the tool; none if there are no such options.
///
/// `before` is what stood before the name, `run` not included. Whether the tool knows the options itself is the caller's
/// to find out.
pub(crate) fn corrected(before: &[OsString], name: &OsStr, arguments: &[String]) -> Option<String> {
    let options = options();
    let mut moved: Vec<&str> = Vec::new();
    let mut kept: Vec<&str> = Vec::new();
    let mut rest = arguments.iter().map(String::as_str);
    while let Some(argument) = rest.next() {
        let (flag, attached) = argument
            .split_once('=')
            .map_or((argument, false), |(flag, _)| (flag, true));
        match options.iter().find(|option| option.is(flag)) {
            Some(option) if option.value || !attached => {
                moved.push(argument);
                if option.value && !attached {
                    moved.extend(rest.next());
                }
            }
            _ => kept.push(argument),
        }
    }
    if moved.is_empty() {
        return None;
    }
    let before = before.iter().map(|word| word.to_string_lossy());
    let words = ["ecli".into(), "run".into()]
        .into_iter()
        .chain(before)
        .chain(moved.into_iter().map(Into::into))
        .chain([name.to_string_lossy()])
        .chain(kept.into_iter().map(Into::into));
    Some(words.map(|word| quoted(&word)).collect::<Vec<_>>().join(" "))
}

/// An option of `run`.
struct HostOption {
    short: Option<char>,
    long: Option<String>,
    value: bool,
}

impl HostOption {
    fn is(&self, flag: &str) -> bool {
        match flag.strip_prefix("--") {
            Some(long) => self.long.as_deref() == Some(long),
            None => flag
                .strip_prefix('-')
                .is_some_and(|short| self.short.is_some_and(|own| short == own.to_string())),
        }
    }
}

/// The options of `run`, from the one place that declares them, without those that every program has.
fn options() -> Vec<HostOption> {
    let cli = Cli::command();
    let run = cli.find_subcommand("run");
    run.into_iter()
        .flat_map(|run| run.get_arguments())
        .filter(|argument| !argument.is_positional() && argument.get_id() != "help")
        .map(|argument| HostOption {
            short: argument.get_short(),
            long: argument.get_long().map(str::to_owned),
            value: matches!(argument.get_action(), ArgAction::Set | ArgAction::Append),
        })
        .collect()
}

/// As a shell would read it back.
pub(crate) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,+@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<OsString> {
        line.split(' ').map(OsString::from).collect()
    }

    #[test]
    fn run_may_be_left_out() {
        for (given, read) in [
            ("ecli package.json", "ecli run package.json"),
            ("ecli -j package.json", "ecli run -j package.json"),
            ("ecli -", "ecli run -"),
            ("ecli --", "ecli run --"),
            ("ecli package.json -h", "ecli run package.json -h"),
            ("ecli run x", "ecli run x"),
            ("ecli inspect x", "ecli inspect x"),
            ("ecli doctor", "ecli doctor"),
            ("ecli help run", "ecli help run"),
            ("ecli -h", "ecli -h"),
            ("ecli --version", "ecli --version"),
            ("ecli", "ecli"),
        ] {
            assert_eq!(with_command(words(given)), words(read), "{given}");
        }
    }

    #[test]
    fn a_command_that_does_not_exist_was_another_one() {
        for (name, said) in [
            ("rnu", "did you mean `ecli run`?"),
            ("runn", "did you mean `ecli run`?"),
            ("inspekt", "did you mean `ecli inspect`?"),
            ("docotr", "did you mean `ecli doctor`?"),
            (
                "pull",
                "`pull` was a command of older versions; this one has run, inspect, doctor, help",
            ),
        ] {
            assert_eq!(meant(name.as_ref()).as_deref(), Some(said));
        }
        for name in ["r", "package.json", "sigsnoop", "inspection", ""] {
            assert_eq!(meant(name.as_ref()), None, "{name}");
        }
    }

    #[test]
    fn misplaced_options_move_before_the_name_with_their_values() {
        for (before, arguments, line) in [
            ("", "-o json", "ecli run -o json p.json"),
            ("", "-p 1 --json -x", "ecli run --json p.json -p 1 -x"),
            (
                "--no-header",
                "--timeout=3 -p 1",
                "ecli run --no-header --timeout=3 p.json -p 1",
            ),
            ("", "-p 1 --count", "ecli run --count p.json -p 1"),
        ] {
            let before: Vec<OsString> = before.split_whitespace().map(Into::into).collect();
            let arguments: Vec<String> = arguments.split(' ').map(Into::into).collect();
            assert_eq!(corrected(&before, "p.json".as_ref(), &arguments).as_deref(), Some(line));
        }
    }

    #[test]
    fn a_line_without_host_options_after_the_name_is_not_corrected() {
        for arguments in [
            &["-p", "1"] as &[_],
            &["-h"],
            &["--jsonx"],
            &["json"],
            &["--json=1"],
            &[],
        ] {
            let arguments: Vec<String> = arguments.iter().map(|&word| word.to_owned()).collect();
            assert_eq!(corrected(&[], "p.json".as_ref(), &arguments), None, "{arguments:?}");
        }
    }

    #[test]
    fn the_corrected_line_survives_a_shell() {
        let line = corrected(
            &[],
            "my file.json".as_ref(),
            &["-j".into(), "it's".into(), String::new()],
        );
        assert_eq!(line.as_deref(), Some(r"ecli run -j 'my file.json' 'it'\''s' ''"));
    }
}
