//! A process that outlives this one and takes back what the kernel would keep: filters of `tc`, programs that a control group has for
//! itself, `struct_ops` maps without a link.
//!
//! It is this program once more, started when the first such thing is attached. It reads a line for each from a pipe, `+` when it is
//! attached and `-` when it is taken back. When the pipe ends, be it because this process was killed, it takes back what is left and ends.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::os::fd::{FromRawFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::{ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::attach::cgroup::Exclusive;
use crate::attach::tc::Filter;
use crate::error::Result;

/// What the process is called: who is started under this name calls [`watch`].
pub const WATCHER: &str = "ecli-watcher";

static ENABLED: AtomicBool = AtomicBool::new(false);
static NEXT: AtomicU64 = AtomicU64::new(0);
static PIPE: Mutex<Option<ChildStdin>> = Mutex::new(None);

/// Says that this program calls [`watch`] first of all if its own name is [`WATCHER`]. Without it there is no watcher, and what is attached when
/// the process is killed stays.
pub fn enable_watcher() {
    ENABLED.store(true, Ordering::Relaxed);
}

/// Something that the kernel keeps.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Kept {
    Filter(Filter),
    /// A program by its number at a hook of a control group.
    Exclusive {
        hook: u32,
        program: u32,
        group: String,
    },
    /// A map by its number.
    StructOps(u32),
}

/// The watcher's knowledge of one thing, given up when it is dropped.
#[derive(Debug)]
pub(crate) struct Ticket(u64);

impl Ticket {
    /// Lets the watcher know, if there is one.
    pub(crate) fn new(kept: &Kept) -> Option<Self> {
        if !ENABLED.load(Ordering::Relaxed) {
            return None;
        }
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let mut pipe = PIPE.lock().unwrap_or_else(PoisonError::into_inner);
        if pipe.is_none() {
            *pipe = start().ok();
        }
        writeln!(pipe.as_mut()?, "+{number} {kept}").ok()?;
        Some(Self(number))
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut pipe = PIPE.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pipe) = pipe.as_mut() {
            // Who does not read any more watches no more.
            let _ = writeln!(pipe, "-{}", self.0);
        }
    }
}

fn start() -> std::io::Result<ChildStdin> {
    let mut child = Command::new("/proc/self/exe")
        .arg0(WATCHER)
        .env_clear()
        .current_dir("/")
        // Ctrl-C is for the tool.
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    child
        .stdin
        .take()
        .ok_or_else(|| std::io::Error::from(std::io::ErrorKind::BrokenPipe))
}

/// Reads what is attached from standard input, and when that ends takes back what is still there.
pub fn watch() {
    // For who looks at a list of processes.
    rustix::thread::set_name(c"ecli-watcher").ok();
    let mut all = BTreeMap::new();
    for line in BufReader::new(std::io::stdin()).lines() {
        let Ok(line) = line else { break };
        match line.split_at_checked(1) {
            Some(("+", rest)) => {
                if let Some((number, kept)) = rest.split_once(' ')
                    && let Some(kept) = Kept::parse(kept)
                {
                    all.insert(number.to_owned(), kept);
                }
            }
            Some(("-", number)) => drop(all.remove(number)),
            _ => {}
        }
    }
    for kept in all.into_values() {
        // There is nobody to tell.
        let _ = kept.take_back();
    }
}

impl Kept {
    fn take_back(&self) -> Result<()> {
        match self {
            Self::Filter(filter) => filter.detach(),
            Self::Exclusive { hook, program, group } => {
                // SAFETY: a number.
                let program = owned(unsafe { libbpf_sys::bpf_prog_get_fd_by_id(*program) })?;
                Exclusive::new(File::open(group)?.into(), program, *hook).detach()
            }
            Self::StructOps(map) => {
                // SAFETY: a number.
                let map = owned(unsafe { libbpf_sys::bpf_map_get_fd_by_id(*map) })?;
                let key = 0_u32;
                // SAFETY: such a map has keys of four bytes.
                crate::raw::check(unsafe {
                    libbpf_sys::bpf_map_delete_elem(std::os::fd::AsRawFd::as_raw_fd(&map), (&raw const key).cast())
                })
            }
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let mut words = text.splitn(4, ' ');
        let kind = words.next()?;
        let mut number = || words.next()?.parse::<u32>().ok();
        match kind {
            "filter" => {
                let mut words = text.split(' ').skip(1).map(|word| word.parse::<u32>().ok());
                let mut number = || words.next()?;
                Some(Self::Filter(Filter {
                    interface: i32::try_from(number()?).ok()?,
                    egress: number()? != 0,
                    handle: number()?,
                    priority: number()?,
                    program: number()?,
                    made_qdisc: number()? != 0,
                }))
            }
            "cgroup" => Some(Self::Exclusive {
                hook: number()?,
                program: number()?,
                group: words.next()?.to_owned(),
            }),
            "struct_ops" => Some(Self::StructOps(number()?)),
            _ => None,
        }
    }
}

impl fmt::Display for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Filter(filter) => write!(
                f,
                "filter {} {} {} {} {} {}",
                filter.interface,
                u8::from(filter.egress),
                filter.handle,
                filter.priority,
                filter.program,
                u8::from(filter.made_qdisc)
            ),
            Self::Exclusive { hook, program, group } => write!(f, "cgroup {hook} {program} {group}"),
            Self::StructOps(map) => write!(f, "struct_ops {map}"),
        }
    }
}

fn owned(fd: i32) -> Result<OwnedFd> {
    crate::raw::check(fd)?;
    // SAFETY: the kernel has just made the descriptor, and nobody else has it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_goes_through_the_pipe_as_it_is() {
        for kept in [
            Kept::Filter(Filter {
                interface: 3,
                egress: true,
                handle: 1,
                priority: 49152,
                program: 77,
                made_qdisc: true,
            }),
            Kept::Exclusive {
                hook: 2,
                program: 5,
                group: "/sys/fs/cgroup/a b".into(),
            },
            Kept::StructOps(9),
        ] {
            assert_eq!(Kept::parse(&kept.to_string()), Some(kept));
        }
        for text in [
            "",
            "filter 1",
            "filter 1 2 3 4 5 x",
            "cgroup 1 2",
            "other 1",
            "struct_ops -1",
        ] {
            assert_eq!(Kept::parse(text), None);
        }
    }
}
