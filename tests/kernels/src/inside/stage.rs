//! What a case finds: its folder, its control group, its mounts.

use std::ffi::CStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio, id};
use std::thread::sleep;
use std::time::Duration;
use std::{env, io};

use anyhow::{Context, Result, bail};
use rustix::mount::{MountFlags, MountPropagationFlags, mount, mount_change};
use rustix::process::{Pid, Signal, kill_process};

use super::process::Running;
use crate::expect::Values;

/// How long a script may take.
const PATIENCE: Duration = Duration::from_secs(90);

/// What is mounted for each case anew.
const MOUNTS: [(&CStr, &str); 6] = [
    (c"sysfs", "/sys"),
    (c"cgroup2", "/sys/fs/cgroup"),
    (c"tracefs", "/sys/kernel/tracing"),
    (c"debugfs", "/sys/kernel/debug"),
    (c"securityfs", "/sys/kernel/security"),
    (c"bpf", "/sys/fs/bpf"),
];

/// The place of one case. It is taken away again when this is dropped.
pub(super) struct Stage {
    root: PathBuf,
    busybox: PathBuf,
    /// What `$NAME` stands for.
    pub(super) values: Values,
    /// What the scripts have started, to be ended at the end.
    started: Vec<Running>,
}

impl Stage {
    /// Make it, in namespaces of which nobody else is.
    pub(super) fn new(payload: &Path, name: &str) -> Result<Self> {
        let root = env::temp_dir().join(format!("case-{}", id()));
        fs::create_dir_all(root.join("bin"))?;
        let busybox = payload.join("busybox");
        let mut stage = Self {
            root,
            busybox,
            values: Values::new(),
            started: Vec::new(),
        };
        mount_change("/", MountPropagationFlags::REC | MountPropagationFlags::PRIVATE)
            .context("cannot leave shared mounts")?;
        let dir = stage.root.join("dir");
        fs::create_dir(&dir)?;
        // Only a mount of its own shows the interfaces of a network namespace.
        for (kind, place) in MOUNTS {
            let name = kind.to_string_lossy();
            mount(kind, place, kind, MountFlags::empty(), None)
                .with_context(|| format!("cannot mount {name} on {place}"))?;
        }
        let cgroup = PathBuf::from(format!("/sys/fs/cgroup/case-{}", id()));
        fs::create_dir(&cgroup).context("cannot make a control group")?;
        let installed = stage
            .busybox(["--install", "-s"])
            .arg(stage.root.join("bin"))
            .status()?;
        let up = stage.busybox(["ip", "link", "set", "lo", "up"]).status()?;
        if !installed.success() || !up.success() {
            bail!("busybox does not do what it should");
        }
        let (case, bin) = (payload.join("cases").join(name), stage.root.join("bin"));
        for (name, path) in [("DIR", dir), ("CASE", case), ("CGROUP", cgroup), ("BIN", bin)] {
            stage.values.insert(name.to_owned(), path.display().to_string());
        }
        Ok(stage)
    }

    fn busybox<const N: usize>(&self, arguments: [&str; N]) -> Command {
        let mut command = Command::new(&self.busybox);
        command.args(arguments).stdin(Stdio::null());
        command
    }

    /// A program in the environment of the case: its folder, its values, busybox's commands.
    pub(super) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.root.join("dir")).stdin(Stdio::null());
        command
            .env_clear()
            .env("PATH", self.root.join("bin"))
            .env("HOME", "/root")
            .envs(&self.values);
        command
    }

    /// A file for what a process writes.
    pub(super) fn output(&self, name: &str) -> Result<(PathBuf, File)> {
        let path = self.root.join(name);
        let file = File::create(&path)?;
        Ok((path, file))
    }

    /// Run one of the case's scripts to its end, if the case has it, and take the values that it tells. What it leaves running goes on.
    ///
    /// # Errors
    /// It fails: what it has written.
    pub(super) fn script(&mut self, name: &str) -> Result<()> {
        let case = self.values.get("CASE").map(PathBuf::from).unwrap_or_default();
        let script = case.join(name);
        if !script.exists() {
            return Ok(());
        }
        let (stdout, out) = self.output(&format!("{name}.out"))?;
        let (stderr, err) = self.output(&format!("{name}.err"))?;
        let mut command = self.command(&self.root.join("bin/sh").display().to_string());
        command.arg("-eu").arg(&script).stdout(out).stderr(err);
        let mut running = Running::start(&mut command)?;
        let exit = running.wait(PATIENCE);
        self.started.push(running);
        let written = super::text(&stdout)?;
        for line in written.lines() {
            if let Some((name, value)) = line.split_once('=') {
                self.values.insert(name.trim().to_owned(), value.trim().to_owned());
            }
        }
        match exit {
            Some(0) => Ok(()),
            Some(exit) => bail!("it ended with {exit}\n{written}{}", super::text(&stderr)?),
            None => bail!("it did not end within {PATIENCE:?}\n{written}{}", super::text(&stderr)?),
        }
    }
}

/// End who is in a control group or in those below it, and take them away.
fn remove(cgroup: &Path) -> io::Result<()> {
    for below in fs::read_dir(cgroup)? {
        let below = below?;
        // A group's own files go with it.
        if below.file_type()?.is_dir() {
            remove(&below.path())?;
        }
    }
    for _ in 0..50 {
        for pid in fs::read_to_string(cgroup.join("cgroup.procs"))?.lines() {
            if let Some(pid) = pid.parse().ok().and_then(Pid::from_raw) {
                kill_process(pid, Signal::KILL).ok();
            }
        }
        if fs::remove_dir(cgroup).is_ok() {
            return Ok(());
        }
        sleep(Duration::from_millis(20));
    }
    Err(io::Error::other("somebody stays in it"))
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.started.clear();
        // What cannot be taken away ends with the namespace, but for the control group, which is empty.
        if let Some(cgroup) = self.values.get("CGROUP") {
            remove(Path::new(cgroup)).ok();
        }
        fs::remove_dir_all(&self.root).ok();
    }
}
