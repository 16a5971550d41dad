//! What the end-to-end tests share: the built programs, compiled examples, and runs of `ecli` with the real kernel.
//!
//! `make test` builds the programs first; a test that is started by hand says so if they are missing.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

pub mod broken;
mod projects;

pub use projects::{build_wasm, built, c_source, c_tool, c_tool_project, example_tool, project};

/// Long enough for a loaded machine, short enough for a hang to be seen.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// The root of the tree.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

/// A program of this workspace, built for the same profile as the test.
pub fn program(name: &str) -> PathBuf {
    let test = env::current_exe().unwrap();
    let path = test.ancestors().nth(2).unwrap().join(name);
    assert!(
        path.exists(),
        "{} is missing: run `cargo build --workspace --bins --lib` first",
        path.display()
    );
    path
}

/// A folder for what tests compile, one for each process, beside the programs.
fn scratch() -> &'static Path {
    static FOLDER: OnceLock<tempfile::TempDir> = OnceLock::new();
    FOLDER.get_or_init(|| tempfile::tempdir().unwrap()).path()
}

/// The package of an example, compiled by `ecc` once for each test binary.
pub fn example(name: &str) -> PathBuf {
    let folder = root().join("examples").join(name);
    compile(&folder.join(format!("{name}.bpf.c")), &folder.join(format!("{name}.h")))
}

/// The package of a source file with its header.
pub fn compile(source: &Path, header: &Path) -> PathBuf {
    static COMPILING: Mutex<()> = Mutex::new(());
    let _alone = COMPILING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let out = scratch().join(source.file_name().unwrap()).with_extension("");
    let package = out.join("package.json");
    if !package.exists() {
        fs::create_dir_all(&out).unwrap();
        let mut ecc = Command::new(program("ecc"));
        ecc.arg(source);
        if header.exists() {
            ecc.arg(header);
        }
        let done = ecc.arg("-o").arg(&out).output().unwrap();
        assert!(
            done.status.success(),
            "ecc failed:\n{}",
            String::from_utf8_lossy(&done.stderr)
        );
    }
    package
}

/// `ecli` with arguments, its own cache of compiled code, and nothing of the caller's environment that changes words.
pub fn ecli<S: AsRef<std::ffi::OsStr>>(arguments: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new(program("ecli"));
    command.args(arguments).env_remove("NO_COLOR").stdin(Stdio::null());
    command
}

/// How a program ended, with all that it wrote.
#[derive(Debug)]
pub struct Ended {
    /// The exit status, or the signal.
    pub status: ExitStatus,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Ended {
    /// The exit code.
    #[track_caller]
    pub fn code(&self) -> i32 {
        self.status
            .code()
            .unwrap_or_else(|| panic!("ended by a signal: {self:?}"))
    }

    /// Standard output as JSON, a value a line.
    #[track_caller]
    pub fn json(&self) -> Vec<serde_json::Value> {
        self.stdout
            .lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in line {line:?}")))
            .collect()
    }
}

/// Run a command to its end.
#[track_caller]
pub fn run(command: &mut Command) -> Ended {
    Running::start(command).wait()
}

/// A program that runs, with its lines as they come.
pub struct Running {
    child: Child,
    lines: Receiver<String>,
    seen: String,
    stderr: Option<thread::JoinHandle<String>>,
}

impl Running {
    /// Start it. Its standard input stays what the command says.
    #[track_caller]
    pub fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let stdout = child.stdout.take().unwrap();
        let mut words = child.stderr.take().unwrap();
        let (send, lines) = channel();
        thread::spawn(move || {
            let mut reader = std::io::BufReader::new(stdout);
            let mut line = Vec::new();
            while std::io::BufRead::read_until(&mut reader, b'\n', &mut line).unwrap_or(0) > 0 {
                if send.send(String::from_utf8_lossy(&line).into_owned()).is_err() {
                    return;
                }
                line.clear();
            }
        });
        let stderr = thread::spawn(move || {
            let mut bytes = Vec::new();
            std::io::Read::read_to_end(&mut words, &mut bytes).ok();
            String::from_utf8_lossy(&bytes).into_owned()
        });
        Self {
            child,
            lines,
            seen: String::new(),
            stderr: Some(stderr),
        }
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Write to its standard input and close it.
    pub fn feed(&mut self, bytes: &[u8]) {
        if let Some(mut stdin) = self.child.stdin.take() {
            stdin.write_all(bytes).unwrap();
        }
    }

