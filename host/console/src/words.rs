//! The options of a run where there is no command line for them: words, such as those of an environment variable.

use std::fmt;

use runtime::OutputFormat;

use crate::failure::Failure;
use crate::options::{FORMATS, Options, Verbosity};

/// An option of [`Options::from_words`].
#[derive(Debug)]
pub struct Known {
    /// Its letter.
    pub short: Option<char>,
    /// Its name.
    pub long: &'static str,
    /// What its value is called; none if it has none.
    pub value: Option<&'static str>,
    /// The option that means something else: only one of the two can be given.
    conflict: Option<&'static str>,
    set: fn(&mut Options, &str) -> Result<(), Failure>,
}

/// All of them; `ecli run` has the same.
pub static KNOWN: [Known; 19] = [
    Known {
        short: Some('o'),
        long: "output",
        value: Some("FORMAT"),
        conflict: Some("json"),
        set: |options, value| {
            options.format = format(value)?;
            Ok(())
        },
    },
    Known {
        conflict: Some("output"),
        ..flag(Some('j'), "json", |options, _| {
            options.format = OutputFormat::Json;
            Ok(())
        })
    },
    flag(None, "no-header", |options, _| {
        options.header = false;
        Ok(())
    }),
    with(
        flag(None, "fields", |options, value| {
            options.view.fields = Options::fields(value)?;
            Ok(())
        }),
        "NAMES",
    ),
    with(
        flag(None, "filter", |options, value| {
            options.view.filter = Some(value.to_owned());
            Ok(())
        }),
        "EXPRESSION",
    ),
    with(
        flag(None, "sort", |options, value| {
            options.view.sort = Some(value.to_owned());
            Ok(())
        }),
        "FIELD",
    ),
    with(
        flag(None, "top", |options, value| {
            options.view.top = Some(Options::number("top", value)?);
            Ok(())
        }),
        "N",
    ),
    with(
        flag(None, "max-rows", |options, value| {
            options.view.max_rows = Some(Options::number("max-rows", value)?);
            Ok(())
        }),
        "N",
    ),
    with(
        flag(None, "interval", |options, value| {
            options.view.interval = Some(Options::seconds("interval", value)?);
            Ok(())
        }),
        "SECONDS",
    ),
    flag(None, "per-cpu", |options, _| {
        options.view.per_cpu = true;
        Ok(())
    }),
    flag(None, "no-symbols", |options, _| {
        options.symbols = false;
        Ok(())
    }),
    with(
        flag(None, "timeout", |options, value| {
            options.timeout = Some(Options::seconds("timeout", value)?);
            Ok(())
        }),
        "SECONDS",
    ),
    with(
        flag(None, "count", |options, value| {
            options.count = Some(Options::number("count", value)?);
            Ok(())
        }),
        "N",
    ),
    with(
        flag(None, "attach", |options, value| {
            options.places.targets.push(Options::attach(value)?);
            Ok(())
        }),
        "PROGRAM=TARGET",
    ),
    with(
        flag(None, "iface", |options, value| {
            options.places.interface = Some(Options::interface(value)?);
            Ok(())
        }),
        "NAME",
    ),
    with(
        flag(None, "cgroup", |options, value| {
            options.places.cgroup = Some(Options::cgroup(value)?);
            Ok(())
        }),
        "PATH",
    ),
    flag(None, "fail-on-loss", |options, _| {
        options.fail_on_loss = true;
        Ok(())
    }),
    Known {
        conflict: Some("verbose"),
        ..flag(Some('q'), "quiet", |options, _| {
            options.verbosity = Verbosity::Quiet;
            Ok(())
        })
    },
    Known {
        conflict: Some("quiet"),
        ..flag(Some('v'), "verbose", |options, _| {
            options.verbosity = Verbosity::Verbose;
            Ok(())
        })
    },
];

const fn flag(short: Option<char>, long: &'static str, set: fn(&mut Options, &str) -> Result<(), Failure>) -> Known {
    Known {
        short,
        long,
        value: None,
        conflict: None,
        set,
    }
}

const fn with(known: Known, value: &'static str) -> Known {
    Known {
        value: Some(value),
        ..known
    }
}

