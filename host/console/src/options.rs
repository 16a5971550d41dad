//! How to run a tool, checked.

use std::time::Duration;

use runtime::OutputFormat;

use crate::failure::Failure;

/// What formats are called, the default first. Which of them work is up to the printer.
pub const FORMATS: [(&str, OutputFormat); 6] = [
    ("table", OutputFormat::Table),
    ("json", OutputFormat::Json),
    ("json-pretty", OutputFormat::JsonPretty),
    ("csv", OutputFormat::Csv),
    ("raw", OutputFormat::Raw),
    ("yaml", OutputFormat::Yaml),
];

/// What a user may want of any run, whatever the tool is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// How to print events.
    pub format: OutputFormat,
    /// Whether a table may begin with a header line.
    pub header: bool,
    /// When to end.
    pub timeout: Option<Duration>,
    /// After how many events to end.
    pub count: Option<u64>,
    /// Whether a loss is a failure.
    pub fail_on_loss: bool,
    /// How much is said.
    pub verbosity: Verbosity,
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
            timeout: None,
            count: None,
            fail_on_loss: false,
            verbosity: Verbosity::Normal,
        }
    }
}

impl Options {
    /// The value of `--timeout`: seconds, also with a fraction.
    pub fn seconds(text: &str) -> Result<Duration, Failure> {
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

    /// The value of `--count`.
    pub fn events(text: &str) -> Result<u64, Failure> {
        text.parse()
            .ok()
            .filter(|&count| count > 0)
            .ok_or_else(|| Failure::usage(format!("--count: found `{text}`, expected a whole number above 0")))
    }
}
