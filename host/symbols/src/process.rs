//! Looking up in a process of its own: this program once more, under another name.
//!
//! A line of JSON is a question, and a line is its answer. What it reads may end it: a file that gets shorter while it is mapped, a
//! section that claims to be larger than memory. Then that process is gone, and this one says so.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustix::thread::{
    CapabilitySet, CapabilitySets, capabilities, clear_ambient_capability_set, configure_capability_in_ambient_set,
    set_capabilities,
};
use serde::{Deserialize, Serialize};

use crate::here::Here;
use crate::{CAPABILITIES, Detail, Space, Symbol};

/// What the process is called: who is started under this name calls [`serve`].
pub const PROCESS: &str = "ecli-symbols";

/// The memory that it may take for what it reads, in bytes: debug information is unpacked in memory.
const MEMORY: u64 = 2 << 30;

/// The longest line, in bytes.
const LINE: u64 = 64 << 20;

#[derive(Debug, Serialize, Deserialize)]
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
    // Who cannot be kept from more does no harm that the user could not do.
    bound_memory().ok();
    bound_capabilities().ok();
    let Ok(here) = Here::start() else { return };
    let mut questions = BufReader::new(io::stdin());
    let mut answers = io::stdout();
    while let Some(question) = read(&mut questions) {
        let answer = here.ask(question);
        if write(&mut answers, &answer).is_err() || answer.last {
            return;
        }
    }
}

fn bound_memory() -> rustix::io::Result<()> {
    let Rlimit { maximum, .. } = getrlimit(Resource::Data);
    let current = Some(maximum.map_or(MEMORY, |maximum| maximum.min(MEMORY)));
    setrlimit(Resource::Data, Rlimit { current, maximum })
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
    answers: BufReader<ChildStdout>,
}

impl Process {
    pub(crate) fn start() -> io::Result<Self> {
        let mut child = with_capabilities(|| {
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
        })?;
        let (Some(questions), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        Ok(Self {
            child,
            questions,
            answers: BufReader::new(answers),
        })
    }

    /// None if the process has ended over the question.
    pub(crate) fn ask(&mut self, question: &Question) -> Option<Answer> {
        write(&mut self.questions, question).ok()?;
        read(&mut self.answers)
    }

    /// How the process has ended that has nothing more to say.
    pub(crate) fn end(mut self) -> String {
        // It may have said something that is no answer, and wait for more.
        self.child.kill().ok();
        match self.child.wait() {
            Ok(status) => format!("the process that read them has ended: {status}"),
            Err(error) => format!("the process that read them cannot be waited for: {error}"),
        }
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

fn write(to: &mut impl Write, line: &impl Serialize) -> io::Result<()> {
    let mut text = serde_json::to_vec(line)?;
    text.push(b'\n');
    to.write_all(&text)?;
    to.flush()
}

fn read<T: for<'text> Deserialize<'text>>(from: &mut impl BufRead) -> Option<T> {
    let mut line = Vec::new();
    from.take(LINE).read_until(b'\n', &mut line).ok()?;
    serde_json::from_slice(&line).ok()
}
