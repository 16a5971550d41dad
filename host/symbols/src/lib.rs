//! Names of addresses in the kernel and in processes.
//!
//! What is read belongs to others: symbol tables and debug information of whatever a process has mapped. All of it is looked at by
//! blazesym, which this crate keeps from everything else.

mod lookup;

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;
use std::{fmt, io, thread};

use lookup::Lookup;

/// Where addresses are from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Space {
    /// The running kernel and its modules.
    Kernel,
    /// A process by its id in the kernel's own numbering, which are those that BPF programs see.
    Process(u32),
}

/// What is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Names of functions.
    Names,
    /// Source files and lines too, which takes reading debug information: seconds, where there is much.
    Lines,
}

/// What stands at an address.
#[derive(Clone, Debug, PartialEq, Eq)]
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
///
/// A thread of its own does so, with the capabilities that its maker has at the first call: whatever is in the files that it reads, nobody
/// waits for it longer than [`LONGEST`](Self::LONGEST).
#[derive(Debug, Default)]
pub struct Symbols {
    worker: Option<Worker>,
    /// A file that takes too long would do so again.
    given_up: bool,
}

#[derive(Debug)]
struct Worker {
    questions: Sender<(Space, Vec<u64>, Detail)>,
    answers: Receiver<Result<Vec<Option<Symbol>>, String>>,
}

impl Symbols {
    /// The time that one call may take. Debug information of a gigabyte is read in less.
    pub const LONGEST: Duration = Duration::from_secs(20);

    /// It reads nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The names of addresses, in their order; none where there is no name, which is so for all of a process that has ended.
    ///
    /// # Errors
    /// What holds the names may not be read, or reading it takes too long: then it is not tried again.
    pub fn resolve(&mut self, space: Space, addresses: &[u64], detail: Detail) -> Result<Vec<Option<Symbol>>, Error> {
        let error = |reason: String| Error { space, reason };
        if matches!(space, Space::Process(_)) && !numbers_are_the_kernels() {
            return Err(error(
                "this is a PID namespace, whose numbers are not the kernel's".to_owned(),
            ));
        }
        if self.given_up {
            return Err(error("it took too long before".to_owned()));
        }
        let worker = match self.worker.take() {
            Some(worker) => worker,
            None => Worker::start().map_err(|reason| error(reason.to_string()))?,
        };
        let ended = || error("the thread that reads them has ended".to_owned());
        worker
            .questions
            .send((space, addresses.to_vec(), detail))
            .map_err(|_| ended())?;
        match worker.answers.recv_timeout(Self::LONGEST) {
            Ok(answer) => {
                self.worker = Some(worker);
                answer.map_err(error)
            }
            Err(RecvTimeoutError::Timeout) => {
                self.given_up = true;
                Err(error(format!("it took more than {} s", Self::LONGEST.as_secs())))
            }
            Err(RecvTimeoutError::Disconnected) => Err(ended()),
        }
    }
}

/// Whether processes have the same numbers here as in the kernel: `PROC_PID_INIT_INO` of include/linux/proc_ns.h.
fn numbers_are_the_kernels() -> bool {
    std::fs::read_link("/proc/self/ns/pid").is_ok_and(|link| link.as_os_str() == "pid:[4026531836]")
}

impl Worker {
    fn start() -> io::Result<Self> {
        let (questions, asked) = channel::<(Space, Vec<u64>, Detail)>();
        let (answer, answers) = channel();
        thread::Builder::new().name("symbols".to_owned()).spawn(move || {
            let mut lookup = Lookup::new();
            for (space, addresses, detail) in asked {
                if answer.send(lookup.resolve(space, &addresses, detail)).is_err() {
                    return;
                }
            }
        })?;
        Ok(Self { questions, answers })
    }
}
