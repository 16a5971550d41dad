//! The one outside program: finding a clang that is new enough, and calling it.
//!
//! `clang --version` takes as long as compiling a small program. So clang is asked only if it fails, or if what it compiled does
//! not say which version made it.

use std::cell::Cell;
use std::ffi::{OsStr, OsString};
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use crate::error::{Error, Result, reason};
use crate::printer::Printer;

/// The oldest major version whose BPF backend writes what packages need (declaration tags in BTF, enum64).
const OLDEST: u32 = 15;

/// The names that distributions give to the versions we know, newest first, after the plain one.
const NEWEST: u32 = 22;

const INSTALL: &str = "install one, for example with `apt install clang-19` on Debian 12, or name one with --clang-bin";

/// What stands before the version, in what clang prints and in the debug information that it writes.
const VERSION: &str = "clang version ";

/// The clang to call.
#[derive(Debug)]
pub(crate) struct Clang {
    /// The one that the user named, or what may be one, the best first.
    programs: Vec<PathBuf>,
    current: Cell<usize>,
    /// Whether the current one is new enough.
    known: Cell<bool>,
}

/// How a compilation ended.
pub(crate) struct Compilation {
    /// Warnings and errors, as clang wrote them.
    pub(crate) diagnostics: Vec<u8>,
    /// The object that it wrote, or how it ended without one.
    pub(crate) object: Result<Vec<u8>, ExitStatus>,
}

impl Clang {
    /// Takes `given` and nothing else, or else the first of `clang`, `clang-22` … `clang-15` on the path that is new enough.
    pub(crate) fn find(given: Option<&Path>) -> Result<Self> {
        let programs = match given {
            Some(program) => vec![program.to_owned()],
            None => on_the_path(),
        };
        if programs.is_empty() {
            return Err(
                Error::failed("no clang was found on the PATH: it compiles the BPF program").with_hint(INSTALL),
            );
        }
        Ok(Self {
            programs,
            current: Cell::new(0),
            known: Cell::new(false),
        })
    }

    /// Runs clang, which writes to `object`. An error means that there is no clang to run; that it does not compile is an answer.
    pub(crate) fn compile(&self, arguments: &[OsString], object: &Path, printer: &mut Printer) -> Result<Compilation> {
        let mut refused = None;
        for (place, program) in self.programs.iter().enumerate().skip(self.current.get()) {
            self.current.set(place);
            match self.try_one(program, arguments, object, printer) {
                Ok(compilation) => return Ok(compilation),
                Err(error) => drop(refused.get_or_insert(error)),
            }
        }
        Err(refused
            .unwrap_or_else(|| Error::failed("no clang was found"))
            .with_hint(INSTALL))
    }

    /// The first one that is new enough, and its major version: for those who call it by themselves.
    pub(crate) fn checked(&self, printer: &mut Printer) -> Result<(PathBuf, u32)> {
        let mut refused = None;
        for program in &self.programs {
            let version = asked(program).and_then(|version| check(program, &version).map(|major| (major, version)));
            match version {
                Ok((major, version)) => {
                    printer.detail(&format!("{} is clang {version}", program.display()));
                    return Ok((program.clone(), major));
                }
                Err(error) => drop(refused.get_or_insert(error)),
            }
        }
        Err(refused
            .unwrap_or_else(|| Error::failed("no clang was found"))
            .with_hint(INSTALL))
    }

    fn try_one(
        &self,
        program: &Path,
        arguments: &[OsString],
        object: &Path,
        printer: &mut Printer,
    ) -> Result<Compilation> {
        printer.detail(&command_line(program.as_os_str(), arguments));
        // Nothing that was there before may pass for what is written now.
        let _ = std::fs::remove_file(object);
        let mut command = Command::new(program);
        if std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none() {
            command.arg("-fcolor-diagnostics");
        }
        let output = command
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .output()
            .map_err(|error| cannot_run(program, &error))?;
        let elf = std::fs::read(object).ok().filter(|_| output.status.success());
        if !self.known.get() {
            let version = match elf.as_deref().and_then(version_in) {
                Some(version) => version,
                None => asked(program)?,
            };
            check(program, &version)?;
            printer.detail(&format!("{} is clang {version}", program.display()));
            self.known.set(true);
        }
        Ok(Compilation {
            diagnostics: output.stderr,
            object: elf.ok_or(output.status),
        })
    }
}

/// Programs of these names that are there, in the order of the names.
fn on_the_path() -> Vec<PathBuf> {
    let plain = std::iter::once("clang".to_owned());
    let numbered = (OLDEST..=NEWEST).rev().map(|version| format!("clang-{version}"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let is_there = |name: &String| folders.iter().any(|folder| folder.join(name).is_file());
    // The bare name: it is what the user knows, and what messages show.
    plain.chain(numbered).filter(is_there).map(PathBuf::from).collect()
}

/// Runs `program --version`.
fn asked(program: &Path) -> Result<String> {
    let output = Command::new(program)
        .arg("--version")
        .stdin(Stdio::null())
        .output()
        .map_err(|error| cannot_run(program, &error))?;
    match version_in(&output.stdout) {
        Some(version) if output.status.success() => Ok(version),
        _ => Err(Error::failed(format!(
            "{} is not clang: `--version` does not print a clang version",
            program.display()
        ))),
    }
}

/// Gives the major version.
fn check(program: &Path, version: &str) -> Result<u32> {
    let major = version.split('.').next().and_then(|major| major.parse().ok());
    major.filter(|major: &u32| *major >= OLDEST).ok_or_else(|| {
        Error::failed(format!(
            "{} is version {version}, which is too old: BPF programs need clang {OLDEST} or newer",
            program.display()
        ))
    })
}

fn cannot_run(program: &Path, error: &std::io::Error) -> Error {
    Error::failed(format!("cannot run {}: {}", program.display(), reason(error)))
}

/// `19.1.7` in `Debian clang version 19.1.7 (3~deb12u1)`.
fn version_in(bytes: &[u8]) -> Option<String> {
    let start = bytes
        .windows(VERSION.len())
        .position(|found| found == VERSION.as_bytes())?;
    let rest = bytes.get(start + VERSION.len()..)?;
    let version: Vec<u8> = rest
        .iter()
        .copied()
        .take_while(|byte| byte.is_ascii_digit() || *byte == b'.')
        .take(32)
        .collect();
    String::from_utf8(version).ok().filter(|version| !version.is_empty())
}

fn command_line(program: &OsStr, arguments: &[OsString]) -> String {
    let words = std::iter::once(program).chain(arguments.iter().map(OsString::as_os_str));
    words.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_distributions_print_them() {
        let version = |text: &str| version_in(text.as_bytes());
        assert_eq!(
            version("Debian clang version 19.1.7 (3~deb12u1)\nTarget: x").as_deref(),
            Some("19.1.7")
        );
        assert_eq!(version("clang version 15.0.0-rc1").as_deref(), Some("15.0.0"));
        assert_eq!(version("\0Apple clang version 17.0.0\0").as_deref(), Some("17.0.0"));
        assert_eq!(version("gcc (Debian 12.2.0-14) 12.2.0"), None);
        assert_eq!(version("clang version unknown"), None);
    }

    #[test]
    fn fifteen_is_new_enough_and_fourteen_is_not() {
        let is_good = |version: &str| check(Path::new("clang"), version).is_ok();
        assert!(is_good("15.0.6"));
        assert!(is_good("20"));
        assert!(!is_good("14.0.6"));
        assert!(!is_good("."));
    }
}
