//! From the command line as it was typed to what a run is given, checked.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::time::Duration;

use registry::Name;
use runtime::OutputFormat;

use crate::cli::{Format, Run};
use crate::failure::Failure;
use crate::habits;

/// A run that can be started.
#[derive(Debug, PartialEq)]
pub(crate) struct Settings {
    /// What to run.
    pub(crate) name: Name,
    /// What follows the name, the tool's own.
    pub(crate) arguments: Vec<String>,
    pub(crate) format: OutputFormat,
    pub(crate) header: bool,
    pub(crate) timeout: Option<Duration>,
    pub(crate) count: Option<u64>,
    pub(crate) fail_on_loss: bool,
    pub(crate) undeclared_skeletons: bool,
    pub(crate) printer: Option<Name>,
    pub(crate) args: Option<Name>,
    pub(crate) verbosity: Verbosity,
    /// The options as they were typed, for the line that [`corrected`](Self::corrected) shows.
    before: Vec<OsString>,
    typed_name: OsString,
}

/// How much the program itself says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verbosity {
    Quiet,
    Normal,
    Verbose,
}

impl Settings {
    /// Checks `run`, which was read from `line`.
    pub(crate) fn new(run: Run, line: &[OsString]) -> Result<Self, Failure> {
        let before = line
            .get(2..line.len().saturating_sub(run.tool.len()))
            .unwrap_or_default();
        let (name, mut arguments) = name_and_arguments(run.tool, before)?;
        // `ecli run NAME -- ARGS`: who separates the two as with other programs means the same.
        if arguments.first().is_some_and(|first| first == "--") {
            arguments.remove(0);
        }
        Ok(Self {
            name: parse_name(&name)?,
            typed_name: name,
            before: before.iter().filter(|word| *word != "--").cloned().collect(),
            arguments,
            format: if run.json {
                OutputFormat::Json
            } else {
                run.output.into()
            },
            header: !run.no_header,
            timeout: run.timeout.as_deref().map(seconds).transpose()?,
            count: run.count.as_deref().map(events).transpose()?,
            fail_on_loss: run.fail_on_loss,
            undeclared_skeletons: run.allow_undeclared_skeletons,
            printer: run.printer.as_deref().map(parse_name).transpose()?,
            args: run.args.as_deref().map(parse_name).transpose()?,
            verbosity: match (run.quiet, run.verbose) {
                (true, _) => Verbosity::Quiet,
                (false, true) => Verbosity::Verbose,
                (false, false) => Verbosity::Normal,
            },
        })
    }

    /// The line that was meant if the tool does not know its arguments; none if no option of `run` is among them.
    pub(crate) fn corrected(&self) -> Option<String> {
        habits::corrected(&self.before, &self.typed_name, &self.arguments)
    }

    /// What the tool is called: the name's last part without its extension.
    pub(crate) fn tool_name(&self) -> String {
        let stem = |path: &Path| path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
        match &self.name {
            Name::File(path) => stem(path),
            Name::Url(url) => stem(Path::new(url.to_string().split(['?', '#']).next().unwrap_or_default())),
            _ => None,
        }
        .unwrap_or_else(|| "tool".into())
    }
}

/// Splits what clap gathered from the first word that is no option of `run`. clap has taken one `--` away; it stands for
/// standard input unless a name follows.
fn name_and_arguments(tool: Vec<OsString>, before: &[OsString]) -> Result<(OsString, Vec<String>), Failure> {
    let is_option = |word: &OsStr| word != "-" && word.as_encoded_bytes().starts_with(b"-");
    let separated = before.last().is_some_and(|word| word == "--");
    let mut words = tool.into_iter().peekable();
    let name = match words.peek() {
        Some(first) if !is_option(first) => words.next().unwrap_or_default(),
        _ if separated => "-".into(),
        _ => {
            return Err(Failure::usage("the name of what to run is missing")
                .with_hint("for example `ecli run package.json`; `ecli run -h` says more"));
        }
    };
    let arguments = words
        .map(|word| {
            word.into_string().map_err(|word| {
                Failure::usage(format!("the tool's argument `{}` is not UTF-8", word.to_string_lossy()))
            })
        })
        .collect::<Result<_, _>>()?;
    Ok((name, arguments))
}

/// What a name on the command line stands for.
pub(crate) fn parse_name(name: &OsStr) -> Result<Name, Failure> {
    Name::parse(name).map_err(|error| Failure {
        exit: crate::exit::Exit::Usage,
        ..error.into()
    })
}

fn seconds(text: &str) -> Result<Duration, Failure> {
    text.parse()
        .ok()
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .filter(|timeout| !timeout.is_zero())
        .ok_or_else(|| {
            Failure::usage(format!(
                "--timeout: found `{text}`, expected seconds above 0, such as 10 or 0.5"
            ))
        })
}

fn events(text: &str) -> Result<u64, Failure> {
    text.parse()
        .ok()
        .filter(|&count| count > 0)
        .ok_or_else(|| Failure::usage(format!("--count: found `{text}`, expected a whole number above 0")))
}

impl From<Format> for OutputFormat {
    fn from(format: Format) -> Self {
        match format {
            Format::Table => Self::Table,
            Format::Json => Self::Json,
            Format::JsonPretty => Self::JsonPretty,
            Format::Csv => Self::Csv,
            Format::Raw => Self::Raw,
            Format::Yaml => Self::Yaml,
        }
    }
}

#[cfg(test)]
#[path = "settings_tests.rs"]
mod tests;