impl Options {
    /// Reads options as `ecli run` does: `-o json`, `-ojson`, `-jq`, `--output json`, `--output=json`. Of several of one kind, the
    /// last one counts. Quotes keep words together as in a shell.
    ///
    /// # Errors
    /// An unknown word, a value that is missing or makes no sense, two options that exclude each other: in one line.
    pub fn from_words(text: &str) -> Result<Self, Failure> {
        let mut options = Self::default();
        let mut given: Vec<&Known> = Vec::new();
        let words = shlex::split(text).ok_or_else(|| Failure::usage("a quote is not closed"))?;
        let mut words = words.iter().map(String::as_str);
        while let Some(word) = words.next() {
            for (known, attached) in split(word).ok_or_else(|| unknown(word))? {
                if let Some(other) = given.iter().find(|other| known.conflict == Some(other.long)) {
                    return Err(Failure::usage(format!("{known} and {other} exclude each other")));
                }
                let value = match (known.value, attached.or_else(|| known.value.and_then(|_| words.next()))) {
                    (Some(_), Some(value)) => value,
                    (None, None) => "",
                    (Some(_), None) => return Err(Failure::usage(format!("{known}: the value is missing"))),
                    (None, Some(_)) => return Err(Failure::usage(format!("{known} takes no value"))),
                };
                (known.set)(&mut options, value)?;
                given.push(known);
            }
        }
        Ok(options)
    }

    /// Whether a word begins an option of these.
    pub fn is_option(word: &str) -> bool {
        split(word).is_some()
    }
}

/// The options in one word, with the value that is part of it. None if one of them is unknown, or there are none.
fn split(word: &str) -> Option<Vec<(&'static Known, Option<&str>)>> {
    if let Some(long) = word.strip_prefix("--") {
        let (name, value) = match long.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (long, None),
        };
        let known = KNOWN.iter().find(|known| known.long == name)?;
        return Some(vec![(known, value)]);
    }
    let mut found = Vec::new();
    let mut letters = word.strip_prefix('-')?.chars();
    while let Some(letter) = letters.next() {
        let known = KNOWN.iter().find(|known| known.short == Some(letter))?;
        let rest = letters.as_str();
        if rest.is_empty() || (known.value.is_none() && !rest.starts_with('=')) {
            found.push((known, None));
        } else {
            found.push((known, Some(rest.strip_prefix('=').unwrap_or(rest))));
            return Some(found);
        }
    }
    Some(found).filter(|found| !found.is_empty())
}

fn unknown(word: &str) -> Failure {
    let all: Vec<String> = KNOWN.iter().map(Known::usage).collect();
    let failure = Failure::usage(format!("`{word}` is none of the options: {}", all.join(", ")));
    let given = word.split('=').next().unwrap_or_default().trim_start_matches('-');
    match nearest(given, KNOWN.iter().map(|known| known.long)) {
        Some(known) => failure.with_hint(format!("did you mean --{known}?")),
        None => failure,
    }
}

/// The word that another one is a slip of: by two letters, or by one where it is short.
pub fn nearest<'known>(word: &str, known: impl Iterator<Item = &'known str>) -> Option<&'known str> {
    let slips = |known: &str| match strsim::osa_distance(word, known) {
        1 if word.len() > 1 => Some(1),
        2 if known.len() > 5 => Some(2),
        _ => None,
    };
    let near = known.filter_map(|known| Some((slips(known)?, known)));
    near.min_by_key(|(slips, _)| *slips).map(|(_, known)| known)
}

fn format(text: &str) -> Result<OutputFormat, Failure> {
    FORMATS
        .iter()
        .find(|(name, _)| *name == text)
        .map(|(_, format)| *format)
        .ok_or_else(|| {
            let names = FORMATS.map(|(name, _)| name).join(", ");
            Failure::usage(format!("--output: found `{text}`, expected one of {names}"))
        })
}

impl Known {
    /// As a help names it: `-o/--output FORMAT`.
    fn usage(&self) -> String {
        let short = self.short.map(|letter| format!("-{letter}/")).unwrap_or_default();
        let value = self.value.map(|name| format!(" {name}")).unwrap_or_default();
        format!("{short}{self}{value}")
    }
}

