//! What a case is: the `case.json` in its folder. `README.md` beside the cases says what each member means.

use std::path::Path;
use std::{fs, io};

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::Value;

use crate::compare::{Expectation, Expected};
use crate::kernel::{Condition, Kernel};

/// A case as it is written down.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    /// What is attached, and how its events come.
    pub(crate) what: String,
    /// The BPF programs. None: the one that is called as the case.
    #[serde(default)]
    pub(crate) sources: Vec<String>,
    /// The folder of user space of its own.
    pub(crate) component: Option<String>,
    /// Programs in C that the scripts need, beside those in the folder.
    #[serde(default)]
    pub(crate) programs: Vec<String>,
    /// What `ecli run` is given before the name.
    #[serde(default)]
    pub(crate) options: Vec<String>,
    /// What it is given after the name.
    #[serde(default)]
    pub(crate) arguments: Vec<String>,
    /// When it is interrupted.
    #[serde(default)]
    pub(crate) end: End,
    /// Lines that must be printed.
    #[serde(default)]
    pub(crate) stdout: Vec<Value>,
    /// Lines that must not be printed.
    #[serde(default)]
    pub(crate) never: Vec<Value>,
    /// Patterns of lines of standard error.
    #[serde(default)]
    pub(crate) stderr: Vec<String>,
    /// The exit status.
    #[serde(default)]
    pub(crate) exit: i32,
    /// What differs on some kernels.
    #[serde(default)]
    pub(crate) except: Vec<Exception>,
}

/// When the tool is sent `SIGINT`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum End {
    /// Once all that must be printed is there.
    #[default]
    Seen,
    /// When `trigger.sh` has ended.
    Triggered,
    /// Never.
    Itself,
}

/// What differs on some kernels.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Exception {
    /// Which ones.
    pub(crate) kernels: Condition,
    /// Why: the table says it.
    pub(crate) why: String,
    /// The pattern of a line that the failing tool must write. None: it works, but differently.
    pub(crate) error: Option<String>,
    /// What takes the place of the case's own.
    pub(crate) stdout: Option<Vec<Value>>,
    /// Likewise.
    pub(crate) never: Option<Vec<Value>>,
    /// Likewise.
    pub(crate) stderr: Option<Vec<String>>,
    /// Likewise.
    pub(crate) exit: Option<i32>,
}

impl Case {
    /// The case in a folder.
    ///
    /// # Errors
    /// There is none, or it is not what the format says.
    pub(crate) fn read(folder: &Path) -> Result<Self> {
        let path = folder.join("case.json");
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let case: Self = serde_json::from_str(&text).with_context(|| path.display().to_string())?;
        case.check().with_context(|| path.display().to_string())?;
        Ok(case)
    }

    fn check(&self) -> Result<()> {
        let lines = self.stdout.iter().chain(&self.never);
        let more = self
            .except
            .iter()
            .flat_map(|it| it.stdout.iter().chain(&it.never).flatten());
        if let Some(line) = lines.chain(more).find(|line| !line.is_string() && !line.is_object()) {
            bail!("a line is an object or a string, and {line} is neither");
        }
        for exception in &self.except {
            let differs = exception.stdout.is_some()
                || exception.never.is_some()
                || exception.stderr.is_some()
                || exception.exit.is_some();
            if exception.error.is_some() == differs {
                bail!(
                    "the exception for `{}` needs an error, or what differs, not both",
                    exception.kernels
                );
            }
        }
        Ok(())
    }

    /// What must come of it on a kernel.
    pub(crate) fn expectation(&self, kernel: &Kernel) -> Expectation {
        let exception = self.except.iter().find(|it| it.kernels.holds(kernel));
        if let Some(Exception {
            error: Some(error),
            why,
            ..
        }) = exception
        {
            return Expectation::Fails {
                error: error.clone(),
                why: why.clone(),
            };
        }
        Expectation::Works(self.expected(kernel))
    }

    /// What must come of it where it works.
    pub(crate) fn expected(&self, kernel: &Kernel) -> Expected {
        let exception = self.except.iter().find(|it| it.kernels.holds(kernel));
        let lines = |differ: Option<&Vec<Value>>, own: &Vec<Value>| differ.unwrap_or(own).clone();
        Expected {
            stdout: lines(exception.and_then(|it| it.stdout.as_ref()), &self.stdout),
            never: lines(exception.and_then(|it| it.never.as_ref()), &self.never),
            stderr: exception
                .and_then(|it| it.stderr.as_ref())
                .unwrap_or(&self.stderr)
                .clone(),
            exit: exception.and_then(|it| it.exit).unwrap_or(self.exit),
        }
    }
}

/// The names of the cases in a folder, sorted; those that were asked for, if any were.
///
/// # Errors
/// The folder cannot be read, or a case that was asked for is not there.
pub(crate) fn names(folder: &Path, asked: &[String]) -> Result<Vec<String>> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .and_then(|entries| {
            entries
                .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
                .collect::<io::Result<_>>()
        })
        .with_context(|| format!("cannot read {}", folder.display()))?;
    names.sort();
    if let Some(unknown) = asked.iter().find(|name| !names.contains(name)) {
        bail!("there is no case {unknown} in {}", folder.display());
    }
    names.retain(|name| asked.is_empty() || asked.contains(name));
    Ok(names)
}
