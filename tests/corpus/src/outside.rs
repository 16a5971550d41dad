//! Other processes, which may crash or hang without taking this one along.

use std::fs::File;
use std::io::{Read, Seek};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// The verifier takes its time for a million instructions, and a loaded machine too.
const PATIENCE: Duration = Duration::from_secs(120);

/// What a process that failed wrote to standard error, or how it ended if it wrote nothing; `None` if it succeeded.
pub(crate) fn failure(command: &mut Command) -> Result<Option<String>> {
    let mut words: File = tempfile::tempfile()?;
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(words.try_clone()?)
        .spawn()
        .with_context(|| format!("cannot run {}", command.get_program().display()))?;
    let until = Instant::now() + PATIENCE;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if Instant::now() > until {
            child.kill()?;
            child.wait()?;
            return Ok(Some(format!("it did not end within {PATIENCE:?}")));
        }
        thread::sleep(Duration::from_millis(5));
    };
    if status.success() {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    words.rewind()?;
    words.read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes).trim().to_owned();
    Ok(Some(if text.is_empty() { status.to_string() } else { text }))
}
