//! `ecc -s`: a tool that needs no `ecli`. It is a program that is ready made, with the package behind it.

use std::fs;
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use flate2::read::ZlibDecoder;
use runtime::{Engine, Payload, Replacement, Replacements};

use crate::error::{Error, Result, reason};

/// The program, compressed; empty if it was not there when this was built.
static EMBEDDED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/standalone.z"));

/// What the program's file is called where it is not embedded.
const BESIDE: &str = "standalone";

/// The components that the user named in place of the default ones.
#[derive(Debug, Default)]
pub(crate) struct Components {
    pub(crate) args: Option<PathBuf>,
    pub(crate) printer: Option<PathBuf>,
}

/// All of a standalone tool but its package.
pub(crate) struct Standalone {
    program: Vec<u8>,
    code: Option<Vec<u8>>,
}

impl Standalone {
    /// Finds the program, and compiles the components for any processor of this architecture.
    pub(crate) fn prepare(components: &Components) -> Result<Self> {
        Ok(Self {
            code: compile(components)?,
            program: program()?,
        })
    }

    /// The bytes of the executable.
    pub(crate) fn with(self, package: Vec<u8>) -> Vec<u8> {
        Payload::new(package, self.code).behind(self.program)
    }
}

fn compile(components: &Components) -> Result<Option<Vec<u8>>> {
    let replacements = Replacements {
        args: read(components.args.as_deref())?,
        printer: read(components.printer.as_deref())?,
    };
    if replacements.is_empty() {
        return Ok(None);
    }
    let code = Engine::new().precompile(&replacements);
    code.map(Some).map_err(|error| Error::failed(format!("{error:#}")))
}

fn read(path: Option<&Path>) -> Result<Option<Replacement>> {
    let Some(path) = path else { return Ok(None) };
    let bytes = fs::read(path).map_err(|error| Error::input("component", path, &error))?;
    let name = path.display().to_string();
    Ok(Some(Replacement { name, bytes }))
}

fn program() -> Result<Vec<u8>> {
    if EMBEDDED.is_empty() {
        return beside();
    }
    let mut program = Vec::new();
    ZlibDecoder::new(EMBEDDED)
        .read_to_end(&mut program)
        .map_err(|error| Error::failed(format!("this ecc is damaged: {}", reason(&error))))?;
    Ok(program)
}

/// The file in the folder of this program's own: where cargo puts it.
fn beside() -> Result<Vec<u8>> {
    let own = std::env::current_exe()
        .map_err(|error| Error::failed(format!("cannot find out where ecc lies: {}", reason(&error))))?;
    let path = own.with_file_name(BESIDE);
    let program = match fs::read(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let lacking =
                "this ecc was built without the program of standalone tools, and it does not lie beside it either";
            return Err(Error::failed(lacking).with_hint(
                "take the ecc that `make dist` builds, or put what `cargo build -p standalone` builds into ecc's folder",
            ));
        }
        program => program.map_err(|error| Error::input("program", &path, &error))?,
    };
    if !program.starts_with(b"\x7fELF") {
        return Err(Error::failed(format!("{} is no program", path.display())));
    }
    Ok(program)
}
