//! The side that runs on the kernel in question: the cases, one after the other.

mod course;
mod kernel;
mod process;
mod stage;

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs};

use anyhow::{Context, Result};
use clap::Args;

use crate::case;
use crate::compare::Outcome;
use crate::verdict::Verdict;
use process::Running;

/// How long a case may take, the slowest emulated kernel included.
const PATIENCE: Duration = Duration::from_secs(180);

/// Run the cases of a payload on this kernel.
#[derive(Debug, Args)]
pub(crate) struct Inside {
    /// The folder with `ecli`, `busybox` and `cases/`
    payload: PathBuf,

    /// What kind of a kernel this is
    #[arg(long)]
    flavour: String,

    /// Where the verdicts go, a line of JSON each
    #[arg(long, value_name = "FILE")]
    results: PathBuf,

    /// The options that the kernel was built with
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// Run this case only, here and now: what the program starts for each of them
    #[arg(long, value_name = "NAME")]
    case: Option<String>,
}

/// Runs them, each in namespaces of its own, and writes down what has come of them.
pub(crate) fn run(inside: &Inside) -> Result<()> {
    let results = File::options()
        .write(true)
        .open(&inside.results)
        .with_context(|| format!("cannot write {}", inside.results.display()))?;
    if let Some(name) = &inside.case {
        let kernel = kernel::this(inside)?;
        return write(results, &course::run(&inside.payload, name, &kernel)?);
    }
    for name in case::names(&inside.payload.join("cases"), &[])? {
        write(&results, &alone(inside, &name)?)?;
    }
    Ok(())
}

fn write(mut results: impl Write, verdict: &Verdict) -> Result<()> {
    let mut line = serde_json::to_vec(verdict)?;
    line.push(b'\n');
    results.write_all(&line).context("cannot write the results")
}

/// A case in a process of its own, which is ended if it takes too long.
fn alone(inside: &Inside, name: &str) -> Result<Verdict> {
    let begin = Instant::now();
    let scratch = env::temp_dir().join(format!("kernels-{}", std::process::id()));
    fs::create_dir_all(&scratch)?;
    let (results, words) = (scratch.join("verdict"), scratch.join("words"));
    File::create(&results)?;
    let output = File::create(&words)?;
    let mut command = Command::new(inside.payload.join("busybox"));
    command.args(["unshare", "-m", "-n", "--"]).arg(env::current_exe()?);
    command.arg("inside").arg(&inside.payload).args(["--case", name]);
    command
        .args(["--flavour", &inside.flavour])
        .arg("--results")
        .arg(&results);
    if let Some(config) = &inside.config {
        command.arg("--config").arg(config);
    }
    command.stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output);
    let exit = Running::start(&mut command)?.wait(PATIENCE);
    let verdict = fs::read(&results)
        .ok()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let said = fs::read_to_string(&words).unwrap_or_default();
    fs::remove_dir_all(&scratch).ok();
    Ok(verdict.unwrap_or_else(|| Verdict {
        case: name.to_owned(),
        outcome: Outcome::Wrong(match exit {
            None => format!("it did not end within {PATIENCE:?}\n{said}"),
            Some(_) => format!("it could not be run:\n{said}"),
        }),
        seconds: begin.elapsed().as_secs_f64(),
    }))
}

/// What a text file says, without more of it than anybody reads.
fn text(path: &Path) -> io::Result<String> {
    use io::Read;
    const MOST: u64 = 4 << 20;
    let mut bytes = Vec::new();
    File::open(path)?.take(MOST).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
