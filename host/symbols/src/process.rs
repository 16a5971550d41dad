//! Looking up in a process of its own: this program once more, under another name.
//!
//! A line of JSON is a question, and a line is its answer. What it reads may end it: a file that gets shorter while it is mapped, a
//! section that claims to be larger than memory. Then that process is gone, and this one says so.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustix::thread::{
    CapabilitySet, CapabilitySets, capabilities, clear_ambient_capability_set, configure_capability_in_ambient_set,
    set_capabilities, set_name,
};
use serde::{Deserialize, Serialize};

use crate::here::{Here, LONGEST};
use crate::{CAPABILITIES, Detail, Space, Symbol};

/// What the process is called: who is started under this name calls [`serve`].
pub const PROCESS: &str = "ecli-symbols";

/// The memory that it may take for what it reads, in bytes: debug information is unpacked in memory.
const MEMORY: u64 = 2 << 30;

/// The longest line, in bytes.
const LINE: usize = 64 << 20;

/// How long an answer may take: the process itself gives up before.
const PATIENCE: Duration = LONGEST.saturating_add(Duration::from_secs(5));

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Question {
    pub(crate) space: Space,
    pub(crate) addresses: Vec<u64>,
    pub(crate) detail: Detail,
}

/// Names, or the reason why there are none.
pub(crate) type Found = Result<Vec<Option<Symbol>>, String>;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Answer {
    pub(crate) found: Found,
    /// Whether there will be no other.
    pub(crate) last: bool,
}

/// Answers what standard input asks, until that ends, with no capability but those that looking up takes.
pub fn serve() {
    // For who looks at a list of processes.
    set_name(c"ecli-symbols").ok();
    // Who cannot be kept from more does no harm that the user could not do.
    bound(Resource::Data, MEMORY).ok();
    // What it read is nobody else's business.
    bound(Resource::Core, 0).ok();
    bound_capabilities().ok();
    let Ok(here) = Here::start() else { return };
    let mut questions = BufReader::new(io::stdin());
    let mut answers = io::stdout();
    while let Some(question) = read(&mut questions) {
        let answer = here.ask(&question);
        if write(&mut answers, &answer).is_err() || answer.last {
            return;
        }
    }
}

fn bound(resource: Resource, most: u64) -> rustix::io::Result<()> {
    let Rlimit { maximum, .. } = getrlimit(resource);
    let current = Some(maximum.map_or(most, |maximum| maximum.min(most)));
    setrlimit(resource, Rlimit { current, maximum })
}

fn bound_capabilities() -> rustix::io::Result<()> {
    clear_ambient_capability_set()?;
    let has = capabilities(None)?.permitted & CAPABILITIES;
    set_capabilities(
        None,
        CapabilitySets {
            effective: has,
            permitted: has,
            inheritable: CapabilitySet::empty(),
        },
    )
}

/// The process, seen from this one. It ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    questions: ChildStdin,
    answers: ChildStdout,
    /// Whether it has ever answered.
    pub(crate) has_answered: bool,
}

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum Silence {
    /// The process has ended, or said what is no answer.
    Ended,
    TooLong,
}