impl fmt::Display for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "--{}", self.long)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use runtime::View;

    use super::*;

    #[track_caller]
    fn options(text: &str) -> Options {
        Options::from_words(text).unwrap_or_else(|failure| panic!("{text}: {:#}", failure.error))
    }

    #[test]
    fn the_nearest_word_is_the_one_that_was_meant() {
        let near = |word| super::nearest(word, KNOWN.iter().map(|known| known.long));
        assert_eq!(near("tiemout"), Some("timeout"));
        assert_eq!(near("cont"), Some("count"));
        assert_eq!(near("sor"), Some("sort"));
        assert_eq!(near("printer"), None);
        assert_eq!(near("t"), None);
    }

    #[test]
    fn words_mean_what_they_mean_to_ecli_run() {
        assert_eq!(options(" \n"), Options::default());
        let all = Options {
            format: OutputFormat::Csv,
            header: false,
            timeout: Some(Duration::from_millis(500)),
            count: Some(7),
            fail_on_loss: true,
            verbosity: Verbosity::Quiet,
            ..Options::default()
        };
        assert_eq!(
            options("-o csv --no-header --timeout 0.5 --count=7 --fail-on-loss -q"),
            all
        );
        for text in [
            "-o json",
            "-ojson",
            "-o=json",
            "--output json",
            "--output=json",
            "-j",
            "--json",
            "-o csv -o json",
        ] {
            assert_eq!(options(text).format, OutputFormat::Json, "{text}");
        }
        let found = options(
            "--filter 'pid == 1 and comm != \"a b\"' --fields=pid,comm --sort -pid --top 5 --interval 2 --per-cpu",
        );
        let view = View {
            fields: vec!["pid".into(), "comm".into()],
            filter: Some("pid == 1 and comm != \"a b\"".into()),
            sort: Some("-pid".into()),
            top: Some(5),
            interval: Some(Duration::from_secs(2)),
            per_cpu: true,
            ..View::default()
        };
        assert_eq!(found.view, view);
        for text in ["-jv", "-vj", "-vojson", "-vo json"] {
            let found = options(text);
            assert_eq!(
                (found.format, found.verbosity),
                (OutputFormat::Json, Verbosity::Verbose),
                "{text}"
            );
        }
    }

    #[test]
    fn a_mistake_is_one_line_and_ends_with_2() {
        for (text, message) in [
            (
                "--frobnicate",
                "`--frobnicate` is none of the options: -o/--output FORMAT, -j/--json, --no-header, --fields NAMES, --filter EXPRESSION, \
                 --sort FIELD, --top N, --max-rows N, --interval SECONDS, --per-cpu, --no-symbols, --timeout SECONDS, --count N, \
                 --attach PROGRAM=TARGET, --iface NAME, --cgroup PATH, --fail-on-loss, -q/--quiet, -v/--verbose",
            ),
            ("-jx", "`-jx` is none of the options: -o/--"),
            ("json", "`json` is none of the options: -o/--"),
            ("-", "`-` is none of"),
            ("--", "`--` is none of"),
            ("-o", "--output: the value is missing"),
            ("--json=1", "--json takes no value"),
            ("-j=1", "--json takes no value"),
            (
                "-o xml",
                "--output: found `xml`, expected one of table, json, json-pretty, csv, raw, yaml, folded, svg",
            ),
            ("-j -o json", "--output and --json exclude each other"),
            ("-qv", "--verbose and --quiet exclude each other"),
            (
                "--timeout 0",
                "--timeout: found `0`, expected seconds above 0, such as 10 or 0.5",
            ),
            ("--filter 'pid == 1", "a quote is not closed"),
            (
                "--fields pid,,comm",
                "--fields: found `pid,,comm`, expected names with commas between",
            ),
            ("--top 0", "--top: found `0`, expected a whole number above 0"),
            ("--count -1", "--count: found `-1`, expected a whole number above 0"),
        ] {
            let failure = Options::from_words(text).expect_err(text);
            assert_eq!(failure.exit, crate::Exit::Usage, "{text}");
            let found = format!("{:#}", failure.error);
            assert!(found.starts_with(message) && !found.contains('\n'), "{text}: {found}");
        }
    }
}
