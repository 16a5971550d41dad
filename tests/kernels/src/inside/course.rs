//! The course of one case: set up, start, wait until it is attached, trigger, wait until all is seen, interrupt, compare.

use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::Result;
use rustix::process::Signal;

use super::process::{MOMENT, Running};
use super::stage::Stage;
use crate::case::{Case, End};
use crate::compare::{Ended, Expected, compare};
use crate::expect::filled;
use crate::kernel::Kernel;
use crate::verdict::Verdict;

/// How long loading and attaching may take: a component is compiled first.
const ATTACHED: Duration = Duration::from_secs(300);
/// How long what was triggered may take to be printed.
const SEEN: Duration = Duration::from_secs(20);
/// How long the end may take.
const ENDED: Duration = Duration::from_secs(30);

/// Runs a case here and now.
pub(super) fn run(payload: &Path, name: &str, kernel: &Kernel) -> Result<Verdict> {
    let begin = Instant::now();
    let case = Case::read(&payload.join("cases").join(name))?;
    let expectation = case.expectation(kernel);
    let works = case.expected(kernel);
    let mut stage = Stage::new(payload, name)?;
    let ended = match stage.script("setup.sh") {
        Ok(()) => observe(payload, &case, &works, &mut stage)?,
        Err(error) => Ended {
            exit: Some(1),
            stderr: words("setup.sh", &error),
            ..Ended::default()
        },
    };
    Ok(Verdict {
        case: name.to_owned(),
        outcome: compare(&expectation, &works, &ended, &stage.values),
        seconds: begin.elapsed().as_secs_f64(),
    })
}

fn observe(payload: &Path, case: &Case, works: &Expected, stage: &mut Stage) -> Result<Ended> {
    let mut tool = Tool::start(payload, case, stage)?;
    stage.values.insert("ECLI".to_owned(), tool.running.pid().to_string());
    let mut trouble = String::new();
    if tool.wait_until(ATTACHED, |tool| tool.running.is_attached().unwrap_or(false)) {
        if let Err(error) = stage.script("trigger.sh") {
            trouble = words("trigger.sh", &error);
        }
        if case.end == End::Seen {
            tool.wait_until(SEEN, |tool| {
                let stdout = super::text(&tool.stdout).unwrap_or_default();
                works.missing(&stdout, &stage.values).is_empty()
            });
        }
    } else if tool.running.ended().is_none() {
        trouble = format!("it was not attached within {ATTACHED:?}\n");
    }
    let patience = if case.end == End::Itself { SEEN + ENDED } else { ENDED };
    if case.end != End::Itself {
        tool.running.signal(Signal::INT);
    }
    let exit = tool.running.wait(patience);
    Ok(Ended {
        exit,
        stdout: super::text(&tool.stdout)?,
        stderr: super::text(&tool.stderr)?,
        trouble,
    })
}

/// What is wrong with a script, as lines of standard error.
fn words(script: &str, error: &anyhow::Error) -> String {
    format!("{error:#}")
        .lines()
        .map(|line| format!("{script}: {line}\n"))
        .collect()
}

/// `ecli`, as it runs.
struct Tool {
    running: Running,
    stdout: PathBuf,
    stderr: PathBuf,
}

impl Tool {
    fn start(payload: &Path, case: &Case, stage: &Stage) -> Result<Self> {
        let (stdout, out) = stage.output("ecli.out")?;
        let (stderr, err) = stage.output("ecli.err")?;
        let mut command = stage.command(&payload.join("ecli").display().to_string());
        let words =
            |words: &[String]| -> Vec<String> { words.iter().map(|word| filled(word, &stage.values)).collect() };
        let file = if case.component.is_some() {
            "$CASE/tool.wasm"
        } else {
            "$CASE/package.json"
        };
        command.arg("run").args(words(&case.options));
        command.arg(filled(file, &stage.values)).args(words(&case.arguments));
        Ok(Self {
            running: Running::start(command.stdout(out).stderr(err))?,
            stdout,
            stderr,
        })
    }

    /// Wait until something is so. It is not if the tool ends before, or the time is up.
    fn wait_until(&mut self, patience: Duration, is: impl Fn(&Self) -> bool) -> bool {
        let until = Instant::now() + patience;
        while Instant::now() < until && self.running.ended().is_none() {
            if is(self) {
                return true;
            }
            sleep(MOMENT);
        }
        false
    }
}
