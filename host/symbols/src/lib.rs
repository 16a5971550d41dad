//! Names of addresses in the kernel and in processes.
//!
//! What is read belongs to others: symbol tables and debug information of whatever a process has mapped. All of it is looked at by
//! blazesym, which this crate keeps from everything else: by a process of its own, where [`enable_process`] was called, else by a thread.

mod here;
mod lookup;
mod process;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::{fmt, io};

use here::Here;
use process::{Process, Question, Silence};
use rustix::thread::CapabilitySet;
use serde::{Deserialize, Serialize};

pub use process::{PROCESS, serve};

/// What looking up takes: addresses of the kernel, and the files that any process has mapped.
pub const CAPABILITIES: CapabilitySet = CapabilitySet::SYSLOG
    .union(CapabilitySet::SYS_PTRACE)
    .union(CapabilitySet::CHECKPOINT_RESTORE)
    .union(CapabilitySet::DAC_READ_SEARCH);

static ENABLED: AtomicBool = AtomicBool::new(false);

/// Says that this program calls [`serve`] first of all if its own name is [`PROCESS`].
pub fn enable_process() {
    ENABLED.store(true, Ordering::Relaxed);
}

/// Where addresses are from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Space {
    /// The running kernel and its modules.
    Kernel,
    /// A process by its id in the kernel's own numbering, which are those that BPF programs see.
    Process(u32),
}

/// What is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Detail {
    /// Names of functions.
    Names,
    /// Source files and lines too, which takes reading debug information: seconds, where there is much.
    Lines,
}

/// What stands at an address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Symbol {
    /// The function, demangled where it is one of Rust or C++.
    pub name: String,
    /// How far into it, in bytes.
    pub offset: u64,
    /// The kernel module, or the file that is mapped there.
    pub module: Option<String>,
    /// The source file's name without folders, where there is debug information.
    pub file: Option<String>,
    /// Its line.
    pub line: Option<u32>,
}

/// Why nothing could be looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    space: Space,
    reason: String,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.space {
            Space::Kernel => f.write_str("the kernel's symbols cannot be read: ")?,
            Space::Process(pid) => write!(f, "the symbols of process {pid} cannot be read: ")?,
        }
        f.write_str(&self.reason)
    }
}

impl std::error::Error for Error {}

/// Looks names up, and remembers what it has read for that.
#[derive(Debug, Default)]
pub struct Symbols {
    reader: Option<Reader>,
    /// What ended a process that had read nothing else, and how: it would do so again.
    deadly: HashMap<Space, String>,
    /// What takes too long would do so again, and nobody waits that long twice: lines first, as a file that is read for these may be
    /// a pipe, or larger than any other.
    given_up: GivenUp,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum GivenUp {
    #[default]
    Nothing,
    Lines,
    Names,
}

#[derive(Debug)]
enum Reader {
    Here(Here),
    Process(Process),
}

impl Symbols {
    /// It reads nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The names of addresses, in their order; none where there is no name, which is so for all of a process that has ended.
    ///
    /// # Errors
    /// What holds the names may not be read, reading it takes longer than 20 seconds, or ends who reads it. After the second no lines are
    /// looked for any more, or nothing at all if it was names, after the third nothing in that space, if it happens again with a fresh
    /// reader.
    pub fn resolve(&mut self, space: Space, addresses: &[u64], detail: Detail) -> Result<Vec<Option<Symbol>>, Error> {
        let error = |reason: String| Error { space, reason };
        if matches!(space, Space::Process(_)) && !numbers_are_the_kernels() {
            return Err(error(
                "this is a PID namespace, whose numbers are not the kernel's".to_owned(),
            ));
        }
        if self.given_up == GivenUp::Names {
            return Err(error("it took too long before".to_owned()));
        }
        if let Some(reason) = self.deadly.get(&space) {
            return Err(error(reason.clone()));
        }
        let question = Question {
            space,
            addresses: addresses.to_vec(),
            detail: match self.given_up {
                GivenUp::Nothing => detail,
                _ => Detail::Names,
            },
        };
        loop {
            let reader = match self.reader.take() {
                Some(reader) => reader,
                None => Reader::start().map_err(|reason| error(reason.to_string()))?,
            };
            let (answer, reader) = match reader {
                Reader::Here(here) => (here.ask(&question), Reader::Here(here)),
                Reader::Process(mut process) => match process.ask(&question) {
                    Ok(answer) => (answer, Reader::Process(process)),
                    // It may have ended over all that it has read before, or for no reason of its own.
                    Err(Silence::Ended) if process.has_answered => continue,
                    Err(Silence::Ended) => {
                        let reason = process.end();
                        self.deadly.insert(space, reason.clone());
                        return Err(error(reason));
                    }
                    Err(Silence::TooLong) => {
                        let reason = "the process that reads them does not answer".to_owned();
                        return Err(error(self.give_up(question.detail, reason)));
                    }
                },
            };
            if !answer.last {
                self.reader = Some(reader);
                return answer.found.map_err(error);
            }
            return answer
                .found
                .map_err(|reason| error(self.give_up(question.detail, reason)));
        }
    }
}

impl Symbols {
    /// Asks no more for what took too long. Gives back the reason, with what becomes of the rest.
    fn give_up(&mut self, detail: Detail, reason: String) -> String {
        match detail {
            Detail::Lines => {
                self.given_up = GivenUp::Lines;
                format!("{reason}; from here on there are names without lines")
            }
            Detail::Names => {
                self.given_up = GivenUp::Names;
                reason
            }
        }
    }
}

impl Reader {
    fn start() -> io::Result<Self> {
        if ENABLED.load(Ordering::Relaxed) {
            Process::start().map(Self::Process)
        } else {
            Here::start().map(Self::Here)
        }
    }
}

/// Whether processes have the same numbers here as in the kernel: `PROC_PID_INIT_INO` of include/linux/proc_ns.h.
fn numbers_are_the_kernels() -> bool {
    std::fs::read_link("/proc/self/ns/pid").is_ok_and(|link| link.as_os_str() == "pid:[4026531836]")
}
