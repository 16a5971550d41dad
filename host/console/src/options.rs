//! How to run a tool, checked.

use std::str::FromStr;
use std::time::Duration;

use runtime::{Interface, OutputFormat, Places, Target, View};

use crate::failure::Failure;

/// What formats are called, the default first. Which of them work is up to the printer.
pub const FORMATS: [(&str, OutputFormat); 8] = [
    ("table", OutputFormat::Table),
    ("json", OutputFormat::Json),
    ("json-pretty", OutputFormat::JsonPretty),
    ("csv", OutputFormat::Csv),
    ("raw", OutputFormat::Raw),
    ("yaml", OutputFormat::Yaml),
    ("folded", OutputFormat::Folded),
    ("svg", OutputFormat::Svg),
];

/// What a user may want of any run, whatever the tool is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// How to print events.
    pub format: OutputFormat,
    /// Whether a table may begin with a header line.
    pub header: bool,
    /// What to show of them.
    pub view: View,
    /// Whether stack traces are shown with names.
    pub symbols: bool,
    /// When to end.
    pub timeout: Option<Duration>,
    /// After how many events to end.
    pub count: Option<u64>,
    /// Whether a loss is a failure.
    pub fail_on_loss: bool,
    /// How much is said.
    pub verbosity: Verbosity,
    /// Where programs go, in place of what their package says.
    pub places: Places,
}

/// How much the program itself says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    /// Errors and losses.
    Quiet,
    /// The account of the events too.
    Normal,
    /// And what is run.
    Verbose,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            format: OutputFormat::Table,
            header: true,
            view: View::default(),
            symbols: true,
            timeout: None,
            count: None,
            fail_on_loss: false,
            verbosity: Verbosity::Normal,
            places: Places::default(),
        }
    }
}

impl Options {
    /// The options that say how to print, of those that were given.
    pub(crate) fn of_output(&self) -> Vec<&'static str> {
        let View {
            fields,
            filter,
            sort,
            top,
            max_rows,
            interval,
            per_cpu,
        } = &self.view;
        let given = [
            (self.format != OutputFormat::Table, "--output"),
            (!self.header, "--no-header"),
            (!fields.is_empty(), "--fields"),
            (filter.is_some(), "--filter"),
            (sort.is_some(), "--sort"),
            (top.is_some(), "--top"),
            (max_rows.is_some(), "--max-rows"),
            (interval.is_some(), "--interval"),
            (*per_cpu, "--per-cpu"),
        ];
        given
            .into_iter()
            .filter(|(is_given, _)| *is_given)
            .map(|(_, name)| name)
            .collect()
    }

    /// The value of `--timeout` or `--interval`: seconds, also with a fraction.
    pub fn seconds(option: &str, text: &str) -> Result<Duration, Failure> {
        text.parse()
            .ok()
            .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
            .filter(|time| !time.is_zero())
            .ok_or_else(|| {
                Failure::usage(format!(
                    "--{option}: found `{text}`, expected seconds above 0, such as 10 or 0.5"
                ))
            })
    }

    /// A value of `--attach`: `PROGRAM=TARGET`.
    pub fn attach(text: &str) -> Result<(String, Target), Failure> {
        let (program, target) = text
            .split_once('=')
            .filter(|(program, _)| !program.is_empty())
            .ok_or_else(|| {
                Failure::usage(format!(
                    "--attach: found `{text}`, expected PROGRAM=TARGET, such as handle=kprobe/vfs_unlink"
                ))
            })?;
        let target = Target::parse(target).map_err(|error| Failure::usage(format!("--attach {program}: {error}")))?;
        Ok((program.to_owned(), target))
    }

    /// The value of `--iface`: a name, or `#` and a number.
    pub fn interface(text: &str) -> Result<Interface, Failure> {
        if text.is_empty() {
            return Err(Failure::usage(
                "--iface: found nothing, expected the name of a network interface",
            ));
        }
        Ok(Interface::parse(text))
    }

    /// The value of `--cgroup`.
    pub fn cgroup(text: &str) -> Result<String, Failure> {
        if text.starts_with('/') {
            return Ok(text.to_owned());
        }
        Err(Failure::usage(format!(
            "--cgroup: found `{text}`, expected an absolute path, such as /sys/fs/cgroup/system.slice"
        )))
    }

    /// The value of `--count`, `--top` or `--max-rows`.
    pub fn number<N: FromStr + Default + PartialEq>(option: &str, text: &str) -> Result<N, Failure> {
        text.parse()
            .ok()
            .filter(|number| *number != N::default())
            .ok_or_else(|| Failure::usage(format!("--{option}: found `{text}`, expected a whole number above 0")))
    }

    /// The value of `--fields`: names with commas between.
    pub fn fields(text: &str) -> Result<Vec<String>, Failure> {
        let fields: Vec<String> = text.split(',').map(|field| field.trim().to_owned()).collect();
        if fields.iter().any(String::is_empty) {
            return Err(Failure::usage(format!(
                "--fields: found `{text}`, expected names with commas between, such as pid,comm"
            )));
        }
        Ok(fields)
    }
}
