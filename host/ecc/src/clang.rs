//! The one outside program: finding a clang that is new enough, and calling it.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::error::{Error, Result, reason};
use crate::printer::Printer;

/// The oldest major version whose BPF backend writes what packages need (declaration tags in BTF, enum64).
const OLDEST: u32 = 15;

/// The names that distributions give to the versions we know, newest first, after the plain one.
const NEWEST: u32 = 22;

const INSTALL: &str = "install one, for example with `apt install clang-19` on Debian 12, or name one with --clang-bin";

/// A clang that has told its version.
#[derive(Debug)]
pub(crate) struct Clang {
    program: PathBuf,
    version: String,
}

impl Clang {
    /// Takes `given` and nothing else, or else the first of `clang`, `clang-22` … `clang-15` on the path that is new enough.
    pub(crate) fn find(given: Option<&Path>) -> Result<Self> {
        if let Some(program) = given {
            return Self::given(program);
        }
        let plain = std::iter::once("clang".to_owned());
        let numbered = (OLDEST..=NEWEST).rev().map(|version| format!("clang-{version}"));
        let mut too_old = None;
        for name in plain.chain(numbered) {
            let Ok(clang) = Self::ask(Path::new(&name)) else {
                continue;
            };
            if clang.is_new_enough() {
                return Ok(clang);
            }
            too_old.get_or_insert(clang);
        }
        Err(match too_old {
            Some(clang) => clang.too_old(),
            None => Error::failed("no clang was found on the PATH: it compiles the BPF program"),
        }
        .with_hint(INSTALL))
    }

    fn given(program: &Path) -> Result<Self> {
        let clang = Self::ask(program).map_err(|error| error.with_hint(INSTALL))?;
        if clang.is_new_enough() {
            Ok(clang)
        } else {
            Err(clang.too_old().with_hint(INSTALL))
        }
    }

    /// Runs `program --version`.
    fn ask(program: &Path) -> Result<Self> {
        let output = Command::new(program)
            .arg("--version")
            .stdin(Stdio::null())
            .output()
            .map_err(|error| Error::failed(format!("cannot run {}: {}", program.display(), reason(&error))))?;
        let text = String::from_utf8_lossy(&output.stdout);
        match version_in(&text) {
            Some(version) if output.status.success() => Ok(Self {
                program: program.to_owned(),
                version: version.to_owned(),
            }),
            _ => Err(Error::failed(format!(
                "{} is not clang: `--version` does not print a clang version",
                program.display()
            ))),
        }
    }

    fn is_new_enough(&self) -> bool {
        self.version
            .split('.')
            .next()
            .and_then(|major| major.parse().ok())
            .is_some_and(|major: u32| major >= OLDEST)
    }

    fn too_old(&self) -> Error {
        Error::failed(format!(
            "{} is version {}, which is too old: BPF programs need clang {OLDEST} or newer",
            self.program.display(),
            self.version
        ))
    }

    /// Compiles; clang's own words go straight to the user. Says only that it failed: clang has said why.
    pub(crate) fn run(&self, arguments: &[OsString], source: &Path, printer: &mut Printer) -> Result<()> {
        printer.detail(&format!(
            "{} (clang {})",
            command_line(self.program.as_os_str(), arguments),
            self.version
        ));
        let status = Command::new(&self.program)
            .args(arguments)
            .stdin(Stdio::null())
            .status()
            .map_err(|error| Error::failed(format!("cannot run {}: {}", self.program.display(), reason(&error))))?;
        match status.code() {
            Some(0) => Ok(()),
            Some(_) => Err(Error::failed(format!("clang could not compile {}", source.display()))),
            None => Err(Error::failed(format!(
                "clang crashed while it compiled {} ({status})",
                source.display()
            ))),
        }
    }
}

/// `19.1.7` in `Debian clang version 19.1.7 (3~deb12u1)`.
fn version_in(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("clang version ")?;
    let version = rest.split(|c: char| !c.is_ascii_digit() && c != '.').next()?;
    (!version.is_empty()).then_some(version)
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
        assert_eq!(
            version_in("Debian clang version 19.1.7 (3~deb12u1)\nTarget: x"),
            Some("19.1.7")
        );
        assert_eq!(version_in("clang version 15.0.0-rc1"), Some("15.0.0"));
        assert_eq!(version_in("Apple clang version 17.0.0 (clang-1700)"), Some("17.0.0"));
        assert_eq!(version_in("gcc (Debian 12.2.0-14) 12.2.0"), None);
    }

    #[test]
    fn fifteen_is_new_enough_and_fourteen_is_not() {
        let clang = |version: &str| Clang {
            program: "clang".into(),
            version: version.to_owned(),
        };
        assert!(clang("15.0.6").is_new_enough());
        assert!(clang("20").is_new_enough());
        assert!(!clang("14.0.6").is_new_enough());
    }
}
