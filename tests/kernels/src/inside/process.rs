//! A process that was started, with all that it starts.

use std::io;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};

/// Short enough that a case is not slower for it, long enough that an emulated processor gets on with it.
pub(super) const MOMENT: Duration = Duration::from_millis(20);

/// A process in a process group of its own. Whatever of the group is left is killed when this is dropped.
pub(super) struct Running(Child);

impl Running {
    /// Start it.
    pub(super) fn start(command: &mut Command) -> Result<Self> {
        let name = command.get_program().to_string_lossy().into_owned();
        let child = command.process_group(0).spawn();
        child.map(Self).with_context(|| format!("cannot start {name}"))
    }

    /// The process id.
    pub(super) fn pid(&self) -> u32 {
        self.0.id()
    }

    /// Send it a signal.
    pub(super) fn signal(&self, signal: Signal) {
        // An error says that it has ended.
        kill_process(Pid::from_child(&self.0), signal).ok();
    }

    /// The exit status, or 128 and a signal's number, if it has ended.
    pub(super) fn ended(&mut self) -> Option<i32> {
        let status = self.0.try_wait().ok().flatten()?;
        status.code().or_else(|| status.signal().map(|signal| 128 + signal))
    }

    /// Wait for its end. None if it is still there after all that time.
    pub(super) fn wait(&mut self, patience: Duration) -> Option<i32> {
        let until = Instant::now() + patience;
        loop {
            let ended = self.ended();
            if ended.is_some() || Instant::now() >= until {
                return ended;
            }
            sleep(MOMENT);
        }
    }

    /// Whether its first thread waits for events and it holds BPF programs: a tool does so once all is attached.
    pub(super) fn is_attached(&self) -> io::Result<bool> {
        let folder = format!("/proc/{}", self.0.id());
        let call = std::fs::read_to_string(format!("{folder}/syscall"))?;
        let number: Option<u32> = call.split(' ').next().and_then(|number| number.parse().ok());
        if !number.is_some_and(|number| WAITING.contains(&number)) {
            return Ok(false);
        }
        for file in std::fs::read_dir(format!("{folder}/fd"))? {
            if std::fs::read_link(file?.path()).is_ok_and(|name| name.ends_with("anon_inode:bpf-prog")) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// The numbers of the system calls that wait for events: `poll`, `epoll_wait`, `ppoll`, `epoll_pwait`.
const WAITING: &[u32] = if cfg!(target_arch = "x86_64") {
    &[7, 232, 271, 281]
} else {
    &[73, 22]
};

impl Drop for Running {
    fn drop(&mut self) {
        kill_process_group(Pid::from_child(&self.0), Signal::KILL).ok();
        self.0.wait().ok();
    }
}