    /// The next line that `wanted` accepts; those before it are kept for the end.
    #[track_caller]
    pub fn line(&mut self, mut wanted: impl FnMut(&str) -> bool) -> String {
        let until = Instant::now() + PATIENCE;
        loop {
            match self.lines.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(line) => {
                    self.seen.push_str(&line);
                    if wanted(&line) {
                        return line;
                    }
                }
                Err(RecvTimeoutError::Timeout) => {
                    self.child.kill().ok();
                    panic!("no such line within {PATIENCE:?}; there was:\n{}", self.seen);
                }
                Err(RecvTimeoutError::Disconnected) => {
                    let words = self
                        .stderr
                        .take()
                        .and_then(|words| words.join().ok())
                        .unwrap_or_default();
                    panic!(
                        "it ended without such a line; there was:\n{}\nand on stderr:\n{words}",
                        self.seen
                    );
                }
            }
        }
    }

    /// Do something again and again until such a line comes: events of a program that may not be attached yet.
    #[track_caller]
    pub fn line_after(&mut self, mut cause: impl FnMut(), mut wanted: impl FnMut(&str) -> bool) -> String {
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            cause();
            let soon = Instant::now() + Duration::from_millis(200);
            while let Ok(line) = self.lines.recv_timeout(soon.saturating_duration_since(Instant::now())) {
                self.seen.push_str(&line);
                if wanted(&line) {
                    return line;
                }
            }
        }
        self.line(wanted)
    }

    /// Send it a signal.
    pub fn signal(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, signal).unwrap();
    }

    /// Ask it to end, as Ctrl-C does, and wait for it.
    #[track_caller]
    pub fn interrupt(self) -> Ended {
        self.signal(rustix::process::Signal::INT);
        self.wait()
    }

    /// Wait for its end.
    #[track_caller]
    pub fn wait(mut self) -> Ended {
        let until = Instant::now() + PATIENCE;
        loop {
            match self.lines.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(line) => self.seen.push_str(&line),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {
                    self.child.kill().ok();
                    panic!("it did not end within {PATIENCE:?}; there was:\n{}", self.seen);
                }
            }
        }
        let status = self.child.wait().unwrap();
        let stderr = self
            .stderr
            .take()
            .and_then(|words| words.join().ok())
            .unwrap_or_default();
        Ended {
            status,
            stdout: std::mem::take(&mut self.seen),
            stderr,
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // A test that failed half-way leaves nothing behind.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// The kernel's numbers of the BPF programs that a process holds.
pub fn program_ids(pid: u32) -> std::collections::BTreeSet<u32> {
    fs::read_dir(format!("/proc/{pid}/fdinfo"))
        .unwrap()
        .filter_map(|entry| fs::read_to_string(entry.ok()?.path()).ok())
        .filter_map(|info| {
            info.lines()
                .find_map(|line| line.strip_prefix("prog_id:")?.trim().parse().ok())
        })
        .collect()
}

/// Whether the kernel still has a program of this number.
pub fn program_exists(id: u32) -> bool {
    libbpf_rs::query::ProgInfoIter::default().any(|program| program.id == id)
}

/// A component of `tests/guests`, which `make test` builds before the tests.
pub fn guest(name: &str) -> PathBuf {
    let target = program("ecli").ancestors().nth(2).unwrap().join("guests");
    let path = target.join("wasm32-wasip2/release").join(name).with_extension("wasm");
    assert!(path.exists(), "{} is missing: run `make guests` first", path.display());
    path
}

/// The kernel's number of a map that a process holds, by the map's name.
pub fn map_id(pid: u32, name: &str) -> u32 {
    let of_process: Vec<u32> = fs::read_dir(format!("/proc/{pid}/fdinfo"))
        .unwrap()
        .filter_map(|entry| fs::read_to_string(entry.ok()?.path()).ok())
        .filter_map(|info| {
            info.lines()
                .find_map(|line| line.strip_prefix("map_id:")?.trim().parse().ok())
        })
        .collect();
    let found = libbpf_rs::query::MapInfoIter::default().find(|map| of_process.contains(&map.id) && map.name == name);
    found.unwrap_or_else(|| panic!("process {pid} has no map {name}")).id
}