impl Process {
    pub(crate) fn start() -> io::Result<Self> {
        let spawn = || {
            Command::new("/proc/self/exe")
                .arg0(PROCESS)
                .env_clear()
                .current_dir("/")
                // Ctrl-C is for the tool.
                .process_group(0)
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()
        };
        let mut child = with_capabilities(spawn).map_err(|error| {
            io::Error::new(error.kind(), format!("/proc/self/exe cannot be started again: {error}"))
        })?;
        let (Some(questions), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        rustix::io::ioctl_fionbio(&questions, true)?;
        rustix::io::ioctl_fionbio(&answers, true)?;
        Ok(Self {
            child,
            questions,
            answers,
            has_answered: false,
        })
    }

    pub(crate) fn ask(&mut self, question: &Question) -> Result<Answer, Silence> {
        let until = Instant::now() + PATIENCE;
        let line = line_of(question).map_err(|_| Silence::Ended)?;
        let mut rest = line.as_slice();
        while !rest.is_empty() {
            match rustix::io::write(&self.questions, rest) {
                Ok(written) => rest = rest.get(written..).unwrap_or_default(),
                Err(error) => wait(error, &self.questions, PollFlags::OUT, until)?,
            }
        }
        let mut line = Vec::new();
        let mut piece = vec![0; 64 << 10];
        while line.last() != Some(&b'\n') {
            match rustix::io::read(&self.answers, &mut piece) {
                Ok(0) => return Err(Silence::Ended),
                Ok(read) => line.extend_from_slice(piece.get(..read).unwrap_or_default()),
                Err(error) => wait(error, &self.answers, PollFlags::IN, until)?,
            }
            if line.len() > LINE {
                return Err(Silence::Ended);
            }
        }
        let answer = serde_json::from_slice(&line).map_err(|_| Silence::Ended)?;
        self.has_answered = true;
        Ok(answer)
    }

    /// How the process has ended that has nothing more to say.
    pub(crate) fn end(mut self) -> String {
        // It may have said something that is no answer, and wait for more.
        match self.kill(Duration::from_secs(5)) {
            Ok(Some(status)) => format!("the process that read them has ended: {status}"),
            Ok(None) => "the process that read them does not end".to_owned(),
            Err(error) => format!("the process that read them cannot be waited for: {error}"),
        }
    }

    /// Ends it. It is not left to who may never ask for it; but who hangs in the kernel is not waited for longer than this: none is its
    /// status then.
    fn kill(&mut self, patience: Duration) -> io::Result<Option<ExitStatus>> {
        self.child.kill().ok();
        let until = Instant::now() + patience;
        loop {
            let status = self.child.try_wait()?;
            if status.is_some() || Instant::now() > until {
                return Ok(status);
            }
            thread::sleep(Duration::from_millis(2));
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill(Duration::from_millis(100)).ok();
    }
}

/// Waits until a pipe that was not ready is.
fn wait(error: Errno, pipe: impl AsFd, ready: PollFlags, until: Instant) -> Result<(), Silence> {
    match error {
        Errno::INTR => return Ok(()),
        Errno::AGAIN => {}
        _ => return Err(Silence::Ended),
    }
    let left = until.saturating_duration_since(Instant::now());
    if left.is_zero() {
        return Err(Silence::TooLong);
    }
    let left = Timespec::try_from(left).map_err(|_| Silence::TooLong)?;
    match poll(&mut [PollFd::new(&pipe, ready)], Some(&left)) {
        Ok(0) => Err(Silence::TooLong),
        Ok(_) | Err(Errno::INTR) => Ok(()),
        Err(_) => Err(Silence::Ended),
    }
}

/// Does something whose new program has the capabilities that looking up takes, also if its user is not root.
fn with_capabilities<T>(act: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    let has = capabilities(None)?;
    let passed = has.permitted & CAPABILITIES;
    // Who may not pass them on finds what anybody finds.
    set_capabilities(
        None,
        CapabilitySets {
            inheritable: passed,
            ..has
        },
    )
    .ok();
    for capability in passed.iter() {
        configure_capability_in_ambient_set(capability, true).ok();
    }
    let done = act();
    // This takes them out of the ambient set again, too.
    set_capabilities(None, has)?;
    done
}

fn line_of(value: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(value)?;
    line.push(b'\n');
    Ok(line)
}

fn write(to: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    to.write_all(&line_of(value)?)?;
    to.flush()
}

fn read<T: for<'text> Deserialize<'text>>(from: &mut impl BufRead) -> Option<T> {
    let mut line = Vec::new();
    from.take(LINE as u64).read_until(b'\n', &mut line).ok()?;
    serde_json::from_slice(&line).ok()
}
